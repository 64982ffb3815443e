import numpy as np
import pytest
import shapely
from shapely import Point, Polygon

from geoml.vector.repair import usable

SQUARE = shapely.box(0, 0, 2, 2)
LINE = shapely.LineString([(0, 0), (3, 0)])
BOW = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def keep(geometries, *shapes):
    return usable(np.array(geometries, dtype=object), shapes)


def test_what_is_good_stays_as_it_is():
    kept, index, repaired = keep([SQUARE, LINE], "polygon", "line")
    assert list(kept) == [SQUARE, LINE]
    assert (index.tolist(), repaired) == ([0, 1], 0)


def test_a_bow_tie_becomes_two_triangles_and_is_counted():
    kept, _, repaired = keep([BOW], "polygon")
    assert repaired == 1
    assert kept[0].is_valid
    assert kept[0].area == pytest.approx(2.0)


def test_missing_empty_flat_short_and_other_shapes_are_left_out():
    flat = Polygon([(0, 0), (1, 0), (2, 0)])
    short = shapely.LineString([(1, 1), (1, 1)])
    rows = [None, Polygon(), flat, short, Point(0, 0), SQUARE, LINE]
    kept, index, _ = keep(rows, "polygon")
    assert index.tolist() == [5]
    assert keep(rows, "polygon", "line")[1].tolist() == [5, 6]
    assert keep(rows, "point")[1].tolist() == [4]
    assert len(kept) == 1


def test_of_a_collection_the_wanted_part_is_kept():
    inner = shapely.GeometryCollection([LINE, shapely.box(5, 5, 6, 6)])
    mixed = shapely.GeometryCollection([Point(9, 9), SQUARE, inner])
    kept, _, _ = keep([mixed], "polygon", "line")
    assert kept[0].area == pytest.approx(5.0)
    kept, _, _ = keep([shapely.GeometryCollection([Point(9, 9), LINE])], "polygon", "line")
    assert kept[0].equals(LINE)
    assert len(keep([shapely.GeometryCollection([Point(9, 9)])], "polygon")[0]) == 0


def test_the_input_is_not_changed():
    rows = np.array([BOW], dtype=object)
    usable(rows, ("polygon",))
    assert rows[0] is BOW
