import numpy as np
import shapely
from shapely import LineString

from geoml.areas.demo.roads import smooth


def test_smoothing_keeps_the_ends_and_shortens():
    zigzag = LineString([(0, 0), (100, 80), (200, 0), (300, 80), (400, 0)])
    soft = smooth(zigzag)
    ends = shapely.get_coordinates(soft)[[0, -1]]
    np.testing.assert_allclose(ends, [(0, 0), (400, 0)], atol=1e-6)
    assert 400 < soft.length < zigzag.length


def test_through_roads_reach_the_edge_and_are_one_network(layout):
    network = shapely.union_all(layout.roads.main)
    west, south, east, north = layout.ground.bounds
    edge = shapely.box(west, south, east, north).exterior
    assert len(shapely.get_parts(network.buffer(1))) == 1
    assert shapely.Point(layout.plan.centre).distance(network) < 45
    ends = [p for line in layout.roads.main for p in (line.coords[0], line.coords[-1])]
    assert sum(edge.distance(shapely.Point(end)) < 250 for end in ends) >= 4


def test_few_bridges_over_the_river(valley):
    crossings = shapely.intersection(shapely.union_all(valley.roads.all()), valley.water.axis)
    assert 2 <= len(shapely.get_parts(crossings)) <= 9
