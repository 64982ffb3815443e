import numpy as np
import pytest

from geoml.features.curve_number import LAWN, SEALED, curve_number


def test_worked_number_of_its_source():
    """TR-55, example 2-3: half-acre lots, a quarter sealed, lawn on group C (74): 80."""
    assert curve_number(np.array([0.25]))[0] == pytest.approx(80, abs=0.5)


def test_between_lawn_and_sealed_and_unknown_where_unknown():
    got = curve_number(np.array([0.0, 1.0, np.nan]))
    np.testing.assert_array_equal(got, [LAWN, SEALED, np.nan])
