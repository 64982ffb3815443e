"""Where people live: residents drawn per dwelling, counted on a 100 m grid."""

from __future__ import annotations

import numpy as np
import shapely

from geoml.areas.demo.layout import Layout
from geoml.areas.demo.noise import stream
from geoml.raster.grid import Grid
from geoml.types import Array

CELL_M = 100.0
PER_100_M2 = {"row": 1.6, "house": 1.5, "flats": 2.4, "shed": 0.0, "barn": 0.0}
"""Residents per 100 m2 of floor, by use of the building; shops and offices are in it."""


def population(layout: Layout, grid: Grid) -> Array:
    """Residents per cell as whole numbers, float32; cells of open country hold 0."""
    rng = stream(layout.plan.seed, "people")
    shapes = [building.shape for building in layout.buildings]
    floor = shapely.area(shapes) * [building.levels for building in layout.buildings]
    share = np.array([PER_100_M2[building.use] for building in layout.buildings])
    people = rng.poisson(floor * share / 100)
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).T
    row = ((grid.north - y) / grid.pixel_y).astype(int)
    col = ((x - grid.west) / grid.pixel_x).astype(int)
    out = np.zeros(grid.shape, np.float32)
    np.add.at(out, (row, col), people.astype(np.float32))
    return out
