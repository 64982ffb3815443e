"""Where the sun stood when a satellite looked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Sun:
    """Elevation above the horizon and azimuth from north by east, in degrees; distance in au."""

    elevation: float
    azimuth: float
    distance: float


def position(day: datetime, hour_utc: float, lon: float, lat: float) -> Sun:
    """Where the sun stands at an hour (UTC) of a day; good to 0.05 degrees, without refraction.

    The NOAA solar calculator's equations, after Meeus, Astronomical Algorithms (1998), chapter 25.
    """
    epoch = datetime(2000, 1, 1, 12, tzinfo=UTC)
    century = ((day - epoch).total_seconds() / 86_400.0 + hour_utc / 24.0) / 36_525.0
    mean_lon = math.radians((280.46646 + century * (36_000.76983 + 0.0003032 * century)) % 360.0)
    anomaly = math.radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = math.radians(
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = mean_lon + centre - math.radians(0.00569 + 0.00478 * math.sin(node))
    tilt = math.radians(23.439291 - 0.0130042 * century + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(tilt) * math.sin(apparent))
    distance = (1.000001018 * (1 - eccentricity**2)) / (
        1 + eccentricity * math.cos(anomaly + centre)
    )
    minutes = _equation_of_time(tilt, mean_lon, anomaly, eccentricity)
    hour_angle = math.radians((hour_utc * 60.0 + minutes + 4.0 * lon) / 4.0 - 180.0)
    return _horizontal(math.radians(lat), declination, hour_angle, distance)


def _equation_of_time(tilt: float, mean_lon: float, anomaly: float, eccentricity: float) -> float:
    """Apparent minus mean solar time, in minutes."""
    y = math.tan(tilt / 2) ** 2
    return 4.0 * math.degrees(
        y * math.sin(2 * mean_lon)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean_lon)
        - 0.5 * y * y * math.sin(4 * mean_lon)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )


def _horizontal(lat: float, declination: float, hour_angle: float, distance: float) -> Sun:
    up = math.sin(lat) * math.sin(declination)
    up += math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.cos(lat) * math.sin(declination)
    north -= math.sin(lat) * math.cos(declination) * math.cos(hour_angle)
    azimuth = math.degrees(math.atan2(east, north)) % 360.0
    return Sun(math.degrees(math.asin(max(-1.0, min(1.0, up)))), azimuth, distance)


def overpass_hour(lon: float, lat: float, node_hour: float, inclination: float) -> float:
    """Hour (UTC) at which a sun-synchronous satellite passes a place on its descending half.

    ``node_hour`` is the mean local solar time at the equator. Nearer the pole the track lies
    east of its node on the northern side, so it passes later by the clock of the sun.
    """
    reach = math.tan(math.radians(lat)) / math.tan(math.radians(180.0 - inclination))
    local = node_hour + math.degrees(math.asin(max(-1.0, min(1.0, reach)))) / 15.0
    return (local - lon / 15.0) % 24.0
