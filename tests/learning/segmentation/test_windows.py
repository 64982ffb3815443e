import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.learning.segmentation.windows import Tiling

TILINGS = st.builds(
    Tiling,
    shape=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    window=st.integers(24, 200),
    halo=st.integers(0, 70),
    taper=st.integers(0, 70),
    stride=st.sampled_from([1, 8, 32]),
)


def pieces(tiling):
    return [piece for number in range(tiling.strips) for piece in tiling.strip(number)]


@given(TILINGS)
def test_cores_tile_the_picture(tiling):
    seen = np.zeros(tiling.shape, int)
    for piece in pieces(tiling):
        seen[piece.core.slices] += 1
    assert (seen == 1).all()


@given(TILINGS)
def test_weights_sum_to_one(tiling):
    total = np.zeros(tiling.shape)
    for piece in pieces(tiling):
        weights = tiling.weights(piece)
        assert weights.min() >= -1e-6
        total[piece.blended.slices] += weights
    np.testing.assert_allclose(total, 1, atol=1e-5)


@given(TILINGS)
def test_every_window_begins_on_the_stride_and_sees_its_halo(tiling):
    rows, cols = tiling.shape
    for piece in pieces(tiling):
        assert piece.seen.row % tiling.stride == piece.seen.col % tiling.stride == 0
        at, seen = piece.blended, piece.seen
        assert seen.row == 0 or at.row - seen.row >= tiling.halo
        south, east = seen.row + seen.rows, seen.col + seen.cols
        assert south == rows or south - at.row - at.rows >= tiling.halo
        assert east == cols or east - at.col - at.cols >= tiling.halo


def test_windows_are_as_even_as_the_stride_lets_them_be():
    tiling = Tiling((1100, 40), window=1024, halo=0, stride=32)
    assert [piece.core.rows for piece in pieces(tiling)] == [576, 524]


def test_a_taper_is_half_at_the_seam():
    tiling = Tiling((64, 128), window=64, halo=0, taper=16, stride=1)
    left, right = pieces(tiling)
    weights = tiling.weights(left)[0]
    assert (left.blended.cols, right.blended.col) == (80, 48)
    assert weights[:48] == pytest.approx(1)
    assert weights[63] + weights[64] == pytest.approx(1)
    assert weights[79] < 0.01


@pytest.mark.parametrize("wrong", [
    {"window": 0}, {"halo": -1}, {"taper": -1}, {"shape": (0, 5)}, {"stride": 0},
])  # fmt: skip
def test_what_is_no_tiling_is_refused(wrong):
    with pytest.raises(InvalidArgument):
        Tiling(**{"shape": (9, 9), "window": 4, "halo": 0, **wrong})
