"""What a sensor's numbers mean: from digital numbers to reflectance and kelvin.

Every trap of this trade is a named function here, with a test of the same name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from geoml.areas.ingest.sun import Sun
from geoml.areas.ingest.temperatures import LANDSAT_ST, PLAUSIBLE_K
from geoml.areas.keys import OPTICAL
from geoml.errors import InvalidArgument, UnknownUnit
from geoml.types import Array

Rule: TypeAlias = Literal["landsat-l1", "landsat-c2l2", "sentinel2", "sentinel2-harmonized"]

SENTINEL2_OFFSET_SINCE = "2022-01-25"
_SENTINEL2_OFFSET = -1000.0


@dataclass(frozen=True, slots=True)
class Radiometry:
    """Level-1 calibration of one band: radiance = gain * DN + bias, in W/(m2 sr um)."""

    gain: float
    bias: float
    esun: float = math.nan


@dataclass(frozen=True, slots=True)
class Sensor:
    """A product that files can come from.

    ``bands`` are the source keys that it can give; ``support_m`` is the ground that one thermal
    value speaks of, ``fill`` the digital number of no data, ``saturated`` the one of too much.
    """

    name: str
    title: str
    rule: Rule
    bands: tuple[str, ...]
    fill: float
    saturated: float
    support_m: float | None = None
    radiometry: Mapping[str, Radiometry] = field(default_factory=dict)
    thermal_k: tuple[float, float] = (math.nan, math.nan)
    node_hour: float = 10.0
    inclination: float = 98.2

    @property
    def level1(self) -> bool:
        """Whether its numbers are calibrated radiance at the top of the atmosphere."""
        return self.rule == "landsat-l1"

    def check(self, keys: Sequence[str]) -> None:
        """Refuse a temperature key that this product cannot give."""
        for key, other in (("thermal", "lst"), ("lst", "thermal")):
            if key in keys and key not in self.bands and other in self.bands:
                gives = "surface" if other == "lst" else "brightness"
                raise InvalidArgument(
                    f"{self.title} gives {gives} temperature",
                    where=f"{key}= with --sensor {self.name}",
                    expected=f"{other}=PATH",
                    got=f"{key}=PATH",
                    next_step=f"ingest it as {other}=",
                )

    def support_of(self, key: str) -> float | None:
        """Size on the ground that one value of ``key`` speaks of, in metres, where it is known."""
        return self.support_m if key in ("lst", "thermal") else None


_LANDSAT7 = {  # high gain but for 61; LMIN and LMAX of Chander et al. 2009, table 4
    "blue": Radiometry(0.77569, -6.20, 1997.0),
    "green": Radiometry(0.79569, -6.40, 1812.0),
    "red": Radiometry(0.61922, -5.00, 1533.0),
    "nir": Radiometry(0.63725, -5.10, 1039.0),
    "swir1": Radiometry(0.12573, -1.00, 230.8),
    "swir2": Radiometry(0.04373, -0.35, 84.90),
    "thermal": Radiometry(0.067087, -0.067087),
}


def _level2(name: str, title: str, support_m: float) -> Sensor:
    return Sensor(name, title, "landsat-c2l2", (*OPTICAL, "lst"), 0.0, 65_535.0, support_m)


SENSORS: dict[str, Sensor] = {
    sensor.name: sensor
    for sensor in (
        Sensor(
            "landsat7",
            "Landsat 7 ETM+ Level-1 (8 bit)",
            "landsat-l1",
            (*OPTICAL, "thermal"),
            fill=0.0,
            saturated=255.0,
            support_m=90.0,  # 60 m cells, blurred by optics and resampling
            radiometry=_LANDSAT7,
            thermal_k=(666.09, 1282.71),
        ),
        _level2("landsat5-l2", "Landsat 5 Collection 2 Level-2", 120.0),
        _level2("landsat7-l2", "Landsat 7 Collection 2 Level-2", 90.0),
        _level2("landsat8", "Landsat 8 Collection 2 Level-2", 100.0),
        _level2("landsat9", "Landsat 9 Collection 2 Level-2", 100.0),
        Sensor("sentinel2", "Sentinel-2 (ESA)", "sentinel2", OPTICAL, 0.0, 65_535.0),
        Sensor(
            "sentinel2-harmonized",
            "Sentinel-2, offset already removed by the catalogue",
            "sentinel2-harmonized",
            OPTICAL,
            0.0,
            65_535.0,
        ),
    )
}


def get(name: str) -> Sensor:
    """The sensor of that name; raises InvalidArgument, which lists them."""
    if name in SENSORS:
        return SENSORS[name]
    raise InvalidArgument(
        "no such sensor",
        where=f"--sensor {name[:60]}",
        expected=f"one of {', '.join(SENSORS)}",
        next_step="leave it out for files that hold reflectance, or kelvin or degrees Celsius",
    )


def quantity(sensor: Sensor, key: str, dn: Array, *, when: str | None, sun: Sun | None) -> Array:
    """Reflectance (1) or temperature (K) of digital numbers; fill and saturated ones are NaN.

    ``sun`` is needed for the reflectance of a Level-1 product, ``when`` for Sentinel-2.
    """
    known = without_fill(dn, sensor)
    if sensor.level1 and key == "thermal":
        return brightness_temperature(known, sensor.radiometry[key], sensor.thermal_k)
    if sensor.level1:
        if sun is None:
            raise _date_needed(sensor)
        return toa_reflectance(known, sensor.radiometry[key], sun)
    if key == "lst":
        return landsat_surface_temperature(known)
    if sensor.rule == "landsat-c2l2":
        return landsat_surface_reflectance(known)
    return sentinel2_reflectance(known, when, harmonized=sensor.rule != "sentinel2")


def without_fill(dn: Array, sensor: Sensor) -> Array:
    """Digital numbers with NaN for no data and for saturation.

    Resampled numbers lie between; half a number tells which.
    """
    bad = (dn < sensor.fill + 0.5) | (dn > sensor.saturated - 0.5)
    return np.where(bad, np.float32(np.nan), dn)


def toa_reflectance(dn: Array, band: Radiometry, sun: Sun) -> Array:
    """Reflectance at the top of the atmosphere; NDVI of raw numbers is wrong (0.42 for 0.62).

    pi L d2 / (ESUN sin(elevation)), Chander et al. 2009, doi:10.1016/j.rse.2009.01.007, eq. 2.
    """
    factor = math.pi * sun.distance**2 / (band.esun * math.sin(math.radians(sun.elevation)))
    return (dn * np.float32(band.gain) + np.float32(band.bias)) * np.float32(factor)


def brightness_temperature(dn: Array, band: Radiometry, k: tuple[float, float]) -> Array:
    """Kelvin of a black body that shines as brightly; not the temperature of the surface.

    K2 / ln(K1 / L + 1), Chander et al. 2009, doi:10.1016/j.rse.2009.01.007, eq. 4.
    """
    radiance = dn * np.float32(band.gain) + np.float32(band.bias)
    radiance = np.where(radiance > 0, radiance, np.float32(np.nan))
    kelvin: Array = np.float32(k[1]) / np.log(np.float32(k[0]) / radiance + np.float32(1.0))
    return kelvin


def landsat_surface_reflectance(dn: Array) -> Array:
    """Collection 2 Level-2: 0.0000275 DN - 0.2 (not Collection 1's 0.0001 DN)."""
    return dn * np.float32(0.0000275) + np.float32(-0.2)


def landsat_surface_temperature(dn: Array) -> Array:
    """Collection 2 Level-2: 0.00341802 DN + 149.0 kelvin (not Collection 1's 0.1 DN)."""
    return LANDSAT_ST.kelvin(dn)


def sentinel2_reflectance(dn: Array, when: str | None, *, harmonized: bool) -> Array:
    """DN / 10000, after taking off the 1000 that ESA adds from processing baseline 04.00 on.

    That baseline began with scenes of 2022-01-25. Some catalogues take the 1000 off themselves:
    ``harmonized`` says so.
    """
    if harmonized:
        return dn / np.float32(10_000.0)
    if when is None:
        raise _date_needed(SENSORS["sentinel2"])
    offset = _SENTINEL2_OFFSET if when[:10] >= SENTINEL2_OFFSET_SINCE else 0.0
    return (dn + np.float32(offset)) / np.float32(10_000.0)


def check_sample(sensor: Sensor, key: str, path: str, dn: Array, result: Array) -> None:
    """Refuse a file whose numbers are not this product's: raises UnknownUnit.

    ``dn`` and ``result`` are samples before and after ``quantity``; all NaN passes.
    """
    numbers, values = dn[np.isfinite(dn) & (dn != sensor.fill)], result[np.isfinite(result)]
    if numbers.size == 0:
        return
    if already_physical(numbers, key):
        got, step = f"a largest value of {numbers.max():.4g}", _without_sensor(key)
    elif sensor.rule == "sentinel2" and key in OPTICAL and offset_already_removed(values):
        got = f"{100 * np.mean(values <= 0):.0f} % of the reflectance at or below 0"
        step = "the 1000 seems to be taken off already: pass --sensor sentinel2-harmonized"
    elif values.size == 0 or not _plausible(key, values):
        got = f"a median of {np.median(values):.4g}" if values.size else "nothing but fill"
        step = (
            f"check {_SETTINGS.get(key, '--sensor')}, and whether the file is of that product level"
        )
    else:
        return
    raise UnknownUnit(
        f"its numbers are not those of {sensor.title}",
        where=f"{key}={path}",
        expected="digital numbers as the producer delivers them",
        got=got,
        next_step=step,
    )


_SETTINGS = {"lst": "--sensor/--unit", "thermal": "--sensor/--unit"}


def _without_sensor(key: str) -> str:
    """What to do with a file that needs no product's rule, perhaps beside others that do."""
    if key in OPTICAL:
        return "leave --sensor out"
    return (
        f"leave --sensor out for it: ingest the bands with --sensor in one call, {key}=FILE "
        f"without it (and with --unit {key}=degC or K) in another"
    )


def already_physical(numbers: Array, key: str) -> bool:
    """Whether a file holds reflectance or kelvin already, not digital numbers."""
    if key in OPTICAL:
        return bool(numbers.max() <= 2.0)
    return bool(numbers.max() <= 400.0 and np.any(numbers != np.rint(numbers)))


def offset_already_removed(reflectance: Array) -> bool:
    """Whether taking off Sentinel-2's 1000 left an impossible amount of negative reflectance."""
    return bool(np.mean(reflectance <= 0.0) > 0.2)


def _plausible(key: str, values: Array) -> bool:
    median = float(np.median(values))
    low, high = (-0.1, 1.2) if key in OPTICAL else PLAUSIBLE_K[key]
    return low <= median <= high


def _date_needed(sensor: Sensor) -> InvalidArgument:
    return InvalidArgument(
        f"{sensor.title} cannot be read without a date",
        where=f"--sensor {sensor.name}",
        expected="--date YYYY-MM-DD of the scene",
        next_step="the date is in the file name or the metadata of the scene",
    )
