"""Faces added up to roofs, and roofs of which no face is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.interval import Interval
from geoml.features.solar.irradiation import on_roofs, shaded
from geoml.features.solar.planes import AZIMUTHS, TILTS, Planes
from geoml.features.solar.survey import Face
from geoml.features.solar.usable import module_area
from geoml.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What n roofs get, each array (n,): ``sun`` in kWh/m2 a year on modules, shade taken off.

    ``modules_m2`` is how much of them fits, from the least to the most. ``months`` (n, 12) in
    kWh/m2; ``shading`` the share taken off, NaN unknown; ``facets`` 0 where no face is known.
    """

    facets: NDArray[np.int64]
    tilt_deg: Array
    azimuth_deg: Array
    modules_m2: Interval
    sun: Interval
    months: Array
    shading: Array

    def take(self, other: Totals) -> None:
        """Take over the roofs whose faces another one knows."""
        known = other.facets > 0
        for name in ("facets", "tilt_deg", "azimuth_deg", "months", "shading"):
            getattr(self, name)[known] = getattr(other, name)[known]
        mine, theirs = (*self.sun, *self.modules_m2), (*other.sun, *other.modules_m2)
        for old, new in zip(mine, theirs, strict=True):
            old[known] = new[known]


def of_unknown(table: Planes, plan_m2: Array, assumptions: Assumptions) -> Totals:
    """Roofs of unknown shape: the median over every orientation, from the least to the most.

    Modules cover ``unknown_shape`` of the plan, none where that is less than the smallest face that
    is fitted. At the least there is one face that gets too little sun to carry any, at the most a
    square one as steep as the prior, without chimneys. The months follow the mean of all
    orientations.
    """
    count = plan_m2.size
    nothing = np.full(count, np.nan)
    sun = on_roofs(table, nothing, CompassAzimuth(nothing), assumptions)
    left = shaded(sun, nothing, assumptions)
    inner_m = np.maximum(np.sqrt(plan_m2) - 2 * assumptions.setback_m, 0.0)
    steepest = inner_m**2 / np.cos(np.radians(assumptions.prior_tilt_deg))
    least = assumptions.minimum_facet_m2
    area = plan_m2 * assumptions.unknown_shape
    area = np.where(area >= least, area, 0.0)
    most = np.where(steepest >= least, steepest * assumptions.packing_pitched, 0.0)
    modules = Interval(area, np.zeros(count), most)
    months = _months_of_any(table, assumptions.prior_tilt_deg) * left.p50[:, None]
    zeros = np.zeros(count, np.int64)
    return Totals(zeros, nothing.copy(), nothing.copy(), modules, left, months, nothing.copy())


def of_faces(table: Planes, faces: Sequence[Face], count: int, assumptions: Assumptions) -> Totals:
    """Roofs from their faces: the mean over the modules, or the largest face where none fits."""
    roof = np.array([face.roof for face in faces], np.int64)
    tilt, azimuth, plan, free = (
        np.array([getattr(face, name) for face in faces], np.float64)
        for name in ("tilt_deg", "azimuth_deg", "plan_m2", "free_m2")
    )
    lost = np.array([face.lost for face in faces], np.float64).reshape(-1, 12)
    bare = table.monthly(tilt, CompassAzimuth(np.nan_to_num(azimuth)))
    left = bare * (1 - lost)
    best = float(table.table.sum(axis=0).max())
    sunny = left.sum(axis=1) >= assumptions.least_sun * best
    modules = module_area(free, tilt, assumptions, sunny=sunny)

    first = _main(roof, modules, plan)
    fitted = _sum(roof, modules, count)
    alone = np.isin(np.arange(roof.size), first) & (fitted[roof] == 0)
    weight = np.where(alone, 1.0, modules)
    whole = _sum(roof, weight, count)
    with np.errstate(invalid="ignore"):  # 0/0: a roof without faces, unknown here
        parts = [_sum(roof, weight * month, count) / whole for month in left.T]
        open_sky = _sum(roof, weight * bare.sum(axis=1), count) / whole
    months = np.stack(parts, axis=1)
    sun = months.sum(axis=1)
    facing = [np.full(count, np.nan), np.full(count, np.nan)]
    for known, values in zip(facing, (tilt, azimuth), strict=True):
        known[roof[first]] = values[first]
    return Totals(
        np.bincount(roof, minlength=count).astype(np.int64),
        facing[0],
        facing[1],
        Interval(fitted, fitted.copy(), fitted.copy()),
        Interval(sun, sun.copy(), sun.copy()),
        months,
        1 - sun / open_sky,
    )


def _main(roof: NDArray[np.int64], modules: Array, plan: Array) -> NDArray[np.int64]:
    """Position of each roof's main face: the one with most modules, else the largest."""
    order = np.lexsort((-plan, -modules, roof))
    starts = np.flatnonzero(np.diff(roof[order], prepend=-1))
    main: NDArray[np.int64] = order[starts]
    return main


def _sum(roof: NDArray[np.int64], values: Array, count: int) -> Array:
    return np.asarray(np.bincount(roof, values, minlength=count), np.float64)


def _months_of_any(table: Planes, steepest: float) -> Array:
    """Share of each month in the year of all orientations together, (12,)."""
    tilts, compass = np.meshgrid(TILTS[steepest >= TILTS], AZIMUTHS[:-1])
    months = table.monthly(tilts.ravel(), CompassAzimuth(compass.ravel())).sum(axis=0)
    share: Array = months / months.sum()
    return share
