"""PoLiS, doi:10.1109/LGRS.2014.2330695, on polygons whose distances are known by hand."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from geoml.learning.segmentation.objects import corners, polis, same_objects

SQUARE = shapely.box(0, 0, 10, 10)


def apart(a, b) -> float:
    return float(polis([a], [b])[0])


def test_polis_of_a_small_shift_is_its_mean_over_the_corners():
    """Shifted by 1 along x: two corners fall on the outline, two lie 1 beside it, both ways."""
    assert apart(SQUARE, affinity.translate(SQUARE, 1)) == pytest.approx(0.5)


def test_polis_of_a_square_in_a_square():
    """Inner corners lie 2 from the nearest side, outer ones 2 * sqrt 2 from the inner corner."""
    inner = shapely.box(2, 2, 8, 8)
    assert apart(SQUARE, inner) == pytest.approx((2 + 2 * math.sqrt(2)) / 2)


def test_a_corner_more_on_the_outline_takes_part_in_the_mean():
    more = shapely.Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)])
    assert apart(SQUARE, more) == 0
    assert apart(affinity.translate(SQUARE, 0, 1), more) == pytest.approx((2 / 4 + 3 / 5) / 2)


def test_the_closing_point_does_not_count_twice():
    """A spire 3 m above the first point: 3 / 5 of its own, not 2 * 3 / 6."""
    spire = shapely.Polygon([(5, 13), (0, 10), (0, 0), (10, 0), (10, 10)])
    plain = shapely.Polygon([(0, 10), (0, 0), (10, 0), (10, 10)])
    assert apart(spire, plain) == pytest.approx((3 / 5 + 0) / 2)


def test_corners_of_holes_count():
    ring = SQUARE.difference(shapely.box(4, 4, 6, 6))
    assert corners([SQUARE, ring]).tolist() == [4, 8]
    assert apart(ring, SQUARE) == pytest.approx((4 * 4 / 8 + 0) / 2)


def test_pairs_are_one_to_one_and_the_best_first():
    truth = [SQUARE, shapely.box(20, 0, 30, 10)]
    found = [shapely.box(0, 0, 10, 9), shapely.box(0, 0, 10, 8), shapely.box(26, 0, 36, 10)]
    assert same_objects(found, truth) == [(0, 0)]
    assert same_objects(found, truth, least_iou=0.2) == [(0, 0), (2, 1)]
    assert same_objects([], truth) == same_objects(found, []) == []


boxes = st.builds(
    lambda x, y, w, h, turn: affinity.rotate(shapely.box(x, y, x + w, y + h), turn),
    *[st.floats(0, 20)] * 2,
    *[st.floats(1, 20)] * 2,
    st.floats(0, 90),
)


@given(boxes, boxes, st.floats(-50, 50), st.floats(-50, 50))
def test_polis_is_a_distance_that_does_not_mind_where(a, b, x, y):
    assert apart(a, a) == pytest.approx(0, abs=1e-9)
    assert apart(a, b) == pytest.approx(apart(b, a))
    moved = affinity.translate(a, x, y), affinity.translate(b, x, y)
    assert apart(*moved) == pytest.approx(apart(a, b), abs=1e-6)


def test_no_pair_is_no_distance():
    assert polis([], []).shape == (0,)
    assert np.array_equal(corners(np.array([SQUARE], dtype=object)), [4])
