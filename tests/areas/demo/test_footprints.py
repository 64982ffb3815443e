import numpy as np
import pytest
import shapely
from shapely import LineString

from geoml.areas.demo.footprints import HOUSE, SHED, lined, placed, rectangle


@pytest.mark.parametrize("kind", [HOUSE, SHED])
def test_buildings_stand_back_from_their_road_on_both_sides(kind):
    road = LineString([(0, 0), (700, 0)])
    found = list(lined([(road, 3.0)], kind, np.random.default_rng(4)))
    y = np.array([building.shape.centroid.y for building in found])
    assert (y > 0).any()
    assert (y < 0).any()
    gaps = shapely.distance([building.shape for building in found], road)
    assert gaps.min() >= kind.setback[0] + 3.0 - 0.01
    assert gaps.max() <= kind.setback[1] + 3.0 + 0.01


def test_heights_follow_the_storeys():
    road = LineString([(0, 0), (3000, 0)])
    for building in lined([(road, 3.0)], HOUSE, np.random.default_rng(4)):
        assert 1 <= building.levels <= 2
        assert 2.5 * building.levels < building.height_m < 3.2 * building.levels + 2.7


def test_placing_turns_and_moves():
    shape = placed(rectangle(10, 4), (100.0, 50.0), np.pi / 2)
    assert shape.bounds == pytest.approx((98.0, 45.0, 102.0, 55.0))
