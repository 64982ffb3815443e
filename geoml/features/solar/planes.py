"""The sun of a year on every plane a roof can be: one table a place, read by interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geoml.features.solar.azimuth import CompassAzimuth, compass_values
from geoml.features.solar.days import Days, days
from geoml.features.solar.sky import Sky
from geoml.types import Array

TILTS = np.arange(0.0, 91.0, 5.0)
AZIMUTHS = np.arange(0.0, 361.0, 10.0)
GROUND_ALBEDO = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """Monthly sums on tilted planes, kWh/m2: (12, tilts, azimuths), see ``TILTS``, ``AZIMUTHS``."""

    table: Array

    def monthly(self, tilt: Array, azimuth: CompassAzimuth) -> Array:
        """Sums of the twelve months on n planes, (n, 12); tilt in degrees [0, 90].

        Linear between the knots of the table, within 0.5 % of the sum itself. NaN where the tilt is
        NaN, and where the azimuth is unless the plane is level.
        """
        tilts = np.atleast_1d(np.asarray(tilt, np.float64))
        compass = np.atleast_1d(compass_values(azimuth))
        tilts, compass = np.broadcast_arrays(tilts, compass)
        compass = np.where(tilts == 0, 0.0, compass)
        known = np.isfinite(tilts) & np.isfinite(compass)
        row, along = _between(np.where(known, tilts, 0.0), TILTS)
        col, across = _between(np.where(known, compass, 0.0), AZIMUTHS)
        near = self.table[:, row, col] * (1 - across) + self.table[:, row, col + 1] * across
        far = self.table[:, row + 1, col] * (1 - across) + self.table[:, row + 1, col + 1] * across
        sums: Array = (near * (1 - along) + far * along).T
        return np.where(known[:, None], sums, np.nan)

    def yearly(self, tilt: Array, azimuth: CompassAzimuth) -> Array:
        """Sums of the year on n planes, (n,), kWh/m2; unknown as in ``monthly``."""
        whole = Planes(self.table.sum(axis=0, keepdims=True))
        total: Array = whole.monthly(tilt, azimuth)[:, 0]
        return total


@lru_cache(maxsize=256)
def planes(latitude: float, sky: Sky, altitude_m: float = 0.0) -> Planes:
    """The table of a latitude in degrees under a sky, at a height above the sea in metres.

    Beam + circumsolar + the rest of the sky + ground: Hay and Davies 1980 as in pvlib.irradiance
    (``haydavies``), a ground that reflects ``GROUND_ALBEDO``. Half-hourly sums over the twelve
    ``days``.
    """
    day = days(latitude, sky, altitude_m)
    tilt = TILTS[:, None]
    sums = [on_planes(day, month, tilt, AZIMUTHS[None, :-1]) for month in range(12)]
    table = np.stack([total * day.weight[month, 0] for month, total in enumerate(sums)])
    return Planes(np.concatenate([table, table[:, :, :1]], axis=2))


def on_planes(day: Days, month: int, tilt: Array, compass: Array) -> Array:
    """Power on planes summed over the steps of one typical day, W/m2 times steps."""
    from pvlib import irradiance

    lit = day.zenith[month] < 90
    zenith, azimuth, direct, diffuse, level = (
        values[month][lit][:, None, None]
        for values in (day.zenith, day.azimuth, day.direct, day.diffuse, day.level)
    )
    cosine = irradiance.aoi_projection(tilt, compass, zenith, azimuth)
    sky = irradiance.haydavies(tilt, compass, diffuse, direct, day.outside[month], zenith, azimuth)
    ground = irradiance.get_ground_diffuse(tilt, level, GROUND_ALBEDO)
    total: Array = (direct * np.maximum(cosine, 0.0) + sky + ground).sum(axis=0)
    return total


def _between(values: Array, knots: Array) -> tuple[Array, Array]:
    step = knots[1] - knots[0]
    low = np.clip((values // step).astype(np.int64), 0, len(knots) - 2)
    return low, (values - knots[low]) / step
