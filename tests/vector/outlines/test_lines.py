"""Lines through the points of a ring, and what becomes of the short ones."""

import numpy as np
import pytest
import shapely

from geoml.vector.outlines.lines import Line, breaks, corners, linked, runs, without_short
from geoml.vector.outlines.smooth import dense


def lines_of(polygon):
    """A line for every side of a polygon of whole numbers whose sides are along the axes."""
    ring = dense(np.asarray(polygon.exterior.coords)[:-1])
    return [
        Line.of("along" if abs(run.heading[0]) > abs(run.heading[1]) else "across", run)
        for run in runs(ring, breaks(ring, 0.8))
    ]


def redrawn(polygon, least):
    return shapely.Polygon(without_short(linked(lines_of(polygon), least), least))


def test_the_dense_ring_goes_through_the_middle_of_every_side_of_a_pixel():
    ring = dense(np.array([(0, 0), (3, 0), (3, 2), (0, 2)]))
    assert len(ring) == 10
    assert {(0.5, 0), (1.5, 0), (2.5, 0), (3, 0.5)} <= set(map(tuple, ring.tolist()))


def test_a_rectangle_is_its_four_lines():
    box = shapely.box(0, 0, 40, 24)
    assert redrawn(box, 3).equals(box)


def test_a_jog_goes_when_it_is_small_and_shares_its_area():
    jog = shapely.box(0, 0, 20, 20).union(shapely.box(20, 0, 40, 22))
    assert redrawn(jog, 1.5).equals(jog)
    plain = redrawn(jog, 4)
    assert len(plain.exterior.coords) - 1 == 4
    assert plain.area == pytest.approx(jog.area, rel=0.01)


def test_parallel_neighbours_have_no_corner():
    box = lines_of(shapely.box(0, 0, 40, 24))
    assert corners([box[0], box[0], *box[1:]]) is None


def test_a_ring_that_is_all_short_is_nothing():
    assert without_short(lines_of(shapely.box(0, 0, 40, 24)), 50) is None
