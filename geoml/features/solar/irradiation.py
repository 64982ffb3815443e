"""The sun of a year on roofs of which little or much is known."""

from __future__ import annotations

import numpy as np

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.azimuth import CompassAzimuth, compass_values
from geoml.features.solar.interval import Interval, widened
from geoml.features.solar.planes import AZIMUTHS, Planes, planes
from geoml.features.solar.sky import LATITUDES, Sky, sky_at
from geoml.types import Array, Mask

TILT_STEP = 5.0
ROWS = 1024
UNKNOWN = -1.0


def irradiation_of(
    latitude: Array,
    tilt: Array,
    azimuth: CompassAzimuth,
    shading: Array,
    *,
    sky: Sky | None = None,
    assumptions: Assumptions | None = None,
    altitude_m: float = 0.0,
) -> Interval:
    """Yearly sun on n roof planes, kWh/m2 of plane: (p50, low, high), each (n,).

    ``latitude`` in degrees north, ``tilt`` in degrees [0, 90], ``shading`` the share of the year's
    sun that is lost, [0, 1]; all broadcast. A latitude that is NaN or beyond 66 degrees: NaN, and
    so is whatever lies outside its range. Unknown is NaN and costs width, never the answer:

    - tilt or azimuth unknown: the median over what it can be (any tilt from 0 to the prior, any
      azimuth of the compass, all equally likely), low and high the least and the most of them. A
      tilt below ``flat_below_deg`` needs no azimuth.
    - shading unknown: the declared typical loss, low with the loss of a bad case, high with none.

    To these are added the uncertainty of the sky, its spread from year to year, that of the sum on
    a tilted plane and, where shading is known, its own (``interval.widened``). Between whole
    degrees of latitude the sums are interpolated. A bare number as azimuth raises InvalidArgument.
    """
    told = assumptions or Assumptions()
    lat, tilts, compass, shade = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(part, np.float64))
            for part in (latitude, tilt, compass_values(azimuth), shading)
        )
    )
    shape = lat.shape
    p50, low, high, doubt = (np.full(lat.size, np.nan) for _ in range(4))
    lat, tilts, compass, shade = (part.ravel() for part in (lat, tilts, compass, shade))
    usable = _usable(lat, tilts, shade)
    for degree in np.unique(np.floor(lat[usable])):
        here = usable & (np.floor(lat) == degree)
        share = lat[here] - degree
        south, south_doubt = _at(degree, tilts[here], compass[here], sky, told, altitude_m)
        north, north_doubt = _at(degree + 1, tilts[here], compass[here], sky, told, altitude_m)
        p50[here], low[here], high[here] = (
            a * (1 - share) + b * share for a, b in zip(south, north, strict=True)
        )
        doubt[here] = np.hypot(max(south_doubt, north_doubt), told.sigma_planes)
    whole = shaded(Interval(p50, low, high), shade, told)
    sigma = np.hypot(doubt, np.where(np.isnan(shade), 0.0, told.sigma_shading))
    final = widened(whole.p50, whole.low, whole.high, sigma)
    return Interval(*(part.reshape(shape) for part in final))


def shaded(open_sky: Interval, shading: Array, assumptions: Assumptions) -> Interval:
    """What is left of an interval in shade: share lost [0, 1], NaN unknown."""
    unknown = np.isnan(shading)
    typical, most = assumptions.shading_typical, assumptions.shading_most
    loss = np.where(unknown, typical, shading)
    return Interval(
        open_sky.p50 * (1 - loss),
        open_sky.low * (1 - np.where(unknown, most, shading)),
        open_sky.high * (1 - np.where(unknown, 0.0, shading)),
    )


def on_roofs(
    table: Planes, tilt: Array, azimuth: CompassAzimuth, assumptions: Assumptions
) -> Interval:
    """Yearly sun at one place, unshaded, with what an unknown orientation could be: n roofs.

    Least, median and most over the orientations that are possible; the three are equal where tilt
    and azimuth are known. No other doubt is in it yet.
    """
    tilts = np.atleast_1d(np.asarray(tilt, np.float64)).copy()
    compass = np.broadcast_to(compass_values(azimuth), tilts.shape).copy()
    flat = (tilts < assumptions.flat_below_deg) & np.isnan(compass)
    tilts[flat], compass[flat] = 0.0, 0.0
    known = np.isfinite(tilts) & np.isfinite(compass)
    p50 = table.yearly(tilts, CompassAzimuth(compass))
    low, high = p50.copy(), p50.copy()
    if not known.all():
        could = _possible(table, tilts[~known], compass[~known], assumptions.prior_tilt_deg)
        p50[~known], low[~known], high[~known] = could
    return Interval(p50, low, high)


def _possible(table: Planes, tilts: Array, compass: Array, steepest: float) -> Interval:
    """Rows of the same kind (no tilt, no azimuth, neither) and value are worked out once."""
    held = np.nan_to_num(np.stack([tilts, compass], axis=1), nan=UNKNOWN)
    pairs, back = np.unique(held, axis=0, return_inverse=True)  # which tells every NaN from another
    pairs[pairs == UNKNOWN] = np.nan
    found, blank = np.empty((len(pairs), 3)), np.isnan(pairs)
    for both in ((True, True), (True, False), (False, True)):
        here = np.flatnonzero((blank == both).all(axis=1))
        for start in range(0, len(here), ROWS):  # each row asks for up to 360 planes
            some = here[start : start + ROWS]
            found[some] = _range(table, pairs[some, 0], pairs[some, 1], steepest)
    return Interval(*found[back.ravel()].T)


def _range(table: Planes, tilts: Array, compass: Array, steepest: float) -> Array:
    """Median, least and most of n rows that lack the same: (n, 3)."""
    steps = max(round(steepest / TILT_STEP), 1)
    some = np.linspace(0.0, steepest, steps + 1) if np.isnan(tilts[0]) else np.zeros(1)
    sides = AZIMUTHS[:-1] if np.isnan(compass[0]) else np.zeros(1)
    every = np.zeros((len(tilts), len(some), len(sides)))
    inclined = every + np.nan_to_num(tilts)[:, None, None] + some[:, None]
    turned = every + np.nan_to_num(compass)[:, None, None] + sides
    sums = table.yearly(inclined.ravel(), CompassAzimuth(turned.ravel())).reshape(len(tilts), -1)
    return np.stack([np.median(sums, axis=1), sums.min(axis=1), sums.max(axis=1)], axis=1)


def _at(
    degree: float,
    tilts: Array,
    compass: Array,
    sky: Sky | None,
    assumptions: Assumptions,
    altitude_m: float,
) -> tuple[Interval, float]:
    here = float(np.clip(degree, *LATITUDES))
    above = sky or sky_at(here)
    table = planes(here, above, altitude_m)
    doubt = float(np.hypot(above.uncertainty, above.interannual))
    return on_roofs(table, tilts, CompassAzimuth(compass), assumptions), doubt


def _usable(latitude: Array, tilt: Array, shading: Array) -> Mask:
    """Rows that can be answered: a value outside its range is no answer, unknown is."""
    low, high = LATITUDES
    good: Mask = (latitude >= low) & (latitude <= high)
    good &= np.isnan(tilt) | ((tilt >= 0) & (tilt <= 90))
    good &= np.isnan(shading) | ((shading >= 0) & (shading <= 1))
    return good
