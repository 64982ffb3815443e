"""How much of each cell polygons cover, and which cells a shape touches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from geoml.raster.grid import Grid, Window
from geoml.types import Array, Bytes2D, Mask

Geometries: TypeAlias = NDArray[np.object_] | Sequence[shapely.Geometry]

SUB_PIXEL_M = 2.5
MOST_PER_SIDE = 16
_SUB_PIXELS_AT_ONCE = 1 << 24
_POLYGON = 3


def coverage(geometries: Geometries, grid: Grid, *, oversample: int | None = None) -> Array:
    """Share of each cell that polygons cover, [0, 1], float32, shape of ``grid``; never NaN.

    Each cell is cut into sub-pixels of at most 2.5 m, at most 16 a side (``oversample`` a side
    where given), and those whose centre lies in a polygon are counted; overlapping polygons count
    once. Lines, points and empty shapes cover nothing. With n sub-pixels a side the error of one
    straight edge across a cell is below 1 / n. Geometries are in the grid's CRS.
    """
    shapes = _polygons(_parts(geometries))
    cut_x, cut_y = (oversample or _cuts(size) for size in (grid.pixel_x, grid.pixel_y))
    out = np.zeros(grid.shape, np.float32)
    rows_at_once = max(1, _SUB_PIXELS_AT_ONCE // (grid.cols * cut_x * cut_y))
    for row in range(0, grid.rows, rows_at_once):
        rows = min(rows_at_once, grid.rows - row)
        strip = grid.window(Window(row, 0, rows, grid.cols))
        burnt = _burn(_meeting(shapes, strip), strip, cut_x, cut_y)
        counts = burnt.reshape(rows, cut_y, grid.cols, cut_x).sum((1, 3), dtype=np.uint16)
        out[row : row + rows] = counts / np.float32(cut_x * cut_y)
    return out


def touched(geometries: Geometries, grid: Grid) -> Mask:
    """Cells that a point, line or polygon touches at all, boolean, shape of ``grid``."""
    shapes = _meeting(_parts(geometries), grid)
    return _burn(shapes, grid, 1, 1, all_touched=True).view(np.bool_)


class VectorBlocks:
    """Shapes of a whole area, found fast for each block; safe for several threads at once."""

    def __init__(self, geometries: Geometries) -> None:
        """Index ``geometries``, in the CRS of the grids to come; empty and missing are dropped."""
        self.geometries = _parts(geometries)
        self._tree = shapely.STRtree(self.geometries)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of all shapes; NaN where there is none."""
        if not len(self.geometries):
            return math.nan, math.nan, math.nan, math.nan
        west, south, east, north = (float(side) for side in shapely.total_bounds(self.geometries))
        return west, south, east, north

    def coverage(self, grid: Grid, *, oversample: int | None = None) -> Array:
        """As the function ``coverage``, of the shapes that meet ``grid``."""
        return coverage(self._near(grid), grid, oversample=oversample)

    def touched(self, grid: Grid) -> Mask:
        """As the function ``touched``, of the shapes that meet ``grid``."""
        return touched(self._near(grid), grid)

    def _near(self, grid: Grid) -> NDArray[np.object_]:
        found = np.sort(self._tree.query(shapely.box(*grid.bounds)))
        near: NDArray[np.object_] = self.geometries[found]
        return near


def _cuts(size_m: float) -> int:
    return min(MOST_PER_SIDE, max(1, math.ceil(size_m / SUB_PIXEL_M)))


def _parts(geometries: Geometries) -> NDArray[np.object_]:
    """Single shapes, without the empty and the missing; collections fall into their members."""
    shapes = np.asarray(geometries, dtype=object).ravel()
    while (shapely.get_type_id(shapes) > _POLYGON).any():  # a collection may hold collections
        shapes = shapely.get_parts(shapes)
    kept: NDArray[np.object_] = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return kept


def _polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    kept: NDArray[np.object_] = shapes[shapely.get_type_id(shapes) == _POLYGON]
    return kept


def _meeting(shapes: NDArray[np.object_], grid: Grid) -> NDArray[np.object_]:
    west, south, east, north = grid.bounds
    left, bottom, right, top = shapely.bounds(shapes).reshape(-1, 4).T
    kept: NDArray[np.object_] = shapes[
        (right >= west) & (left <= east) & (top >= south) & (bottom <= north)
    ]
    return kept


def _burn(
    shapes: NDArray[np.object_], grid: Grid, cut_x: int, cut_y: int, *, all_touched: bool = False
) -> Bytes2D:
    shape = grid.rows * cut_y, grid.cols * cut_x
    if not len(shapes):
        return np.zeros(shape, np.uint8)
    fine = Affine(grid.pixel_x / cut_x, 0, grid.west, 0, -grid.pixel_y / cut_y, grid.north)
    burnt: Bytes2D = rasterize(
        shapes, shape, transform=fine, dtype="uint8", all_touched=all_touched
    )
    return burnt
