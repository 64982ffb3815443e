"""Sources as the feature stack reads them: one array per key and window of the analysis grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

import numpy as np
import shapely

from geoml.areas.area import Area
from geoml.areas.sources import Source, read_on_grid
from geoml.features import registry
from geoml.features.quantity import Surroundings
from geoml.raster.cog import read as read_raster
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Mask
from geoml.vector.coverage import VectorBlocks, touched

Bounds: TypeAlias = tuple[float, float, float, float]
Reader: TypeAlias = Callable[[str, Window], Array | Mask]


def reader(area: Area, found: Mapping[str, Source]) -> Reader:
    """``read(key, window)``: rasters averaged to the grid, buildings as share, water as mask.

    A vector source says nothing about the ground beyond its cover: there a density of 0 would be
    an invention, so it is NaN.
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
        known = covered(source, grid)
        if known is not None:
            share[~known] = np.nan
        return share

    return read


def surroundings(found: Mapping[str, Source]) -> Surroundings | None:
    """The ground around an area, where its terrain model was kept that far; else None."""
    around = found["dem"].around if "dem" in found else None
    if around is None:
        return None

    @cache
    def water() -> VectorBlocks:
        from geoml.vector.read import read_geometries

        return VectorBlocks(read_geometries(found["water"].path))

    def read(key: str, window: Window) -> Array | Mask:
        if key == "water":
            return water().touched(around.grid.window(window))
        return read_raster(around.path, window)

    return Surroundings(around.grid, around.window, read)


def silenced(name: str, values: Array, grid: Grid, found: Mapping[str, Source]) -> Array:
    """A feature with NaN outside the cover that somebody stated for a mask that it needs.

    A mask (water) cannot say NaN itself; a share (buildings) does, and what lies around counts.
    """
    needed = registry.lacking(name, sorted(found.keys() - {"water"}))
    masks = [found[key] for key in needed if key == "water" and key in found]
    for source in masks:
        known = covered(source, grid) if source.cover_stated else None
        if known is not None:
            values = np.where(known, values, np.float32(np.nan))
    return values


def covered(source: Source, grid: Grid) -> Mask | None:
    """Cells that the cover of a vector source touches, shape of the grid; None where none is told.

    Water has no cover until somebody states one: rivers leave no hull to go by.
    """
    ground = _cover(source.cover, source.extent)
    return None if ground is None else touched([ground], grid)


@cache
def _cover(told: str | None, extent: Bounds | None) -> shapely.Geometry | None:
    if told is not None:
        return shapely.from_wkt(told)
    # Areas of before there was a cover have the box around their rows.
    return shapely.box(*extent) if extent is not None else None
