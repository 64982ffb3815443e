import numpy as np
import shapely

from geoml.areas.demo.quarters import boundary, districts


def test_districts_divide_the_municipality(layout):
    town = boundary(layout.plan, layout.water)
    parts = districts(layout.plan, layout.ground, layout.water)
    shapes = [shape for _, shape in parts]
    assert [name for name, _ in parts] == [name for name, _, _ in layout.plan.districts]
    assert shapely.is_valid(shapes).all()
    assert abs(sum(s.area for s in shapes) - town.area) < 1.0
    assert abs(shapely.union_all(shapes).area - town.area) < 1.0


def test_the_municipality_leaves_a_ring_of_countryside(layout):
    west, south, east, north = layout.ground.bounds
    inner = shapely.box(west, south, east, north).buffer(-layout.plan.margin_m + 1)
    town = boundary(layout.plan, layout.water)
    assert shapely.box(*inner.bounds).contains(town)
    assert town.area < 0.5 * (east - west) * (north - south)


def test_the_market_is_urban_and_the_edge_is_not(layout):
    quarters, (x, y) = layout.quarters, layout.plan.centre
    west, _, _, north = layout.ground.bounds
    at = quarters.urban_at(np.array([x, west + 50]), np.array([y + 60, north - 50]))
    assert at[0] > 0.6
    assert at[1] < 0.3
