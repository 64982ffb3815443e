import numpy as np
import pytest

from geoml.learning.segmentation.rescale import Pixels, Rescaled
from geoml.raster.grid import Window

RNG = np.random.default_rng(5)


def picture(values, known=None):
    known = np.ones(values.shape[1:], bool) if known is None else known
    return Pixels(values, known)


def whole(source):
    return source.read(Window(0, 0, *source.shape))


def test_a_whole_ratio_is_the_mean_of_blocks():
    values = RNG.random((2, 12, 20)).astype(np.float32)
    got, known = whole(Rescaled.to(picture(values), (4.0, 2.0)))
    np.testing.assert_allclose(got, values.reshape(2, 3, 4, 10, 2).mean(axis=(2, 4)), rtol=1e-5)
    assert known.all()


def test_a_broken_ratio_weighs_by_area():
    values = np.array([[[0.0, 6.0, 12.0]]], np.float32)
    got, _ = whole(Rescaled.to(picture(values), (1.0, 1.5)))
    np.testing.assert_allclose(got, [[[(0 + 3) / 1.5, (3 + 12) / 1.5]]], rtol=1e-6)


def test_growing_interpolates_between_centres_and_keeps_the_edge():
    values = np.array([[[0.0, 8.0]]], np.float32)
    got, known = whole(Rescaled.to(picture(values), (1.0, 0.25)))
    np.testing.assert_allclose(got[0, 0], [0, 0, 1, 3, 5, 7, 8, 8], atol=1e-6)
    assert known.all()


@pytest.mark.parametrize("ratio", [(3.57, 2.9), (0.5, 0.31), (1.7, 0.6)])
def test_a_window_is_a_part_of_the_whole(ratio):
    values = RNG.integers(0, 256, (3, 90, 70), dtype=np.uint8)
    known = RNG.random((90, 70)) > 0.2
    source = Rescaled.to(picture(values, known), ratio)
    all_values, all_known = whole(source)
    rows, cols = source.shape
    window = Window(rows // 3, cols // 4, rows // 2, cols // 2)
    got, seen = source.read(window)
    assert (seen == all_known[window.slices]).all()
    assert (got[:, seen] == all_values[:, *window.slices][:, seen]).all()


def test_unknown_is_left_out_of_means_and_is_known_by_half():
    values = np.array([[[10.0, 20.0, 99.0, 99.0, 30.0, 99.0]]], np.float32)
    known = np.array([[True, True, False, False, True, False]])
    got, seen = whole(Rescaled.to(picture(values, known), (1.0, 2.0)))
    assert seen.tolist() == [[True, False, True]]
    assert got[0, 0, 0] == 15
    assert got[0, 0, 2] == 30


def test_nan_that_is_unknown_spoils_nothing():
    values = np.array([[[np.nan, 4.0]]], np.float32)
    got, seen = whole(Rescaled.to(picture(values, np.isfinite(values[0])), (1.0, 2.0)))
    assert (got[0, 0, 0], seen[0, 0]) == (4, True)


def test_bytes_are_rounded_and_a_picture_never_vanishes():
    got, _ = whole(Rescaled.to(picture(np.array([[[1, 2, 2, 2]]], np.uint8)), (1.0, 4.0)))
    assert (got.dtype, got.tolist()) == (np.uint8, [[[2]]])
    assert Rescaled.to(picture(np.zeros((3, 1, 2), np.uint8)), (9.0, 9.0)).shape == (1, 1)
