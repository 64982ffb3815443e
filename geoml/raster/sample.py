"""Which cell lies under each pixel of another grid: nearest, exact, and fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader

from geoml.raster.cog import read_from
from geoml.raster.grid import Grid, Window, transformer
from geoml.types import Array

_EDGE = 1e-3  # of a cell: nearer to a cell's edge than this, a pixel is placed by PROJ itself
_KNOT = 16  # pixels between two points that PROJ places; between them coordinates are interpolated


def sample(dataset: DatasetReader, grid: Grid, target: Grid) -> Array | None:
    """Values of the cells that the pixel centres of ``target`` lie in; None when all unknown.

    The cell is the one that ``grid.index`` names for the pixel's centre, exactly.
    """
    row, col = _cells(grid, target)
    inside = (row >= 0) & (row < grid.rows) & (col >= 0) & (col < grid.cols)
    if not inside.any():
        return None
    top, left = int(row[inside].min()), int(col[inside].min())
    rows, cols = int(row[inside].max()) - top + 1, int(col[inside].max()) - left + 1
    values = read_from(dataset, Window(top, left, rows, cols))
    if not np.isfinite(values).any():
        return None
    out: Array = np.full(target.shape, np.nan, values.dtype)
    out[inside] = values[row[inside] - top, col[inside] - left]
    return out


def _cells(grid: Grid, target: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(row, col) of the cell under every pixel centre; far outside where PROJ has no answer.

    PROJ places a knot every 16 pixels and every pixel that the interpolation puts within 0.001
    of a cell's edge: the curvature between knots is far less than that.
    """
    to_source = transformer(target.crs, grid.crs)

    def place(cols: Array, rows: Array) -> tuple[Array, Array]:
        x, y = to_source.transform(
            target.west + (cols + 0.5) * target.pixel_x,
            target.north - (rows + 0.5) * target.pixel_y,
        )
        with np.errstate(invalid="ignore"):  # PROJ answers infinity where it has no answer
            return (grid.north - y) / grid.pixel_y, (x - grid.west) / grid.pixel_x

    knots_col = np.arange(0, target.cols + _KNOT, _KNOT, dtype=np.float64)
    knots_row = np.arange(0, target.rows + _KNOT, _KNOT, dtype=np.float64)
    at_knots = place(*np.meshgrid(knots_col, knots_row))
    found = [_between(_between(one, target.rows, 0), target.cols, 1) for one in at_knots]
    near = np.zeros(target.shape, bool)
    for one in found:
        near |= ~(np.abs(one - np.rint(one)) > _EDGE)
    rows, cols = np.nonzero(near)
    if rows.size:
        for one, exact in zip(found, place(cols.astype(float), rows.astype(float)), strict=True):
            one[near] = exact
    limit = 2.0**40
    row, col = (
        np.floor(np.clip(np.nan_to_num(one, nan=-limit), -limit, limit)).astype(np.int64)
        for one in found
    )
    return row, col


def _between(knots: Array, size: int, axis: int) -> Array:
    """Linear interpolation from knots to pixels along an axis; spoiled where a knot is.

    Not as a product of matrices: at this size BLAS spends longer on waking its threads.
    """
    at = np.arange(size) / _KNOT
    first = at.astype(np.intp)
    shape = (size, 1) if axis == 0 else (1, size)
    share = (at - first).reshape(shape)
    low, high = np.take(knots, first, axis), np.take(knots, first + 1, axis)
    with np.errstate(invalid="ignore"):  # infinity less infinity: PROJ places those itself
        between: Array = low + (high - low) * share
    return between
