import numpy as np
import pytest

from geoml.learning.samples import Samples
from geoml.learning.support import support_mean
from geoml.learning.variogram import range_of


def field(values: np.ndarray, cell: float = 30.0) -> Samples:
    row, col = np.mgrid[: values.shape[0], : values.shape[1]]
    return Samples(
        {"ndvi": values.ravel()},
        values.ravel(),
        col.ravel() * cell,
        -row.ravel() * cell,
        cell,
        ("here",),
        np.zeros(values.size, np.intp),
    )


def test_white_noise_reaches_its_sill_at_once():
    found = range_of(field(np.random.default_rng(0).normal(size=(80, 80))))
    assert found.reached
    assert found.metres <= 90


@pytest.mark.parametrize("k", [9, 15])
def test_a_moving_mean_is_correlated_over_about_its_window(k):
    noise = np.random.default_rng(1).normal(size=(120, 120))
    found = range_of(field(support_mean(noise, k)))
    assert found.reached
    assert 0.4 * k * 30 <= found.metres <= 2 * k * 30


def test_a_slope_across_the_area_gives_a_range_of_that_size_or_a_lower_bound():
    row, _ = np.mgrid[:60, :60]
    found = range_of(field(row + np.random.default_rng(2).normal(0, 0.1, (60, 60))))
    assert found.metres >= 600


def test_a_seed_gives_the_same_range():
    samples = field(support_mean(np.random.default_rng(3).normal(size=(80, 80)), 7))
    assert range_of(samples, seed=1) == range_of(samples, seed=1)
