"""Roofs of Alexandria on a lidar surface model of 2 m: real houses, no surveyed slopes.

Nobody measured these roofs from the ground. What can be checked is that the heights above ground
agree with those of the building layer, and that faces look where their walls look: a pitched roof
falls across its walls, so its azimuth lies near the normal of one. Chance: 22.5 degrees off.
"""

import geopandas
import numpy as np
import pytest
import shapely

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.days import days
from geoml.features.solar.potential import Place, potential
from geoml.features.solar.sky import sky_at
from geoml.features.solar.survey import survey

pytestmark = pytest.mark.real_data
PLACE = Place(38.81, -77.05)


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "buildings" / "alexandria"


@pytest.fixture(scope="module")
def buildings(folder):
    return geopandas.read_file(folder / "buildings.geojson").to_crs("EPSG:26918")


@pytest.fixture(scope="module")
def roofs(folder, buildings):
    return potential(buildings, PLACE, surface=folder / "dsm.tif", ground=folder / "dtm.tif")


def test_heights_agree_with_the_building_layer(roofs, buildings):
    off = (roofs.height_m - buildings.HEIGHT).dropna()
    assert len(off) >= 80
    assert abs(off.median()) < 0.6
    assert off.abs().quantile(0.9) < 1.5


def test_most_roofs_of_a_house_are_measured_and_small_ones_are_not_guessed(roofs):
    known = roofs.orientation != "unknown"
    assert known[roofs.plan_area_m2 >= 150].mean() >= 0.85
    assert set(roofs.orientation_note[~known]) <= {"small", "rough"}
    assert roofs.loc[~known, ["tilt_deg", "azimuth_deg", "shading_percent"]].isna().all(axis=None)
    assert roofs.tilt_deg.dropna().between(0, 50).all()


def test_faces_look_where_their_walls_look(folder, buildings):
    outlines = list(buildings.geometry)
    day = days(PLACE.latitude, sky_at(PLACE.latitude))
    found = survey(
        outlines, "EPSG:26918", folder / "dsm.tif", None, day, Assumptions(), north_deg=-1.29
    )
    pitched = [face for face in found.faces if face.tilt_deg >= 8 and face.plan_m2 >= 40]
    off = [_from_a_wall(face.azimuth_deg, outlines[face.roof]) for face in pitched]
    assert len(off) >= 40
    assert np.median(off) < 10


def test_the_sun_of_a_town_at_39_north(roofs):
    assert roofs.irradiation_kwh_m2.between(650, 1800).all()
    assert (roofs.irradiation_low <= roofs.irradiation_kwh_m2).all()
    yields = roofs.kwh_yr[roofs.kwp > 0] / roofs.kwp[roofs.kwp > 0]
    assert yields.between(800, 1450).all()


def _from_a_wall(azimuth_deg, outline):
    """Degrees between an azimuth and the nearest side of the outline's smallest rectangle."""
    x, y = shapely.minimum_rotated_rectangle(outline).exterior.xy
    side = np.degrees(np.arctan2(x[1] - x[0], y[1] - y[0]))
    off = (azimuth_deg - side) % 90
    return min(off, 90 - off)
