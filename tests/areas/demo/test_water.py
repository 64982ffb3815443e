import shapely

from geoml.areas.demo.plan import plan
from geoml.areas.demo.water import water


def test_water_is_valid_does_not_overlap_and_stays_on_the_map(layout):
    shapes = layout.water.polygons()
    extent = shapely.box(*layout.ground.bounds).buffer(1)
    assert shapely.is_valid(shapes).all()
    assert all(extent.contains(shape) for shape in shapes if not shape.is_empty)
    total, union = sum(s.area for s in shapes), shapely.union_all(shapes).area
    assert total - union < 1.0


def test_the_river_crosses_the_map_and_meanders():
    axis = water(plan("demo")).axis
    (x0, _), (x1, _) = axis.coords[0], axis.coords[-1]
    assert x1 - x0 > plan("demo").width_m
    assert 1.1 < axis.length / (x1 - x0) < 2.0  # sinuosity


def test_the_river_has_an_island_and_the_harbour_has_moles():
    river, sea = water(plan("demo")), water(plan("demo-coast"))
    assert len(shapely.get_interior_ring(river.main, 0).coords) > 3
    assert len(sea.moles) == 3
    assert not any(sea.main.intersects(mole.buffer(-0.5)) for mole in sea.moles)


def test_the_sea_covers_about_a_third():
    drawn = plan("demo-coast")
    assert 0.25 < water(drawn).main.area / (drawn.width_m * drawn.height_m) < 0.45
