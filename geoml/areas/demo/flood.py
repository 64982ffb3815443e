"""The flood of a town in a valley: a storm over its quarters while the river is in spate.

A made-up event with a known cause, as a flood study would model it (not observed anywhere): on
30 m cells water is routed over the town's own relief by ``shallow``. What it knows of the town
beside its relief are the bed of the river, how much of the ground is sealed, and how rough it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geoml.areas.demo import canvas, shallow
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.materials import table
from geoml.areas.demo.relief import VALLEY_FALL
from geoml.areas.demo.surface import Surface
from geoml.types import Array

CELL_M = 30.0
RETURN_PERIOD_YEARS = 100
"""What the event is called; nothing was counted to give it that name."""
HOURS = 4.0
STORM_MM: Final = 50.0
STORM_S: Final = 3600.0
PEAK_M3S: Final = 420.0
PEAK_S: Final = 1.75 * 3600.0
BED_M: Final = 2.0
"""Depth of the river on an ordinary day, when it stands at the height that the relief gives it."""
BROOK_M: Final = 0.8
SEALED_CN, OPEN_CN = 98.0, 74.0
"""Curve numbers of sealed ground, and of meadows and fields on heavy soil (TR-55, table 2-2)."""
WATER_N, OPEN_N, BUILT_N = 0.035, 0.06, 0.10
"""Manning's n (s m^-1/3) of a natural river, of fields, and of blocks of houses, which are not
walls here: within the ranges of Chow 1959, Open-Channel Hydraulics, table 5-6."""
OPEN_WATER: Final = 0.3
"""Share of a cell from which it is river or pond, full on an ordinary day; a brook is not."""
FILM_M: Final = 0.05
"""Rain on its way, not a flood."""


@dataclass(frozen=True, slots=True)
class Event:
    """The flood on 30 m cells: how deep beds are cut into the relief, and the water in them, in m.

    ``before_m`` is the water of an ordinary day, ``flow`` what the event made of it.
    """

    carved_m: Array
    before_m: Array
    flow: shallow.Flow

    def above_ground(self) -> Array:
        """The greatest depth above the ground of the relief, m, float32; 0 is dry, never NaN.

        Over the river it is what stood above its ordinary level.
        """
        above = np.maximum(self.flow.deepest_m - self.carved_m, 0)
        return np.where(above < FILM_M, 0, above).astype(np.float32)


def event(layout: Layout, surface: Surface) -> Event:
    """Rain and wave routed over a town in a valley (a sea would need tides); some seconds."""
    grid = layout.plan.grid(CELL_M)
    wide, narrow = round(CELL_M / layout.ground.pixel_x), round(CELL_M / surface.grid.pixel_x)
    wet = canvas.coarse(surface.made_of("river"), narrow).astype(np.float64)
    built = canvas.coarse((table("cover") == 50)[surface.material], narrow).astype(np.float64)
    brooks = canvas.mask(grid, *(line.buffer(CELL_M / 2) for line in layout.water.brook_lines))
    carved = np.maximum(BED_M * wet, BROOK_M * brooks)
    open_water = wet > OPEN_WATER
    before = np.where(open_water, carved, 0)
    mouth = np.where(before >= 0.5 * BED_M, before, 0)
    mouth[:, 1:] = 0
    axis = layout.water.axis
    fall = VALLEY_FALL * (axis.coords[-1][0] - axis.coords[0][0]) / axis.length
    numbers = np.where(open_water, 100.0, OPEN_CN + (SEALED_CN - OPEN_CN) * built)
    flow = shallow.route(
        canvas.coarse(layout.elevation_m, wide) - carved,
        before,
        np.where(open_water, WATER_N, OPEN_N + (BUILT_N - OPEN_N) * built),
        _supply(numbers, mouth, fall),
        cell_m=CELL_M,
        seconds=HOURS * 3600.0,
        edge_slope=(VALLEY_FALL, fall, VALLEY_FALL, None),
    )
    return Event(carved, before, flow)


def _supply(curve_number: Array, mouth: Array, fall: float) -> shallow.Supply:
    """Runoff of the storm everywhere, and the wave in the cells where the river comes in."""
    usual = CELL_M * float((mouth ** (5 / 3)).sum() * np.sqrt(fall) / WATER_N)  # Manning
    enters = mouth / (mouth.sum() * CELL_M**2)

    def supply(time: float, dt: float) -> Array:
        water: Array = dt * inflow(time + dt / 2, usual) * enters
        if time < STORM_S:
            water += runoff_m(time + dt, curve_number) - runoff_m(time, curve_number)
        return water

    return supply


def inflow(time: float, usual: float) -> float:
    """Discharge of the river at the upper edge, m3/s, ``time`` seconds after the rain began.

    A gamma-shaped wave on the usual discharge: it peaks after 1 h 45 at 420 m3/s.
    """
    stage = time / PEAK_S
    return float(usual + (PEAK_M3S - usual) * (stage * np.exp(1 - stage)) ** 4)


def runoff_m(time: float, curve_number: Array) -> Array:
    """Metres of runoff since the rain began: 50 mm in an hour, evenly (TR-55 1986, eq. 2-3, 2-4).

    ``curve_number`` in (0, 100]; https://www.nrcs.usda.gov, Technical Release 55.
    """
    rain = STORM_MM * min(time, STORM_S) / STORM_S
    storage = 25_400 / curve_number - 254
    excess = np.maximum(rain - 0.2 * storage, 0)
    total: Array = np.maximum(excess + storage, 1e-9)
    return excess**2 / total / 1000
