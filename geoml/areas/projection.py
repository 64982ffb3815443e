"""Which projected CRS an area is measured in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from geoml.errors import InvalidArgument
from geoml.raster.grid import Grid, transformer
from geoml.raster.utm import NORTHMOST, SOUTHMOST, utm_crs

_MERCATOR = {3857, 3785, 3395, 900913}
_BEYOND_DEG = 2.0  # how far outside its area of use a CRS is still taken
_SCALE_TOLERANCE = 0.03  # a metre of the CRS may differ by 3 % from a metre on the ground


@dataclass(frozen=True, slots=True)
class National:
    """A territory, roughly outlined in longitude and latitude, and its official CRS."""

    crs: str
    outline: tuple[tuple[float, float], ...]

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the place lies in the territory."""
        return bool(shapely.contains_xy(shapely.Polygon(self.outline), lon, lat))


def _box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north))


# Drawn by hand a few kilometres outside the coast and on the land border: they only choose a
# default, and both sides of a border are measured well by either CRS.
NATIONAL: tuple[National, ...] = (
    National(
        "EPSG:2154",  # RGF93 v1 / Lambert-93, metropolitan France
        (
            (-5.3, 48.6), (-5.3, 47.7), (-3.2, 46.9), (-2.0, 45.8), (-1.9, 43.5), (-1.8, 43.36),
            (-1.72, 43.31), (-1.4, 43.1), (-0.3, 42.8), (0.7, 42.75), (1.45, 42.65), (1.75, 42.45),
            (3.3, 42.4), (3.3, 43.0), (5.0, 43.1), (6.4, 42.8), (7.55, 43.7), (7.65, 44.1),
            (6.9, 44.3), (7.05, 44.75), (6.65, 45.1), (7.15, 45.4), (6.8, 45.72), (6.83, 45.83),
            (7.05, 45.92), (6.95, 46.05), (6.8, 46.15), (6.8, 46.42), (6.3, 46.4), (6.25, 46.3),
            (6.3, 46.25), (6.2, 46.19), (5.98, 46.13), (5.96, 46.2), (6.1, 46.25), (6.17, 46.37),
            (6.07, 46.42), (6.1, 46.55), (7.0, 47.4), (7.58, 47.58), (7.6, 48.1), (8.25, 48.97),
            (7.4, 49.2), (6.4, 49.47), (5.8, 49.55), (4.9, 50.0), (4.2, 50.0), (3.7, 50.35),
            (3.15, 50.75), (2.55, 51.1), (1.5, 50.95), (1.3, 50.2), (0.0, 49.8), (-1.2, 49.8),
            (-2.1, 49.8), (-1.9, 48.75), (-3.5, 48.95),
        ),
    ),
    National("EPSG:2154", _box(8.4, 41.3, 9.7, 43.1)),  # Corsica
    National("EPSG:2975", _box(55.1, -21.5, 55.9, -20.8)),  # La Reunion
    National("EPSG:5490", _box(-61.9, 15.8, -60.95, 16.6)),  # Guadeloupe
    National("EPSG:5490", _box(-61.3, 14.35, -60.75, 14.95)),  # Martinique
    National("EPSG:5490", _box(-63.2, 17.8, -62.7, 18.15)),  # Saint-Martin, Saint-Barthelemy
    National(
        "EPSG:2972",  # Guyane
        (
            (-54.1, 6.0), (-54.5, 4.9), (-54.0, 3.5), (-54.6, 2.3), (-52.6, 2.1), (-51.4, 4.4),
            (-52.0, 5.3),
        ),
    ),
    National("EPSG:4471", _box(44.95, -13.1, 45.35, -12.6)),  # Mayotte
)  # fmt: skip


def default_crs(lon: float, lat: float) -> str:
    """The official CRS of a French territory, else the WGS84 UTM zone of the place.

    An area across the border of two zones is measured in that of its middle: ``distortion`` says
    how little that matters. Raises InvalidArgument beyond 80 S and 84 N.
    """
    for territory in NATIONAL:
        if territory.holds(lon, lat):
            return territory.crs
    zone = utm_crs(lon, lat)
    if zone is None:
        raise InvalidArgument(
            "no UTM zone so near the pole",
            where="area",
            expected="a centre between 80 S and 84 N",
            got=f"latitude {lat:.2f}",
            next_step="choose an area within these latitudes; polar CRS are not supported",
        )
    return zone


@dataclass(frozen=True, slots=True)
class Distortion:
    """By how much distances and areas on a grid differ from the ground at worst, in percent."""

    distance_percent: float
    area_percent: float

    def told(self) -> str:
        """One line for a reader."""
        return (
            f"distances differ from the ground by at most {self.distance_percent:.3f} %, "
            f"areas by {self.area_percent:.3f} %"
        )


def distortion(grid: Grid) -> Distortion:
    """The worst distortion over a grid: at 5 x 5 places, its corners and edges among them.

    Infinite where the CRS does not reach.
    """
    west, south, east, north = grid.bounds
    x, y = (
        part.ravel()
        for part in np.meshgrid(*(np.linspace(a, b, 5) for a, b in ((west, east), (south, north))))
    )
    lon, lat = transformer(grid.crs, "OGC:CRS84").transform(x, y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return Distortion(math.inf, math.inf)
    factors = Proj(CRS.from_user_input(grid.crs)).get_factors(lon, lat)
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    worst = [float(np.abs(part - 1.0).max()) for part in (scales, factors.areal_scale)]
    return Distortion(*(round(100.0 * one, 4) if math.isfinite(one) else math.inf for one in worst))


def check_measurable(grid: Grid, where: str) -> None:
    """Raise InvalidArgument for a grid that cannot be measured in its CRS or put on the web map."""
    west, south, east, north = grid.lonlat_bounds()
    got = f"{west:.3f}, {south:.3f}, {east:.3f}, {north:.3f}"
    if not west < east:
        raise InvalidArgument(
            "it reaches across 180 E",
            where=where,
            expected="an area, its margin included, on one side of that meridian",
            got=got,
            next_step="make two areas, one on each side, that end 1 km before it",
        )
    if not (south >= SOUTHMOST and north <= NORTHMOST + 1.0):
        raise InvalidArgument(
            "it reaches too near to the pole",
            where=where,
            expected="an area, its margin included, between 80 S and 84 N",
            got=got,
            next_step="choose a smaller area or margin",
        )
    worst = distortion(grid)
    if worst.distance_percent > 100.0 * _SCALE_TOLERANCE:
        raise InvalidArgument(
            "too wide to be measured in one CRS",
            where=f"{where} in {grid.crs}",
            expected=f"distances within {100 * _SCALE_TOLERANCE:g} % of those on the ground",
            got=worst.told(),
            next_step="choose a smaller area, or a --crs that is made for all of it",
        )


def checked_crs(text: str, lon: float, lat: float) -> str:
    """``EPSG:n`` when ``text`` is a CRS in which the place can be measured in metres.

    Raises InvalidArgument for a CRS that is unknown, geographic, in feet, with axes that do not
    run east and north, a Mercator of the whole world, or far from where it is true to scale.
    """
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise _refused(text, "PROJ does not know it") from error
    code = crs.to_epsg()
    if code is None:
        raise _refused(text, "it has no EPSG code")
    reason = _reason(crs, code)
    if reason:
        raise _refused(text, reason)
    use = crs.area_of_use
    if use is not None and not _near(use.bounds, lon, lat):
        raise _refused(text, f"it is made for {use.name[:80]}, not for {lon:.2f}, {lat:.2f}")
    scales = _scales(crs, lon, lat)
    if not all(abs(scale - 1.0) <= _SCALE_TOLERANCE for scale in scales):
        worst = max(scales, key=lambda scale: abs(scale - 1.0))
        raise _refused(text, f"a metre of it is {1 / worst:.2f} m at {lon:.2f}, {lat:.2f}")
    return f"EPSG:{code}"


def _reason(crs: CRS, code: int) -> str:
    if not crs.is_projected:
        return f"{crs.name} is not projected: its unit is no metre"
    if code in _MERCATOR:
        return "Web Mercator metres are not metres on the ground"
    axes = crs.axis_info
    if any(axis.unit_name != "metre" for axis in axes):
        return f"its unit is {axes[0].unit_name}"
    if {axis.direction for axis in axes} != {"east", "north"}:
        return "its axes do not run east and north"
    return ""


def _near(bounds: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = bounds
    turn = (lon - (west - _BEYOND_DEG)) % 360.0  # an area of use may cross the date line
    across = turn <= (east - west) % 360.0 + 2 * _BEYOND_DEG or east - west >= 360.0
    return across and south - _BEYOND_DEG <= lat <= north + _BEYOND_DEG


def _scales(crs: CRS, lon: float, lat: float) -> tuple[float, float]:
    factors = Proj(crs).get_factors(lon, lat)
    scales = float(factors.meridional_scale), float(factors.parallel_scale)
    return scales if all(map(math.isfinite, scales)) else (math.inf, math.inf)


def _refused(text: str, got: str) -> InvalidArgument:
    return InvalidArgument(
        "not a CRS to measure this area in",
        where=f"--crs {text[:60]}",
        expected="a projected CRS in metres made for this place, for example EPSG:2154 in France",
        got=got,
        next_step="leave --crs out to take the national CRS or the UTM zone",
    )
