import numpy as np
import shapely

from geoml.areas.demo.materials import CODE
from geoml.areas.demo.surface import empty
from geoml.raster.grid import Grid

GRID = Grid("EPSG:2154", 0.0, 100.0, 2.5, 2.5, 40, 40)


def test_a_coat_covers_all_four_layers():
    surface = empty(GRID)
    surface.tone[:], surface.bare[:] = 0.5, 0.5
    surface.coat([shapely.box(10, 10, 20, 20)], "asphalt")
    inside = surface.made_of("asphalt")
    assert inside.sum() == 16
    assert set(surface.tone[inside]) == {1.0}
    assert set(surface.bare[inside]) == {0.0}
    assert set(surface.tone[~inside]) == {0.5}


def test_a_dry_coat_leaves_water():
    surface = empty(GRID)
    surface.coat([shapely.box(0, 0, 50, 100)], "river")
    surface.coat([shapely.box(0, 40, 100, 60)], "dry grass", dry=True)
    assert surface.made_of("river").sum() == 20 * 40
    assert surface.made_of("dry grass").sum() == 20 * 8


def test_put_lays_height_and_bareness():
    surface = empty(GRID)
    where = np.zeros(GRID.shape, bool)
    where[3, 4] = True
    surface.put(where, "shrub", height_m=2.0, bare=0.1)
    assert surface.material[3, 4] == CODE["shrub"]
    assert surface.height_m[3, 4] == 2.0
    assert surface.height_m.sum() == 2.0
