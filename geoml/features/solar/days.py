"""One typical day a month: where the sun stands, and what comes from it and from the sky.

Longitude plays no part: the hours are those of the sun. The day of each month is the one whose
sunshine outside the air is the month's mean (Klein 1977, doi:10.1016/0038-092X(77)90001-9).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geoml.features.solar.sky import Sky
from geoml.types import Array

MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
KLEIN_DAYS = (17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
STEPS_PER_HOUR = 2


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Twelve typical days, each array (12, steps): angles in degrees, power in W/m2.

    ``direct`` is the beam on a plane that faces the sun, ``diffuse`` what level ground gets from
    the rest of the sky, ``outside`` the beam above the air, (12, 1); the sun below the horizon
    gives 0. ``weight`` turns W/m2 of one step into kWh/m2 of its month, (12, 1).
    """

    zenith: Array
    azimuth: Array
    direct: Array
    diffuse: Array
    outside: Array
    weight: Array

    @property
    def level(self) -> Array:
        """What level ground gets, W/m2, (12, steps)."""
        level: Array = self.direct * _cosine(self.zenith) + self.diffuse
        return level


@lru_cache(maxsize=256)
def days(latitude: float, sky: Sky, altitude_m: float = 0.0) -> Days:
    """The typical days at a latitude in degrees under a sky, at a height above the sea in metres.

    Cloudless sun: Ineichen and Perez 2002, doi:10.1016/S0038-092X(02)00045-2. Level ground gets the
    month's clearness times that, at every hour. The share of it that is diffuse follows the
    clearness index of the month, K = sum / sum outside the air (Erbs, Klein and Duffie 1982,
    doi:10.1016/0038-092X(82)90302-4, the monthly equations), and is spread over the day as the
    sunshine outside the air is (Liu and Jordan 1960, doi:10.1016/0038-092X(60)90062-1): a mean day
    made of clear and of dull ones has more of both than one dim sun would give.
    """
    zenith, azimuth, cloudless_level, cloudless_beam, outside = _cloudless(
        latitude, sky.turbidity, altitude_m
    )
    cosine = _cosine(zenith)
    level = cloudless_level * np.array(sky.clearness)[:, None]
    top = outside * cosine
    share = diffuse_share(_ratio(level.sum(1), top.sum(1)), _sunset_deg(latitude))
    diffuse = np.minimum(_ratio(level.sum(1), top.sum(1))[:, None] * share[:, None] * top, level)
    # a low sun cannot be brighter than without a cloud: the rest comes from the sky around it
    direct = np.minimum(_ratio(level - diffuse, cosine), cloudless_beam)
    weight = np.array(MONTH_DAYS)[:, None] / STEPS_PER_HOUR / 1000.0
    return Days(zenith, azimuth, direct, level - direct * cosine, outside, weight)


def cloudless_sums(latitude: float, sky: Sky, altitude_m: float = 0.0) -> Array:
    """Monthly sums on level ground without a cloud, kWh/m2, (12,)."""
    level = _cloudless(latitude, sky.turbidity, altitude_m)[2]
    sums: Array = level.sum(1) * np.array(MONTH_DAYS) / STEPS_PER_HOUR / 1000.0
    return sums


def diffuse_share(clearness_index: Array, sunset_deg: Array) -> Array:
    """Share of a month's sunshine on level ground that is diffuse, in [0, 1]; NaN in, NaN out.

    1.391 - 3.560 K + 4.189 K**2 - 2.137 K**3 where the sun sets within 81.4 degrees of noon,
    1.311 - 3.022 K + 3.427 K**2 - 1.821 K**3 where it sets later; K is held in [0.3, 0.8], where
    the curves were fitted. Erbs, Klein and Duffie 1982, doi:10.1016/0038-092X(82)90302-4.
    """
    k = np.clip(clearness_index, 0.3, 0.8)
    winter = 1.391 - 3.560 * k + 4.189 * k**2 - 2.137 * k**3
    summer = 1.311 - 3.022 * k + 3.427 * k**2 - 1.821 * k**3
    share: Array = np.clip(np.where(sunset_deg <= 81.4, winter, summer), 0.0, 1.0)
    return share


def _cloudless(
    latitude: float, turbidity: tuple[float, ...], altitude_m: float
) -> tuple[Array, Array, Array, Array, Array]:
    from pvlib import atmosphere, clearsky, irradiance, solarposition

    hour_angle = np.radians((np.arange(24 * STEPS_PER_HOUR) + 0.5) * 15 / STEPS_PER_HOUR - 180)
    tilt_of_the_earth = _declination()[:, None]
    phi = np.radians(latitude)
    zenith = solarposition.solar_zenith_analytical(phi, hour_angle, tilt_of_the_earth)
    azimuth = solarposition.solar_azimuth_analytical(phi, hour_angle, tilt_of_the_earth, zenith)
    seen = np.degrees(zenith)
    outside = np.asarray(irradiance.get_extra_radiation(np.array(KLEIN_DAYS)), np.float64)[:, None]
    held = np.minimum(seen, 89.9)  # the model divides by the cosine; below the horizon is cut out
    mass = atmosphere.get_absolute_airmass(
        atmosphere.get_relative_airmass(held), atmosphere.alt2pres(altitude_m)
    )
    clear = clearsky.ineichen(held, mass, np.array(turbidity)[:, None], altitude_m, outside)
    up = _cosine(seen) > 0
    level, beam = (np.where(up, clear[name], 0.0) for name in ("ghi", "dni"))
    return seen, np.degrees(azimuth) % 360.0, level, beam, outside


def _declination() -> Array:
    from pvlib.solarposition import declination_spencer71

    return np.asarray(declination_spencer71(np.array(KLEIN_DAYS)), np.float64)


def _sunset_deg(latitude: float) -> Array:
    held = np.radians(np.clip(latitude, -89.0, 89.0))
    cosine = np.clip(-np.tan(held) * np.tan(_declination()), -1.0, 1.0)
    return np.asarray(np.degrees(np.arccos(cosine)), np.float64)


def _cosine(zenith_deg: Array) -> Array:
    return np.asarray(np.maximum(np.cos(np.radians(zenith_deg)), 0.0), np.float64)


def _ratio(above: Array, below: Array) -> Array:
    """0 where there is nothing to share: the sun is down."""
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
