"""The tree finds what looking at every box finds, whatever the boxes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.errors import InvalidArgument
from geoml.vector.packed import FANOUT, PackedTree, inside, meeting

# Whole numbers, so that boxes share edges and corners all the time.
CORNERS = st.integers(0, 12).map(float)
MANY = st.integers(0, 3 * FANOUT * FANOUT).flatmap(
    lambda n: arrays(np.float64, (n, 4), elements=CORNERS)
)


def proper(boxes):
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    return np.concatenate([low, high], axis=1)


@given(MANY, arrays(np.float64, (1, 4), elements=CORNERS))
def test_the_tree_finds_what_brute_force_finds(boxes, asked):
    boxes, box = proper(boxes), tuple(proper(asked)[0])
    found = PackedTree(boxes).search(box)
    assert found.tolist() == [i for i, one in enumerate(boxes) if _meet(one, box)]
    assert found.tolist() == np.flatnonzero(meeting(boxes, box)).tolist()


@given(MANY, arrays(np.float64, (1, 4), elements=CORNERS))
def test_what_lies_inside_meets(boxes, asked):
    boxes, box = proper(boxes), tuple(proper(asked)[0])
    assert not (inside(boxes, box) & ~meeting(boxes, box)).any()


def test_a_box_of_nan_is_never_found_and_hides_nobody():
    boxes = np.tile([0.0, 0.0, 1.0, 1.0], (40, 1))
    boxes[[0, 17, 39]] = np.nan
    found = PackedTree(boxes).search((-180.0, -90.0, 180.0, 90.0))
    assert found.tolist() == [i for i in range(40) if i not in {0, 17, 39}]


def test_nothing_is_found_in_nothing():
    assert PackedTree(np.empty((0, 4))).search((0.0, 0.0, 1.0, 1.0)).tolist() == []


@pytest.mark.parametrize(
    "box",
    [
        (math.nan, 0.0, 1.0, 1.0),
        (0.0, 0.0, math.inf, 1.0),
        (177.0, 65.0, -177.0, 70.0),
        (0.0, 1.0, 1.0, 0.0),
    ],
)
def test_what_is_no_box_is_refused(box):
    with pytest.raises(InvalidArgument, match="not a bounding box"):
        PackedTree(np.zeros((3, 4))).search(box)


def _meet(one, box):
    return one[0] <= box[2] and one[2] >= box[0] and one[1] <= box[3] and one[3] >= box[1]
