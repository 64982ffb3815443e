import numpy as np
import pytest

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.usable import module_area, setback_share


@pytest.mark.parametrize("cell", [0.25, 0.5, 1.0, 2.0])
def test_the_setback_of_a_rectangle_is_exact_but_for_its_corners(cell):
    """20 x 12 m with 0.5 m left free: 19 x 11 m; at a corner the nearer of its two sides counts."""
    face = np.ones((round(12 / cell), round(20 / cell)), bool)
    free = setback_share(face, cell, cell, 0.5).sum() * cell**2
    assert free == pytest.approx(19 * 11, abs=4 * 0.5 * max(cell, 0.5) + 0.01)


def test_no_setback_leaves_every_cell_and_a_wide_one_none():
    face = np.ones((8, 8), bool)
    assert setback_share(face, 0.5, 0.5, 0.0).all()
    assert not setback_share(face, 0.5, 0.5, 3.0).any()


def test_an_obstacle_has_its_own_strip():
    whole = np.ones((40, 40), bool)
    pierced = whole.copy()
    pierced[20, 20] = False
    lost = setback_share(whole, 0.25, 0.25, 0.5) - setback_share(pierced, 0.25, 0.25, 0.5)
    assert lost[20, 20] == 1
    assert 0.25 < lost.sum() * 0.25**2 < 2.0


def test_modules_cover_their_share_of_what_is_large_and_sunny_enough():
    told = Assumptions(minimum_facet_m2=10, packing_pitched=0.8, packing_flat=0.5)
    sunny = np.array([True, True, True, False, True])
    free, tilt = np.array([40.0, 40, 9, 40, 40]), np.array([0.0, 60, 0, 0, np.nan])
    got = module_area(free, tilt, told, sunny=sunny)
    np.testing.assert_allclose(got, [20, 64, 0, 0, np.nan])
