"""The solar potential of every roof of a town: one row a roof."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely import Polygon

from geoml.errors import InvalidArgument
from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.days import days
from geoml.features.solar.energy import energy, peak_power
from geoml.features.solar.interval import Interval, widened
from geoml.features.solar.planes import planes
from geoml.features.solar.sky import Sky, sky_at
from geoml.features.solar.survey import Survey, survey
from geoml.features.solar.totals import Totals, of_faces, of_unknown
from geoml.types import Array

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

COLUMNS = (
    *("plan_area_m2", "usable_area_m2", "height_m", "facets", "tilt_deg", "azimuth_deg"),
    *("orientation", "orientation_note", "irradiation_kwh_m2", "irradiation_low"),
    *("irradiation_high", "shading_percent", "kwp", "kwh_yr", "kwh_yr_low", "kwh_yr_high"),
    "kwh_month",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the roofs are: degrees north and east, metres above the sea (0 when nobody knows)."""

    latitude: float
    longitude: float
    altitude_m: float = 0.0


def potential(
    roofs: GeoDataFrame,
    place: Place,
    *,
    surface: Path | None = None,
    ground: Path | None = None,
    sky: Sky | None = None,
    assumptions: Assumptions | None = None,
) -> DataFrame:
    """What sun and what electricity each roof would give: a row a roof, the index kept.

    ``roofs`` are polygons in a projected CRS in metres; ``surface`` (with roofs and trees) and
    ``ground`` (bare earth) are rasters of heights in metres in the same CRS. ``sky`` is that of the
    latitude by default. Columns, unknown NaN:

    - ``plan_area_m2`` as seen from above; ``usable_area_m2`` of modules, along the slope;
      ``height_m`` of the roof above the ground; ``facets``, the faces found (0: none).
    - ``tilt_deg``, ``azimuth_deg`` (true compass degrees; NaN when flat or unknown) of the face
      with most modules, or of the largest; ``orientation`` "measured", "flat" or "unknown";
      ``orientation_note`` the word of ``Survey.seen``, or "no surface".
    - ``irradiation_kwh_m2`` a year on the modules (on the largest face where none fits), shade
      taken off, with ``irradiation_low`` and ``irradiation_high``; ``shading_percent`` taken off.
    - ``kwp``; ``kwh_yr`` with ``kwh_yr_low`` and ``kwh_yr_high``; ``kwh_month``, a list of 12.

    A face that gets less than ``least_sun`` of the best plane of the place is left free; modules on
    a flat roof are counted as lying flat. A roof of unknown orientation carries 0.4 m2 of modules
    on each m2 of plan and has the median sun of all orientations; low and high span the least and
    the most of them, a face that is left free for its lack of sun among them. Raises
    InvalidArgument without a projected CRS in metres, GridMismatch for a raster in another one.
    """
    told, above = assumptions or Assumptions(), sky or sky_at(place.latitude)
    _check_metres(roofs)
    table = planes(place.latitude, above, place.altitude_m)
    plan = roofs.geometry.area.to_numpy(np.float64)
    found = Survey((), np.full(len(roofs), np.nan), ("no surface",) * len(roofs))
    if surface is not None:
        day = days(place.latitude, above, place.altitude_m)
        outlines, crs = list(roofs.geometry.fillna(Polygon())), roofs.crs.to_wkt()
        north = grid_north(crs, place)
        found = survey(outlines, crs, surface, ground, day, told, north_deg=north)
    sums = of_unknown(table, plan, told)
    sums.take(of_faces(table, found.faces, len(plan), told))
    return _rows(roofs, plan, found, sums, above, told)


def _rows(
    roofs: GeoDataFrame,
    plan: Array,
    found: Survey,
    sums: Totals,
    sky: Sky,
    assumptions: Assumptions,
) -> DataFrame:
    from pandas import DataFrame

    known = sums.facets > 0
    doubt = np.hypot(np.hypot(sky.uncertainty, sky.interannual), assumptions.sigma_planes)
    sigma = np.where(known, np.hypot(doubt, assumptions.sigma_shading), doubt)
    sun = widened(*sums.sun, np.asarray(sigma))
    power = Interval(*(peak_power(area, assumptions) for area in sums.modules_m2))
    kwp, made = power.p50, energy(sun, power, assumptions)
    months = sums.months * (kwp * assumptions.performance_ratio)[:, None]
    flat = np.where(np.isnan(sums.azimuth_deg), "flat", "measured")
    columns = (
        *(plan, sums.modules_m2.p50, found.height_m, sums.facets, sums.tilt_deg, sums.azimuth_deg),
        *(np.where(known, flat, "unknown"), np.array(found.seen, dtype=object)),
        *(*sun, 100 * sums.shading, kwp, *made, [row.tolist() for row in months]),
    )
    return DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=roofs.index)


def grid_north(crs: str, place: Place) -> float:
    """The true bearing of a projected CRS's north at a place, in degrees: the grid's convergence.

    A few degrees at the edge of a UTM zone. Raises InvalidArgument where the CRS stretches areas by
    more than 5 %, as Web Mercator does away from the equator: roofs would be too large.
    """
    from pyproj import CRS, Proj

    factors = Proj(CRS.from_user_input(crs)).get_factors(place.longitude, place.latitude)
    if not abs(factors.areal_scale - 1) < 0.05:
        raise InvalidArgument(
            "a coordinate system that does not keep areas at this place",
            expected="areas true within 5 %",
            got=f"{factors.areal_scale:.2f} times the true area",
            next_step="use the area's own system, or the place's UTM zone",
        )
    return float(factors.meridian_convergence)


def _check_metres(roofs: GeoDataFrame) -> None:
    crs = roofs.crs
    metres = crs is not None and crs.is_projected
    if not (metres and all(axis.unit_conversion_factor == 1 for axis in crs.axis_info)):
        raise InvalidArgument(
            "roofs without metres",
            expected="polygons in a projected coordinate system in metres",
            got=str(crs)[:60],
            next_step="bring them to the area's system: roofs.to_crs(area.crs)",
        )
