"""Sources as the feature stack reads them: one array per key and window of the analysis grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

import numpy as np

from geoml.areas.area import Area
from geoml.areas.sources import Source, read_on_grid
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Mask
from geoml.vector.coverage import VectorBlocks

Reader: TypeAlias = Callable[[str, Window], Array | Mask]

MAPPED_BEYOND_M = 500.0
"""How far beyond its outermost object a vector source is taken to be complete."""


def reader(area: Area, found: Mapping[str, Source]) -> Reader:
    """``read(key, window)``: rasters averaged to the grid, buildings as share, water as mask.

    A vector source says nothing about the ground beyond its own extent: there a density of 0
    would be an invention, so it is NaN farther than ``MAPPED_BEYOND_M`` from its bounding box.
    """

    @cache
    def blocks(key: str) -> VectorBlocks:
        from geoml.vector.read import read_geometries

        return VectorBlocks(read_geometries(found[key].path))

    def read(key: str, window: Window) -> Array | Mask:
        source = found[key]
        if source.kind != "vector":
            return read_on_grid(source, area.grid, window)
        grid = area.grid.window(window)
        if key == "water":
            return blocks(key).touched(grid)
        share = blocks(key).coverage(grid)
        if source.extent is not None:
            share[~mapped(grid, source.extent)] = np.nan
        return share

    return read


def mapped(grid: Grid, bounds: tuple[float, float, float, float]) -> Mask:
    """Cells whose centre is at most ``MAPPED_BEYOND_M`` from a bounding box, shape of the grid."""
    west, south, east, north = bounds
    x = grid.west + (np.arange(grid.cols) + 0.5) * grid.pixel_x
    y = grid.north - (np.arange(grid.rows) + 0.5) * grid.pixel_y
    far = MAPPED_BEYOND_M
    across = (x >= west - far) & (x <= east + far)
    along = (y >= south - far) & (y <= north + far)
    inside: Mask = along[:, None] & across[None, :]
    return inside
