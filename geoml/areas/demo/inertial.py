"""One step of the equations of ``shallow``, compiled; the result is kept beside it on disk."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from geoml.types import Array

GRAVITY: Final = 9.81
THETA: Final = 0.8
STILL_M: Final = 1e-3
"""Water this thin does not flow: it is held by grass and kerbs."""


@njit(cache=True)
def _through(q: float, around: float, fall: float, h: float, n: float, pace: float) -> float:
    """Discharge per metre through a side after a step, eq. 1.

    ``around`` is the mean of the sides before and behind, ``fall`` how much lower the water stands
    beyond, per metre; ``h`` the depth through which it passes; ``pace`` is g dt.
    """
    if h <= STILL_M:
        return 0.0
    pushed = THETA * q + (1 - THETA) * around + pace * h * fall
    return float(pushed / (1 + pace * n * n * abs(q) / (h * h * np.cbrt(h))))


@njit(cache=True)
def _uniform(h: float, slope: float, n: float) -> float:
    """Discharge per metre of uniform flow (Manning); 0 at a wall, whose slope is negative."""
    return h * np.cbrt(h * h) * np.sqrt(slope) / n if h > STILL_M and slope > 0 else 0.0


@njit(cache=True)
def _bounded(depth: Array, east: Array, south: Array, speed: float) -> None:
    """Scale what leaves a cell in a step to what the cell holds."""
    rows, cols = depth.shape
    for r in range(rows):
        for c in range(cols):
            out = max(-east[r, c], 0.0) + max(east[r, c + 1], 0.0)
            out += max(-south[r, c], 0.0) + max(south[r + 1, c], 0.0)
            most = depth[r, c] * speed
            if out > most:
                share = most / out
                if east[r, c] < 0:
                    east[r, c] *= share
                if east[r, c + 1] > 0:
                    east[r, c + 1] *= share
                if south[r, c] < 0:
                    south[r, c] *= share
                if south[r + 1, c] > 0:
                    south[r + 1, c] *= share


@njit(nogil=True, cache=True)
def step(
    bed: Array,
    depth: Array,
    rough: Array,
    given: Array,
    sides: tuple[Array, Array, Array, Array],
    deepest: Array,
    slopes: Array,
    dx: float,
    dt: float,
) -> float:
    """One step, in place; ``sides`` are the discharges eastward and southward, now and before."""
    rows, cols = bed.shape
    east, south, east_was, south_was = sides
    east_was[:] = east
    south_was[:] = south
    for r in range(rows):
        for c in range(1, cols):
            here, there = bed[r, c - 1] + depth[r, c - 1], bed[r, c] + depth[r, c]
            h = max(here, there) - max(bed[r, c - 1], bed[r, c])
            around = (east_was[r, c - 1] + east_was[r, c + 1]) / 2
            n = (rough[r, c - 1] + rough[r, c]) / 2
            q = _through(east_was[r, c], around, (here - there) / dx, h, n, GRAVITY * dt)
            east[r, c] = q
        east[r, 0] = -_uniform(depth[r, 0], slopes[3], rough[r, 0])
        east[r, cols] = _uniform(depth[r, cols - 1], slopes[1], rough[r, cols - 1])
    for r in range(1, rows):
        for c in range(cols):
            here, there = bed[r - 1, c] + depth[r - 1, c], bed[r, c] + depth[r, c]
            h = max(here, there) - max(bed[r - 1, c], bed[r, c])
            around = (south_was[r - 1, c] + south_was[r + 1, c]) / 2
            n = (rough[r - 1, c] + rough[r, c]) / 2
            q = _through(south_was[r, c], around, (here - there) / dx, h, n, GRAVITY * dt)
            south[r, c] = q
    for c in range(cols):
        south[0, c] = -_uniform(depth[0, c], slopes[0], rough[0, c])
        south[rows, c] = _uniform(depth[rows - 1, c], slopes[2], rough[rows - 1, c])
    _bounded(depth, east, south, dx / dt)
    for r in range(rows):
        for c in range(cols):
            net = east[r, c] - east[r, c + 1] + south[r, c] - south[r + 1, c]
            depth[r, c] = max(depth[r, c] + given[r, c] + net * dt / dx, 0.0)
            deepest[r, c] = max(deepest[r, c], depth[r, c])
    over = east[:, cols].sum() - east[:, 0].sum() + south[rows].sum() - south[0].sum()
    return float(over * dx * dt)
