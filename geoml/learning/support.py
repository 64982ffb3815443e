"""Support: the ground that one value of a label really speaks for.

A thermal band that is delivered at 30 m was seen at 60 to 120 m. A feature must be brought to
that support before it is compared with the label, by the same operator in training and in
prediction, or the model is asked a question that it never learned to answer.
"""

from __future__ import annotations

import math

import numpy as np

from geoml.errors import InvalidArgument
from geoml.raster.grid import Grid
from geoml.types import Array, Mask


def cells(support_m: float, grid: Grid) -> int:
    """Side of the support in cells: the nearest odd integer, at least 1; a tie goes up.

    The side of an oblong cell is the side of the square of the same area.

    >>> cells(90, Grid("EPSG:2154", 0, 0, 30, 30, 10, 10))
    3
    """
    side = support_m / math.sqrt(grid.pixel_x * grid.pixel_y)
    return 2 * max(0, math.floor(side / 2)) + 1


def support_mean(values: Array, k: int) -> Array:
    """Moving mean over k x k cells, shape and dtype of ``values``; k is odd.

    Unknown cells are left out; the answer is NaN where less than half of the window is known.
    Cells outside the raster do not belong to the window. The sum runs in a fixed order around
    each cell, so a block with a halo of ``k // 2`` gives the same bits as the whole raster.
    """
    if k < 1 or k % 2 == 0:
        raise InvalidArgument("not a support", expected="an odd number of cells", got=str(k))
    if k == 1:
        return values.copy()
    known = np.isfinite(values)
    total = _box(np.where(known, values, 0.0), k)
    count = _box(known, k)
    inside = _box(np.ones(values.shape, bool), k)
    enough = 2 * count >= inside
    mean = np.divide(total, count, out=np.full(values.shape, np.nan), where=enough & (count > 0))
    out: Array = mean.astype(values.dtype)
    return out


def _box(values: Array | Mask, k: int) -> Array:
    """Sum over the k x k window of each cell, outside counted as 0; rows first, then columns."""
    padded: Array = np.pad(values.astype(np.float64), k // 2)
    rows, cols = values.shape
    down = np.zeros((rows, padded.shape[1]))
    for i in range(k):
        down += padded[i : i + rows]
    total = np.zeros((rows, cols))
    for j in range(k):
        total += down[:, j : j + cols]
    return total
