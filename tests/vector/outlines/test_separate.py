"""Bodies part at a neck, in whole pixels, and an outline without a neck stays as it is."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.vector.outlines import outlines_of
from geoml.vector.outlines.separate import separated
from geoml.vector.outlines.trace import trace

LEFT, RIGHT = shapely.box(0, 0, 30, 30), shapely.box(34, 0, 64, 30)


def apart(polygon, neck_px=6):
    return separated(np.array([polygon], dtype=object), neck_px)


def test_two_bodies_part_at_their_neck():
    found = apart(shapely.union_all([LEFT, RIGHT, shapely.box(30, 10, 34, 14)]))
    assert [body.normalize() for body in found] == [LEFT.normalize(), RIGHT.normalize()]


def test_a_neck_as_wide_as_asked_holds():
    joined = shapely.union_all([LEFT, RIGHT, shapely.box(30, 10, 34, 18)])
    assert apart(joined).tolist() == [joined]


def test_a_spike_is_no_body_and_stays():
    spiked = LEFT.union(shapely.box(30, 10, 50, 13))
    assert apart(spiked).tolist() == [spiked]


def test_no_width_parts_nothing():
    joined = shapely.union_all([LEFT, RIGHT, shapely.box(30, 10, 34, 11)])
    assert apart(joined, 0).tolist() == apart(joined, 1).tolist() == [joined]


def test_houses_that_the_net_joined_are_two_rows():
    p = np.zeros((100, 140), np.float32)
    p[20:70, 20:60] = p[20:70, 62:110] = 0.9
    p[40:44, 60:62] = 0.6
    assert outlines_of(p, 0.25)["area_m2"].to_numpy() == pytest.approx([125, 150], rel=0.02)


@settings(max_examples=25)
@given(arrays(bool, (6, 6), elements=st.booleans()))
def test_bodies_lie_inside_on_whole_pixels_and_are_valid(blocks):
    mask = np.kron(blocks, np.ones((5, 5))).astype(np.uint8)
    whole = trace(lambda window: mask[window.slices], mask.shape, 1, chunk_px=64)
    for polygon in whole:
        bodies = apart(polygon, 4)
        assert shapely.is_valid(bodies).all()
        assert shapely.covered_by(bodies, polygon).all()
        corners = shapely.get_coordinates(bodies)
        assert (corners == np.rint(corners)).all()
