"""Roofs of Alexandria on a lidar surface model of 2 m: real houses, no surveyed slopes.

Nobody measured these roofs from the ground. What can be checked is that the heights above ground
agree with those of the building layer, and that faces look where their walls look: a pitched roof
falls across its walls, so its azimuth lies near the normal of one.
"""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas
import shapely

from benchmarks.page import table, text
from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.days import days
from geoml.features.solar.potential import Place, grid_north, potential
from geoml.features.solar.sky import sky_at
from geoml.features.solar.survey import survey
from geoml.types import Array

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "buildings" / "alexandria"
CRS, PLACE = "EPSG:26918", Place(38.81, -77.05)
CHANCE_DEG = 22.5
"""Median angle between any azimuth and the nearest wall of a rectangle."""
LARGE_M2 = 150.0
LEAST_TILT_DEG, LEAST_FACE_M2 = 8.0, 40.0


def section() -> list[str]:
    """Heights, the share of roofs that could be measured, and where faces look."""
    houses = buildings()
    roofs, off = measured(houses), from_walls(houses)
    high = (roofs.height_m - houses.HEIGHT).dropna()
    known, large = roofs.orientation != "unknown", roofs.plan_area_m2 >= LARGE_M2
    rows = [
        ("buildings", f"{len(houses)}"),
        ("faces measured, of roofs of 150 m2 or more", f"{known[large].mean():.0%}"),
        ("of smaller ones", f"{known[~large].mean():.0%}"),
        ("height above ground against the layer, median (m)", f"{high.median():+.2f}"),
        ("nine in ten are within (m)", f"{high.abs().quantile(0.9):.2f}"),
        ("pitched faces of 40 m2 or more", f"{len(off)}"),
        ("their azimuth off the nearest wall, median (degrees)", f"{np.median(off):.1f}"),
        ("nine in ten are within (degrees)", f"{np.quantile(off, 0.9):.1f}"),
        ("by chance, median (degrees)", f"{CHANCE_DEG:g}"),
    ]
    return [
        text(
            """Alexandria, Virginia: real houses on a lidar surface model of 2 m, with their mapped
            outlines and no network. Nobody surveyed the slopes. A pitched roof falls across its
            walls, so that its azimuth should lie near the normal of one; at 2 m a small roof has
            too few cells, and is called unknown rather than guessed."""
        ),
        "",
        *table(("what", "value"), rows),
    ]


def buildings() -> geopandas.GeoDataFrame:
    """The mapped outlines, with ``HEIGHT`` in metres."""
    return geopandas.read_file(FOLDER / "buildings.geojson").to_crs(CRS)


def measured(houses: geopandas.GeoDataFrame) -> pandas.DataFrame:
    """What ``potential`` says of each."""
    return potential(houses, PLACE, surface=FOLDER / "dsm.tif", ground=FOLDER / "dtm.tif")


def from_walls(houses: geopandas.GeoDataFrame) -> Array:
    """Degrees between the azimuth of each large pitched face and the nearest wall's normal."""
    outlines = list(houses.geometry)
    day, north = days(PLACE.latitude, sky_at(PLACE.latitude)), grid_north(CRS, PLACE)
    found = survey(
        outlines, CRS, FOLDER / "dsm.tif", None, day, Assumptions(), north_deg=north
    ).faces
    pitched = [one for one in found if one.tilt_deg >= LEAST_TILT_DEG]
    return np.array(
        [
            _from_a_wall(face.azimuth_deg - north, outlines[face.roof])
            for face in pitched
            if face.plan_m2 >= LEAST_FACE_M2
        ]
    )


def _from_a_wall(azimuth_deg: float, outline: shapely.Polygon) -> float:
    """Degrees between a grid azimuth and the nearest side of the smallest rectangle."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))
    side = np.degrees(np.arctan2(*(corners[1] - corners[0])))
    off = (azimuth_deg - side) % 90
    return float(min(off, 90 - off))
