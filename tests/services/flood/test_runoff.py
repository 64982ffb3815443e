import numpy as np
import pytest

from geoml.services.flood.runoff import curve_number, curve_number_of, runoff_depth

INCH = 25.4


@pytest.mark.parametrize(
    ("rain_in", "number", "runoff_in"),
    [(5.0, 80, 2.89), (1.0, 98, 0.79), (4.0, 70, 1.33), (2.0, 75, 0.38), (1.2, 60, 0.0)],
)
def test_the_worked_numbers_of_tr55_table_2_1(rain_in, number, runoff_in):
    got = runoff_depth(rain_in * INCH, np.array([float(number)]))
    assert got[0] / INCH == pytest.approx(runoff_in, abs=0.006)


def test_unknown_stays_unknown_and_all_of_it_runs_off_a_sheet_of_water():
    np.testing.assert_allclose(runoff_depth(50, np.array([np.nan, 100.0])), [np.nan, 50])
    np.testing.assert_allclose(curve_number(np.array([np.nan, 0, 0.5, 1])), [np.nan, 74, 86, 98])
    assert np.isnan(curve_number_of(50, np.array([np.nan]))).all()


def test_a_curve_number_comes_back_from_the_runoff_that_it_leaves():
    numbers = np.linspace(51, 100, 99)
    np.testing.assert_allclose(curve_number_of(50, runoff_depth(50, numbers)), numbers)
    dry = curve_number_of(50, np.array([0.0]))
    assert runoff_depth(50, dry)[0] == 0
    assert runoff_depth(50, dry + 1)[0] > 0
