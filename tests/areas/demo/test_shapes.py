import shapely

from geoml.areas.demo.shapes import common, joined, largest, minus

LEFT, RIGHT = shapely.box(0, 0, 2, 1), shapely.box(1, 0, 4, 1)


def test_operations_have_the_areas_they_should():
    assert minus(LEFT, RIGHT).area == 1
    assert common(LEFT, RIGHT).area == 1
    assert joined([LEFT, RIGHT]).area == 4


def test_common_drops_lines_and_points():
    assert common(LEFT, shapely.box(2, 0, 3, 1)).is_empty
    assert common(LEFT, RIGHT).geom_type == "Polygon"


def test_largest_is_the_largest_part():
    apart = joined([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 9, 1)])
    assert largest(apart).area == 4
