"""A curve number from what it leaves; the way there is tested with the features."""

import numpy as np

from geoml.features.runoff import runoff_depth
from geoml.services.flood.runoff import curve_number_of


def test_unknown_stays_unknown():
    assert np.isnan(curve_number_of(50, np.array([np.nan]))).all()


def test_a_curve_number_comes_back_from_the_runoff_that_it_leaves():
    numbers = np.linspace(51, 100, 99)
    np.testing.assert_allclose(curve_number_of(50, runoff_depth(50, numbers)), numbers)
    dry = curve_number_of(50, np.array([0.0]))
    assert runoff_depth(50, dry)[0] == 0
    assert runoff_depth(50, dry + 1)[0] > 0
