import numpy as np
import pytest

from geoml.features.hydrology.gfi import LEAST_HEIGHT_M, gfi, river_depth, water_depth


def test_worked_numbers():
    depth = river_depth(np.array([1.0, 100.0]))
    assert depth == pytest.approx([1.0, 5.1152], abs=1e-4)
    assert gfi(depth, np.array([1.0, 1.0])) == pytest.approx([0.0, 1.6322], abs=1e-4)
    assert water_depth(depth, np.array([1.0, 1.0])) == pytest.approx([0.0, 4.1152], abs=1e-4)


def test_reach_and_depth_agree_where_the_river_ends():
    depth, height = np.full(50, 2.0), np.linspace(0, 4, 50)
    index, water = gfi(depth, height), water_depth(depth, height)
    np.testing.assert_array_equal(index > 0, water > 0)
    assert (np.diff(index) <= 0).all()
    assert (np.diff(water) <= 0).all()


def test_on_the_drainage_the_index_is_finite():
    assert gfi(np.array([1.0]), np.array([0.0]))[0] == pytest.approx(-np.log(LEAST_HEIGHT_M))


def test_unknown_stays_unknown():
    depth, height = np.array([np.nan, 1.0]), np.array([1.0, np.nan])
    assert np.isnan(gfi(depth, height)).all()
    assert np.isnan(water_depth(depth, height)).all()
