import numpy as np
import pytest

from geoml.areas.demo.noise import correlated, fractal, stream
from geoml.raster.grid import Grid

COARSE = Grid("EPSG:2154", 0.0, 6000.0, 20.0, 20.0, 300, 300)


def test_streams_of_two_purposes_are_independent_and_repeatable():
    assert stream(1, "a").random() == stream(1, "a").random()
    assert stream(1, "a").random() != stream(1, "b").random()
    assert stream(1, "a").random() != stream(2, "a").random()


@pytest.mark.parametrize("octaves", [1, 4])
def test_fractal_noise_has_mean_zero_and_unit_spread(octaves):
    noise = fractal(COARSE, stream(3, "x"), 400, octaves)
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.2
    assert noise.std() == pytest.approx(1.0, abs=0.15)


def test_fractal_noise_is_the_same_field_on_finer_cells():
    fine = fractal(COARSE.refine(3), stream(3, "x"), 900, 2)
    coarse = fractal(COARSE, stream(3, "x"), 900, 2)
    np.testing.assert_allclose(fine[1::3, 1::3], coarse, atol=1e-4)


def test_correlated_noise_has_its_spread_and_its_range():
    noise = np.stack([correlated(COARSE, stream(k, "n"), 0.8, 600.0) for k in range(6)])
    assert noise.std() == pytest.approx(0.8, rel=0.1)

    def correlation(cells):
        return float((noise[:, :, cells:] * noise[:, :, :-cells]).mean() / noise.var())

    assert correlation(10) == pytest.approx(np.exp(-1.0), abs=0.1)  # a third of the range
    assert correlation(30) == pytest.approx(np.exp(-3.0), abs=0.1)
