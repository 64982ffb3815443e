import numpy as np
import pytest

from geoml.features.hydrology.drainage import nearest_drain
from geoml.features.hydrology.hand import hand
from geoml.features.hydrology.routing import route


@pytest.fixture
def plane():
    """A valley without fall along its brook, but for a hair: HAND is the height of the slope."""
    row, col = np.mgrid[:31, :21]
    return (2.0 * abs(col - 10) - 1e-4 * row).astype(np.float32)


def test_height_above_the_brook_is_the_height_of_the_slope(plane):
    brook = np.zeros(plane.shape, bool)
    brook[:, 10] = True
    got = hand(plane, nearest_drain(route(plane, 20, 10), brook))
    expected = np.tile(2.0 * abs(np.arange(21) - 10), (31, 1))
    np.testing.assert_allclose(got, expected, atol=1e-3)
    assert (got[:, 10] == 0).all()


def test_never_below_0_and_unknown_without_drainage(rough):
    ground = rough(25, 25, 3)
    brook = np.zeros(ground.shape, bool)
    brook[10:14, 3:20] = True
    flow = route(ground, 20, 10)
    got = hand(ground, nearest_drain(flow, brook))
    assert (got[brook] == 0).all()
    assert np.nanmin(got) == 0
    assert np.isnan(got).any()


def test_the_datum_does_not_matter(rough):
    ground = rough(25, 25, 3)
    brook = ground < 10
    here, there = (
        hand(z, nearest_drain(route(z, 20, 10), brook)) for z in (ground, ground + np.float32(1024))
    )
    np.testing.assert_array_equal(here, there)
