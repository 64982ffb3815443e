import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.learning.support import cells, support_mean
from geoml.raster.grid import Grid, Window, grown, windows

GRID = Grid("EPSG:2154", 0, 0, 30, 30, 40, 50)


@pytest.mark.parametrize(
    ("support_m", "pixel", "k"), [(90, 30, 3), (100, 30, 3), (120, 30, 5), (60, 30, 3), (10, 30, 1)]
)
def test_support_is_the_nearest_odd_number_of_cells(support_m, pixel, k):
    assert cells(support_m, Grid("EPSG:2154", 0, 0, pixel, pixel, 1, 1)) == k


def test_oblong_cells_count_by_their_area():
    assert cells(90, Grid("EPSG:2154", 0, 0, 20, 45, 1, 1)) == 3


def test_mean_of_a_window_by_hand():
    values = np.arange(25, dtype=np.float32).reshape(5, 5)
    got = support_mean(values, 3)
    assert got[2, 2] == values[1:4, 1:4].mean()
    assert got[0, 0] == values[:2, :2].mean()  # cells outside the raster do not count
    assert got.dtype == np.float32


def test_unknown_where_less_than_half_is_known():
    values = np.full((3, 3), np.nan)
    values.ravel()[:4] = 1.0
    assert np.isnan(support_mean(values, 3)[1, 1])
    values.ravel()[:5] = 1.0
    assert support_mean(values, 3)[1, 1] == 1.0


def test_even_support_is_refused():
    with pytest.raises(InvalidArgument, match="odd"):
        support_mean(np.ones((3, 3)), 2)


@given(st.integers(5, 60), st.sampled_from([1, 3, 5, 9]), st.integers(0, 99))
def test_blocks_with_a_halo_give_the_same_bits_as_the_whole(size, k, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(280, 9, GRID.shape).astype(np.float32)
    values[rng.random(GRID.shape) < 0.3] = np.nan
    out = np.empty_like(values)
    for window in windows(GRID, size):
        wide = grown(window, k // 2, GRID)
        inner = Window(window.row - wide.row, window.col - wide.col, window.rows, window.cols)
        out[window.slices] = support_mean(values[wide.slices], k)[inner.slices]
    assert out.tobytes() == support_mean(values, k).tobytes()
