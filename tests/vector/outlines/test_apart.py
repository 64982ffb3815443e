"""Polygons that overlap are cut: the more probable one keeps the ground."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from geoml.vector.outlines.apart import GAP_M, parted


def shapes(*polygons):
    return np.array(polygons, dtype=object)


def test_the_more_probable_keeps_the_ground_then_the_larger():
    left, right = shapely.box(0, 0, 10, 10), shapely.box(8, 0, 19, 10)
    surer = parted(shapes(left, right), np.array([0.9, 0.6]))
    assert surer[0].equals(left)
    assert surer[1].area == pytest.approx((9 - GAP_M) * 10)
    larger = parted(shapes(left, right), np.array([0.6, 0.6]))
    assert larger[1].equals(right)


def test_of_what_is_cut_in_two_the_larger_part_stays():
    bar, wall = shapely.box(0, 4, 20, 6), shapely.box(5, 0, 7, 10)
    bar = parted(shapes(bar, wall), np.array([0.5, 0.9]))[0]
    assert bar.bounds == pytest.approx((7 + GAP_M, 4, 20, 6))


def test_neighbours_that_only_touch_stay_as_they_are():
    left, right = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    assert parted(shapes(left, right), np.array([0.9, 0.6]))[1].equals(right)


def test_what_lies_wholly_inside_a_better_one_is_empty():
    assert parted(shapes(shapely.box(0, 0, 9, 9), shapely.box(2, 2, 4, 4)), np.ones(2))[1].is_empty


@given(
    st.lists(
        st.tuples(st.floats(0, 30), st.floats(0, 30), st.floats(0, 90), st.floats(0.5, 1)),
        min_size=1,
        max_size=8,
    )
)
def test_nothing_overlaps_and_all_is_valid(places):
    boxes = [affinity.rotate(shapely.box(x, y, x + 9, y + 6), turn) for x, y, turn, _ in places]
    found = parted(shapes(*boxes), np.array([p for *_, p in places]))
    assert shapely.is_valid(found).all()
    i, j = np.triu_indices(len(found), 1)
    assert shapely.area(shapely.intersection(found[i], found[j])).max(initial=0) == 0
