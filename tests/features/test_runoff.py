import numpy as np
import pytest

from geoml.features.runoff import STORM_MM, runoff_depth


def test_worked_number_of_its_source():
    """TR-55, table 2-1: 5 inches of rain on a curve number of 80 leave 2.89 inches."""
    assert runoff_depth(5 * 25.4, np.array([80.0]))[0] / 25.4 == pytest.approx(2.89, abs=0.005)


def test_more_rain_or_sealed_ground_never_means_less_runoff():
    rain, number = np.meshgrid(np.linspace(0, 300, 61), np.linspace(30, 100, 71))
    got = runoff_depth(rain, number)
    assert (np.diff(got, axis=0) >= 0).all()
    assert (np.diff(got, axis=1) >= 0).all()
    assert (got <= rain + 1e-9).all()


def test_sealed_ground_takes_nothing_and_no_rain_runs_nowhere():
    got = runoff_depth(np.array([STORM_MM, 0.0]), np.array([100.0, 100.0]))
    assert got.tolist() == [STORM_MM, 0]


def test_unknown_stays_unknown():
    assert np.isnan(runoff_depth(STORM_MM, np.array([np.nan]))).all()
