"""The compiled inner loops of the distance transform; they release the interpreter lock."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoml.types import Array, Mask

FAR = 1 << 30
"""Steps from which on a column holds no True; so rasters have fewer than 2**30 rows."""


@njit(nogil=True, cache=True)
def fall(mask: Mask, above: NDArray[np.int32]) -> None:
    """Move ``above``, rows since the last True per column, from above a strip to its last row."""
    rows, cols = mask.shape
    for row in range(rows):
        for col in range(cols):
            above[col] = 0 if mask[row, col] else above[col] + 1


@njit(nogil=True, cache=True)
def rise_and_fall(
    mask: Mask, above: NDArray[np.int32], below: NDArray[np.int32], steps: NDArray[np.int32]
) -> None:
    """Rows to the nearest True of the same column into ``steps``; ``below`` moves up the strip."""
    rows, cols = mask.shape
    for row in range(rows):
        for col in range(cols):
            above[col] = 0 if mask[row, col] else above[col] + 1
            steps[row, col] = above[col]
    for row in range(rows - 1, -1, -1):
        for col in range(cols):
            below[col] = 0 if mask[row, col] else below[col] + 1
            steps[row, col] = min(steps[row, col], below[col])


@njit(nogil=True, cache=True)
def row_distances(steps: NDArray[np.int32], pixel_x: float, pixel_y: float, out: Array) -> None:
    """Distances in metres of some rows from their column distances; NaN where all are FAR.

    Per row: ``site[k]`` is the column whose parabola is lowest between ``start[k]`` and
    ``start[k + 1]``, ``height[k]`` its foot in squared columns.
    """
    rows, cols = steps.shape
    site = np.empty(cols, np.int64)
    height = np.empty(cols, np.float64)
    start = np.empty(cols + 1, np.float64)
    oblong = (pixel_y / pixel_x) ** 2
    for row in range(rows):
        last = -1
        for col in range(cols):
            step = steps[row, col]
            if step >= FAR:
                continue
            foot = float(step) * float(step) * oblong
            meet = -math.inf
            while last >= 0:
                gap = 2.0 * (col - site[last])
                meet = (foot - height[last]) / gap + 0.5 * (col + site[last])
                if meet > start[last]:
                    break
                last -= 1
            last += 1
            site[last], height[last] = col, foot
            start[last] = meet if last > 0 else -math.inf
        if last < 0:
            out[row] = np.nan
            continue
        start[last + 1] = math.inf
        here = 0
        for col in range(cols):
            while start[here + 1] < col:
                here += 1
            across = (col - site[here]) * pixel_x
            along = steps[row, site[here]] * pixel_y
            out[row, col] = math.sqrt(across * across + along * along)
