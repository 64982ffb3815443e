"""Roofs of Alexandria on a lidar surface model of 2 m: real houses, no surveyed slopes.

What can be checked, and how, is told in ``benchmarks.alexandria``.
"""

import numpy as np
import pytest

from benchmarks import alexandria

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def buildings(real_data):
    assert real_data.is_dir()
    return alexandria.buildings()


@pytest.fixture(scope="module")
def roofs(buildings):
    return alexandria.measured(buildings)


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


def test_faces_look_where_their_walls_look(buildings):
    off = alexandria.from_walls(buildings)
    assert len(off) >= 40
    assert np.median(off) < 10 < alexandria.CHANCE_DEG


def test_the_sun_of_a_town_at_39_north(roofs):
    assert roofs.irradiation_kwh_m2.between(650, 1800).all()
    assert (roofs.irradiation_low <= roofs.irradiation_kwh_m2).all()
    yields = roofs.kwh_yr[roofs.kwp > 0] / roofs.kwp[roofs.kwp > 0]
    assert yields.between(800, 1450).all()
