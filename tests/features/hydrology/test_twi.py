import numpy as np
import pytest

from geoml.features.hydrology.twi import LEAST_SLOPE, twi


def test_worked_number():
    assert twi(np.array([1.0]), np.array([45.0]), 10, 10) == pytest.approx([np.log(100_000)])


def test_flat_ground_is_wet_not_infinite():
    flat = twi(np.array([1.0]), np.array([0.0]), 10, 10)
    assert flat == pytest.approx([np.log(100_000 / LEAST_SLOPE)])


def test_unknown_stays_unknown():
    assert np.isnan(twi(np.array([np.nan, 1]), np.array([1, np.nan]), 10, 10)).all()
