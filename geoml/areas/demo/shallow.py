"""Water that moves by itself: the local-inertial form of the shallow-water equations.

Bates, Horritt & Fewtrell 2010 (doi:10.1016/j.jhydrol.2010.03.027), with the weighted discharge of
de Almeida, Bates, Freer & Souvignet 2012 (doi:10.1029/2011WR011570). Between two neighbouring
cells the discharge q per metre of width (m2/s) obeys

    q' = (theta q + (1 - theta) (q_before + q_behind) / 2 - g h_f dt dz/dx)
         / (1 + g dt n^2 |q| / h_f^(7/3))                                          (eq. 1)

z is the water surface, h_f the depth through which water can pass (highest surface less highest
bed), n Manning's roughness (s m^-1/3), g 9.81 m/s2, theta 0.8; a cell's depth changes by what
passes its four sides (eq. 2). The step follows the deepest water, dt = 0.6 dx / sqrt(g h) (eq. 3).
What leaves a cell in a step is at most what it holds, so no water is made or lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any, Final, TypeAlias, cast

import numpy as np

from geoml.types import Array

GRAVITY: Final = 9.81
THETA: Final = 0.8
COURANT: Final = 0.6
"""In two dimensions eq. 1 with theta 0.8 is stable below 0.63 (von Neumann); 0.7 makes waves on a
lake at rest."""
STILL_M: Final = 1e-3
"""Water this thin does not flow: it is held by grass and kerbs."""
_LONGEST_S = 10.0

Supply: TypeAlias = Callable[[float, float], Array]
"""``supply(t, dt)``: metres of water that every cell receives from t to t + dt, in seconds."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What an event left behind, on the grid of the bed; volumes in m3.

    ``deepest_m``: the greatest depth of each cell over the event; ``depth_m``: that at the end.
    ``came_m3`` is all that was supplied and ``left_m3`` all that flowed out over the edges, so
    that ``depth_m`` at the end holds what was there before, and what came, less what left.
    """

    deepest_m: Array
    depth_m: Array
    came_m3: float
    left_m3: float


def route(
    bed_m: Array,
    depth_m: Array,
    roughness: Array,
    supply: Supply,
    *,
    cell_m: float,
    seconds: float,
    edge_slope: tuple[float | None, float | None, float | None, float | None],
) -> Flow:
    """Let water run over ``bed_m`` for ``seconds``; every array is float64 (rows, cols).

    ``depth_m`` is the water at the start, ``roughness`` Manning's n of each cell. ``edge_slope``
    says for the north, east, south and west edge at which slope (m/m) water leaves there, as
    uniform flow (Manning); None is a wall. The same input gives the same bytes.
    """
    depth, deepest = depth_m.astype(np.float64), depth_m.astype(np.float64)
    rows, cols = bed_m.shape
    east, south = np.zeros((rows, cols + 1)), np.zeros((rows + 1, cols))
    sides = east, south, np.zeros_like(east), np.zeros_like(south)
    slopes = np.array([-1.0 if one is None else one for one in edge_slope])
    time = came = left = 0.0
    step = _compiled()
    while time < seconds:
        depest = max(float(depth.max()), 0.1)
        dt = min(COURANT * cell_m / np.sqrt(GRAVITY * depest), _LONGEST_S, seconds - time)
        given = supply(time, dt)
        came += float(given.sum()) * cell_m**2
        left += step(bed_m, depth, roughness, given, sides, deepest, slopes, cell_m, dt)
        time += dt
    return Flow(deepest, depth, came, left)


@cache
def _compiled() -> Callable[..., float]:
    """One step of eq. 1 and 2, compiled when it is first needed (numba inlines the small ones)."""
    from numba import njit

    parts: dict[str, Any] = {part.__name__: njit(part) for part in (_through, _uniform, _bounded)}
    # The compiled step must find its compiled parts under the names that it calls them by.
    whole = FunctionType(_step.__code__, {**globals(), **parts}, "step")
    return cast("Callable[..., float]", njit(whole))


def _through(q: float, around: float, fall: float, h: float, n: float, pace: float) -> float:
    """Discharge per metre through a side after a step, eq. 1.

    ``around`` is the mean of the sides before and behind, ``fall`` how much lower the water stands
    beyond, per metre; ``h`` the depth through which it passes; ``pace`` is g dt.
    """
    if h <= STILL_M:
        return 0.0
    pushed = THETA * q + (1 - THETA) * around + pace * h * fall
    return float(pushed / (1 + pace * n * n * abs(q) / (h * h * np.cbrt(h))))


def _uniform(h: float, slope: float, n: float) -> float:
    """Discharge per metre of uniform flow (Manning); 0 at a wall, whose slope is negative."""
    return h * np.cbrt(h * h) * np.sqrt(slope) / n if h > STILL_M and slope > 0 else 0.0


def _step(
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
