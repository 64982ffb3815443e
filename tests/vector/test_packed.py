"""The tree finds what looking at every box finds, whatever the boxes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.vector.packed import FANOUT, PackedTree, expanded, inside, meeting


def drawn(count, seed):
    """Boxes and one to ask for, of whole numbers, so that they share edges all the time."""
    corners = np.random.default_rng(seed).integers(0, 13, (count + 1, 4)).astype(float)
    low, high = (
        np.minimum(corners[:, :2], corners[:, 2:]),
        np.maximum(corners[:, :2], corners[:, 2:]),
    )
    boxes = np.concatenate([low, high], axis=1)
    return boxes[1:], tuple(boxes[0])


MANY = st.integers(0, 3 * FANOUT * FANOUT)
SEED = st.integers(0, 2**32)


@given(MANY, SEED)
def test_the_tree_finds_what_brute_force_finds(count, seed):
    boxes, box = drawn(count, seed)
    found = PackedTree(boxes).search(box)
    assert found.tolist() == [i for i, one in enumerate(boxes) if _meet(one, box)]
    assert found.tolist() == np.flatnonzero(meeting(boxes, box)).tolist()


@given(MANY, SEED)
def test_only_boxes_that_stick_out_are_asked_about(count, seed):
    boxes, box = drawn(count, seed)
    asked = []

    def none_of(rows):
        asked.extend(rows)
        return np.zeros(len(rows), bool)

    found = PackedTree(boxes).settled(box, none_of)
    whole = inside(boxes, box)
    assert found.tolist() == np.flatnonzero(whole).tolist()
    assert asked == np.flatnonzero(meeting(boxes, box) & ~whole).tolist()


@given(st.lists(st.integers(0, 5), max_size=20), st.randoms())
def test_ranges_come_out_in_order(lengths, order):
    ends = np.cumsum([0, *(length + 1 for length in lengths)])
    pairs = [(int(end), int(end) + length) for end, length in zip(ends, lengths, strict=False)]
    wanted = [row for start, end in pairs for row in range(start, end)]
    order.shuffle(pairs)
    starts, ends = np.array(pairs, np.intp).reshape(-1, 2).T
    assert expanded(starts, ends).tolist() == wanted


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
