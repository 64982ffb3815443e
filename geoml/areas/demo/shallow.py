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
from typing import Final, TypeAlias

import numpy as np

from geoml.types import Array

COURANT: Final = 0.6
"""In two dimensions eq. 1 with theta 0.8 is stable below 0.63 (von Neumann); 0.7 makes waves on a
lake at rest."""
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
    from geoml.areas.demo.inertial import GRAVITY, step  # compiled when it is first needed

    depth, deepest = depth_m.astype(np.float64), depth_m.astype(np.float64)
    rows, cols = bed_m.shape
    east, south = np.zeros((rows, cols + 1)), np.zeros((rows + 1, cols))
    sides = east, south, np.zeros_like(east), np.zeros_like(south)
    slopes = np.array([-1.0 if one is None else one for one in edge_slope])
    time = came = left = 0.0
    while time < seconds:
        depest = max(float(depth.max()), 0.1)
        dt = min(COURANT * cell_m / np.sqrt(GRAVITY * depest), _LONGEST_S, seconds - time)
        given = supply(time, dt)
        came += float(given.sum()) * cell_m**2
        left += step(bed_m, depth, roughness, given, sides, deepest, slopes, cell_m, dt)
        time += dt
    return Flow(deepest, depth, came, left)
