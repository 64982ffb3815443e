"""The strip distance transform against scipy's, and against its own strips and workers."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from geoml.errors import GridMismatch, InvalidArgument
from geoml.features.distance import distance_m, distance_strips
from geoml.raster.grid import Grid

PIXELS = ((1.0, 1.0), (30.0, 30.0), (10.0, 20.0), (7.5, 2.0))


def random_mask(rows, cols, share, seed=0):
    return np.random.default_rng(seed).random((rows, cols)) < share


def keep_nothing(values, window):
    """A writer for tests that end before anything is worth keeping."""


def oracle(mask, pixel_x, pixel_y):
    return distance_transform_edt(~mask, sampling=(pixel_y, pixel_x))


@pytest.mark.parametrize("pixel", PIXELS)
@pytest.mark.parametrize("share", [0.0005, 0.01, 0.5, 0.99])
def test_equals_scipy(pixel, share):
    mask = random_mask(151, 203, share)
    mask[77, 3] = True
    np.testing.assert_allclose(distance_m(mask, *pixel), oracle(mask, *pixel), rtol=1e-6)


@given(
    rows=st.integers(1, 40),
    cols=st.integers(1, 40),
    share=st.sampled_from([0.005, 0.05, 0.6]),
    seed=st.integers(0, 2**16),
    strip_rows=st.integers(1, 45),
    workers=st.integers(1, 5),
    pixel=st.sampled_from(PIXELS),
)
@settings(max_examples=80, deadline=None)
def test_strips_and_workers_change_no_bit(rows, cols, share, seed, strip_rows, workers, pixel):
    mask = random_mask(rows, cols, share, seed)
    whole = distance_m(mask, *pixel, workers=1, strip_rows=rows)
    parts = distance_m(mask, *pixel, workers=workers, strip_rows=strip_rows)
    np.testing.assert_array_equal(parts, whole)
    if mask.any():
        np.testing.assert_allclose(whole, oracle(mask, *pixel), rtol=1e-6)


def test_far_apart_on_a_long_raster_stays_exact():
    mask = np.zeros((3, 60_000), bool)
    mask[0, 0] = mask[2, -1] = True
    np.testing.assert_allclose(distance_m(mask, 10, 20), oracle(mask, 10, 20), rtol=1e-6)


def test_nothing_true_is_unknown_everywhere():
    assert np.isnan(distance_m(np.zeros((30, 20), bool), 10, 10, strip_rows=7)).all()


def test_all_true_is_zero_everywhere():
    assert (distance_m(np.ones((30, 20), bool), 10, 10) == 0).all()


def test_an_empty_array_has_no_distance():
    assert distance_m(np.zeros((0, 4), bool), 10, 10).shape == (0, 4)


def test_a_view_that_is_not_contiguous_is_read_right():
    mask = random_mask(60, 40, 0.02)
    np.testing.assert_array_equal(distance_m(mask.T, 5, 9), distance_m(mask.T.copy(), 5, 9))


def test_streaming_reads_and_writes_each_strip_once_and_leaves_no_file(tmp_path):
    mask, grid = random_mask(100, 30, 0.01), Grid("EPSG:2154", 0, 0, 10, 20, 100, 30)
    mask[50, 5] = True
    got, read, written = np.zeros(mask.shape, np.float32), [], []

    def reader(window):
        read.append(window)
        return mask[window.slices]

    def writer(values, window):
        written.append(window)
        assert not list(tmp_path.iterdir())
        got[window.slices] = values

    distance_strips(reader, writer, grid, scratch=tmp_path, strip_rows=9)
    np.testing.assert_array_equal(got, distance_m(mask, 10, 20))
    assert len(set(read)) == len(read) == 12
    assert written == read[::-1]
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_reader_comes_through_and_leaves_no_file(tmp_path):
    def reader(window):
        raise KeyError("water")

    with pytest.raises(KeyError, match="water"):
        distance_strips(reader, keep_nothing, Grid("", 0, 0, 1, 1, 4, 4), scratch=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_mask_of_the_wrong_shape_is_refused():
    def reader(window):
        return np.zeros((window.rows, window.cols - 1), bool)

    with pytest.raises(GridMismatch, match=r"expected \(4, 4\), got \(4, 3\)"):
        distance_strips(reader, keep_nothing, Grid("", 0, 0, 1, 1, 4, 4))


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"strip_rows": -1}])
def test_no_worker_and_a_negative_strip_are_refused(wrong):
    with pytest.raises(InvalidArgument):
        distance_m(np.ones((2, 2), bool), 1, 1, **wrong)


MEMORY = """
import resource, sys
import numpy as np
from geoml.features.distance import distance_m, distance_strips
from geoml.raster.grid import Grid
distance_m(np.eye(8, dtype=bool), 1, 1)
scale = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
rows, cols = 20_000, 4_000
def read(window):
    mask = np.zeros((window.rows, window.cols), bool)
    mask[:, 17] = True
    return mask
distance_strips(read, lambda values, window: None, Grid("", 0, 0, 1, 1, rows, cols))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale - before)
"""


@pytest.mark.slow
def test_memory_is_a_few_strips_not_the_raster():
    result = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
    )
    raster = 20_000 * 4_000 * 4
    assert int(result.stdout) < raster / 4
