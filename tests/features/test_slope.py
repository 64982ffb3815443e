import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.features.slope import slope

SIDES = st.floats(0.5, 100)


def plane(per_x, per_y, pixel_x, pixel_y, rows=6, cols=7):
    """Ground that rises ``per_x`` metres a metre to the east and ``per_y`` to the south."""
    row, col = np.mgrid[:rows, :cols]
    return per_x * col * pixel_x + per_y * row * pixel_y


@pytest.mark.parametrize(("east", "south"), [(1, 0), (0, 1), (-1, 0), (0, -1)])
def test_a_plane_of_one_in_one_is_45_degrees_on_oblong_pixels(east, south):
    got = slope(plane(east, south, 10, 20).astype(np.float32), 10, 20)
    np.testing.assert_allclose(got, 45, rtol=1e-6)


@given(east=st.floats(-3, 3), south=st.floats(-3, 3), pixel_x=SIDES, pixel_y=SIDES)
def test_any_plane_has_its_slope_edges_included(east, south, pixel_x, pixel_y):
    got = slope(plane(east, south, pixel_x, pixel_y), pixel_x, pixel_y)
    np.testing.assert_allclose(got, np.degrees(np.arctan(np.hypot(east, south))), atol=1e-6)


def test_horns_weights_on_a_single_step():
    ground = np.zeros((3, 3))
    ground[:, 2] = 8, 16, 32  # (8 + 2 * 16 + 32) / (8 * 10) east, (32 - 8) / (8 * 10) south
    assert slope(ground, 10, 10)[1, 1] == pytest.approx(
        np.degrees(np.arctan(np.hypot(72 / 80, 24 / 80)))
    )


def test_unknown_around_an_unknown_cell_and_nowhere_else():
    ground = plane(0.1, 0.2, 30, 30)
    ground[2, 3] = np.nan
    expected = np.zeros(ground.shape, bool)
    expected[1:4, 2:5] = True
    np.testing.assert_array_equal(np.isnan(slope(ground, 30, 30)), expected)


@given(seed=st.integers(0, 999), height=st.floats(0, 5000))
def test_in_range_and_blind_to_the_height_of_the_ground(seed, height):
    ground = np.random.default_rng(seed).normal(0, 500, (5, 5))
    got = slope(ground, 7, 3)
    assert ((got >= 0) & (got < 90)).all()
    np.testing.assert_allclose(slope(ground + height, 7, 3), got, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1)])
def test_a_single_line_has_no_slope(shape):
    assert np.isnan(slope(np.zeros(shape), 1, 1)).all()
