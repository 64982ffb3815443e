import numpy as np
import pytest
import shapely

from geoml.areas.demo.roads import MAIN_M, STREET_M


@pytest.fixture
def shapes(layout):
    return np.array([building.shape for building in layout.buildings])


def test_about_two_thousand_valid_buildings(layout, shapes):
    assert 1700 <= len(shapes) <= 2400
    assert shapely.is_valid(shapes).all()
    assert (shapely.get_type_id(shapes) == 3).all()  # polygons
    assert shapely.area(shapes).min() > 30
    assert {building.use for building in layout.buildings} == {
        "row",
        "house",
        "flats",
        "shed",
        "barn",
    }


def test_no_two_buildings_overlap(shapes):
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    overlap = shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]]))
    assert overlap.sum() == 0


def test_none_stands_in_water_or_on_a_road(layout, shapes):
    water = shapely.union_all(layout.water.polygons())
    assert shapely.intersects(shapes, water).sum() == 0
    roads = [line.buffer(STREET_M / 2) for line in layout.streets]
    roads += [line.buffer(MAIN_M / 2) for line in layout.roads.main]
    assert shapely.STRtree(shapes).query(roads, predicate="intersects").size == 0


def test_all_stand_on_the_map_with_plausible_heights(layout, shapes):
    assert shapely.box(*layout.ground.bounds).contains(shapely.union_all(shapes))
    heights = np.array([building.height_m for building in layout.buildings])
    levels = np.array([building.levels for building in layout.buildings])
    assert 3 <= heights.min() <= heights.max() <= 35
    assert 1 <= levels.min() <= levels.max() <= 9


def test_the_core_is_denser_than_the_suburbs(layout, shapes):
    centre = shapely.Point(layout.plan.centre)

    def share(inner, outer):
        ring = centre.buffer(outer).difference(centre.buffer(inner))
        ring = ring.difference(shapely.union_all(layout.water.polygons()))
        near = shapes[shapely.STRtree(shapes).query(ring)]
        return shapely.area(shapely.intersection(near, ring)).sum() / ring.area

    assert share(60, 230) > 0.25
    assert share(60, 230) > 1.8 * share(450, 800) > 0.02
