"""Outlines have no seam: the chunk is a matter of memory and of nothing else."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.vector.outlines.trace import means, trace


def traced(mask, chunk_px: int = 64):
    coded = np.asarray(mask, np.uint8)
    return trace(lambda window: coded[window.slices], coded.shape, 1, chunk_px=chunk_px)


def test_a_roof_on_the_corner_of_four_chunks_is_one_and_the_same():
    mask = np.zeros((20, 20), bool)
    mask[4:16, 5:17] = True
    mask[9:11, 9:12] = False
    whole, in_four = traced(mask), traced(mask, 10)
    assert len(whole) == 1
    assert shapely.to_wkb(whole).tolist() == shapely.to_wkb(in_four).tolist()
    assert shapely.equals(whole[0], shapely.box(5, 4, 17, 16).difference(shapely.box(9, 9, 12, 11)))
    assert shapely.get_num_coordinates(whole[0]) == 10


@settings(max_examples=25)
@given(arrays(bool, (11, 13), elements=st.booleans()), st.integers(3, 14))
def test_every_chunk_gives_the_same_bytes(mask, chunk_px):
    one, other = traced(mask), traced(mask, chunk_px)
    assert shapely.to_wkb(one).tolist() == shapely.to_wkb(other).tolist()


@settings(max_examples=25)
@given(arrays(bool, (9, 9), elements=st.booleans()))
def test_outlines_are_valid_and_hold_exactly_the_pixels(mask):
    from scipy.ndimage import label

    found = traced(mask, 4)
    assert shapely.is_valid(found).all()
    assert len(found) == label(mask)[1]
    assert shapely.area(found).sum() == mask.sum()
    rows, cols = np.nonzero(mask)
    middles = shapely.points(cols + 0.5, rows + 0.5)
    assert len(shapely.STRtree(found).query(middles, predicate="within")[0]) == mask.sum()


def test_pixels_that_meet_in_a_corner_are_two():
    assert len(traced(np.eye(4), 2)) == 4


def test_nothing_to_see_gives_nothing():
    assert traced(np.zeros((5, 5))).shape == (0,)


def test_the_mean_is_over_known_pixels_and_the_same_for_every_chunk():
    coded = np.full((8, 8), 10, np.uint8)
    coded[2:4, 2:6] = [[100, 200, 0, 0], [0, 200, 100, 0]]
    polygons = np.array([shapely.box(2, 2, 6, 4), shapely.box(0, 6, 8, 8)], dtype=object)
    for chunk in (3, 8):
        found = means(lambda window: coded[window.slices], (8, 8), polygons, chunk_px=chunk)
        assert found == pytest.approx([150, 10])
