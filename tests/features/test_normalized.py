import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.features.normalized import normalized_difference

BANDS = arrays(np.float32, (2, 3, 4), elements=st.floats(-0.125, 1.5, width=32) | st.just(np.nan))


@given(BANDS)
def test_in_range_or_unknown(bands):
    a, b = bands
    got = normalized_difference(a, b)
    unknown = np.isnan(a) | np.isnan(b) | ~(a + b > 0)
    np.testing.assert_array_equal(np.isnan(got), unknown)
    assert (np.abs(got[~unknown]) <= 1).all()
    assert got.dtype == np.float32


@given(BANDS)
def test_swapping_the_bands_changes_the_sign(bands):
    a, b = bands
    np.testing.assert_array_equal(normalized_difference(a, b), -normalized_difference(b, a))


def test_two_dark_bands_are_unknown_not_zero():
    assert np.isnan(normalized_difference(np.zeros(3), np.zeros(3))).all()


def test_a_band_just_below_zero_is_cut_at_one():
    assert normalized_difference(np.array([0.3]), np.array([-0.01]))[0] == 1
