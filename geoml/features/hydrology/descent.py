"""The compiled search that finds the way down from every cell of a terrain model.

A priority queue starts at the outlets and always takes the lowest cell that it has reached
(Ehlschlaeger 1989; Metz, Mitasova and Harmon 2011, doi:10.5194/hess-15-667-2011). So the order in
which cells are taken leads from down- to upstream, whatever the direction that each of them gets.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoml.types import Array, Mask

Cells: TypeAlias = NDArray[np.int32]

NOWHERE = -1
"""What stands for the next cell downstream where the ground is unknown."""

_DOWN = np.array([-1, 0, 0, 1, -1, -1, 1, 1])
_RIGHT = np.array([0, -1, 1, 0, -1, 1, -1, 1])


@njit(nogil=True, cache=True)
def descend(
    surface: Array,
    sea: Mask,
    pixel_x: float,
    pixel_y: float,
    fill: bool,
    level: Array,
    downstream: Cells,
    order: Cells,
) -> int:
    """Fill ``level``, ``downstream`` and ``order``; the number of known cells.

    ``surface`` float32 (rows, cols), NaN unknown; ``level`` comes in as NaN and ``downstream`` as
    NOWHERE, both are the queue's memory of what it reached. ``downstream`` is the steepest lower
    neighbour that was taken before, else the one that reached the cell; an outlet is its own. With
    ``fill`` a cell in a depression is as high as the water that would fill it.
    """
    rows, cols = surface.shape
    length = np.array([math.hypot(_DOWN[k] * pixel_y, _RIGHT[k] * pixel_x) for k in range(8)])
    bits = (surface.ravel() + np.float32(0)).view(np.uint32)  # + 0 makes -0.0 the same as 0.0
    keys = np.empty(surface.size, np.uint64)
    heap = np.empty(surface.size, np.int32)
    size, count, pushed = 0, 0, 0
    for row in range(rows):
        for col in range(cols):
            if _is_outlet(surface, sea, row, col):
                cell = row * cols + col
                downstream[cell] = cell
                _push(keys, heap, size, _key(bits[cell], pushed), cell)
                size, pushed = size + 1, pushed + 1
    top = np.uint64(0)
    height = np.float32(-np.inf)
    while size > 0:
        cell = heap[0]
        size -= 1
        _drop_first(keys, heap, size)
        row, col = cell // cols, cell % cols
        height = max(height, surface[row, col])
        top = max(top, _key(bits[cell], 0))
        level[row, col] = height
        here = height if fill else surface[row, col]
        best, to = 0.0, downstream[cell]
        for k in range(8):
            r, c = row + _DOWN[k], col + _RIGHT[k]
            if r < 0 or c < 0 or r >= rows or c >= cols or np.isnan(surface[r, c]):
                continue
            near = r * cols + c
            if downstream[near] == NOWHERE:
                downstream[near] = cell
                key = _key(bits[near], pushed)
                if fill and key < top:
                    key = top + np.uint64(pushed)
                _push(keys, heap, size, key, near)
                size, pushed = size + 1, pushed + 1
            elif not np.isnan(level[r, c]):
                there = level[r, c] if fill else surface[r, c]
                fall = (np.float64(here) - np.float64(there)) / length[k]
                if fall > best:
                    best, to = fall, near
        if not (sea.size and sea[row, col]):
            downstream[cell] = to
        order[count] = cell
        count += 1
    return count


@njit(nogil=True, cache=True)
def walked(
    downstream: Cells, order: Cells, drainage: Mask, pixel_x: float, pixel_y: float, out: Array
) -> None:
    """Metres along the way of the water to the first drainage cell or outlet, into ``out``."""
    cols = out.shape[1]
    far, stops = out.ravel(), drainage.ravel()
    for cell in order:
        to = downstream[cell]
        if to == cell or stops[cell]:
            far[cell] = 0.0
            continue
        down = (to // cols - cell // cols) * pixel_y
        far[cell] = far[to] + math.hypot(down, (to % cols - cell % cols) * pixel_x)


@njit(nogil=True, cache=True)
def span(surface: Array, cells: NDArray[np.intp], heights: Array) -> None:
    """Heights of unknown ``cells`` (flat) that known ground encloses, from straight lines over it.

    Of the lines along the row, the column and both diagonals, from the first known cell on one side
    to the first on the other, the one that lies lowest here.
    """
    cols = surface.shape[1]
    for place in range(cells.size):
        row, col = cells[place] // cols, cells[place] % cols
        lowest = np.inf
        for k in range(4):  # the other four lead the same ways back
            back, behind = _known_along(surface, row, col, _DOWN[k], _RIGHT[k])
            ahead, before = _known_along(surface, row, col, -_DOWN[k], -_RIGHT[k])
            here = (behind * ahead + before * back) / (back + ahead)
            lowest = min(lowest, here)
        heights[place] = lowest


@njit(nogil=True, cache=True)
def _known_along(surface: Array, row: int, col: int, down: int, right: int) -> tuple[int, float]:
    """Steps to the first known cell on that way, and its height."""
    steps = 0
    while np.isnan(surface[row + steps * down, col + steps * right]):
        steps += 1
    return steps, np.float64(surface[row + steps * down, col + steps * right])


@njit(nogil=True, cache=True)
def _is_outlet(surface: Array, sea: Mask, row: int, col: int) -> bool:
    """Known ground at the edge of the raster, beside unknown ground, or the sea."""
    if np.isnan(surface[row, col]):
        return False
    rows, cols = surface.shape
    if row == 0 or col == 0 or row == rows - 1 or col == cols - 1:
        return True
    if sea.size and sea[row, col]:
        return True
    around = surface[row - 1 : row + 2, col - 1 : col + 2]
    return bool(np.isnan(around).any())


@njit(nogil=True, cache=True)
def _key(bits: np.uint32, pushed: int) -> np.uint64:
    """Height first, then who came first: floats in the order of their bits (two's complement)."""
    sign = np.uint32(0x80000000)
    ordered = ~bits if bits & sign else bits | sign
    return (np.uint64(ordered) << np.uint64(32)) | np.uint64(pushed)


@njit(nogil=True, cache=True)
def _push(keys: NDArray[np.uint64], heap: Cells, size: int, key: np.uint64, cell: int) -> None:
    place = size
    while place > 0:
        parent = (place - 1) >> 2
        if keys[parent] <= key:
            break
        keys[place], heap[place] = keys[parent], heap[parent]
        place = parent
    keys[place], heap[place] = key, cell


@njit(nogil=True, cache=True)
def _drop_first(keys: NDArray[np.uint64], heap: Cells, size: int) -> None:
    """Take the least key out of a heap of four branches that keeps ``size`` others."""
    key, cell = keys[size], heap[size]
    place = 0
    while True:
        first = 4 * place + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < keys[least]:
                least = child
        if keys[least] >= key:
            break
        keys[place], heap[place] = keys[least], heap[least]
        place = least
    keys[place], heap[place] = key, cell
