import numpy as np
import pytest

from geoml.features.water_distance import QUANTITY, water_distance
from geoml.raster.grid import Grid

GRID = Grid("EPSG:2154", 0, 0, 10, 20, 4, 5)


def pond():
    water = np.zeros(GRID.shape, bool)
    water[0, 0] = True
    return water


def test_worked_example_on_oblong_cells():
    distance = water_distance(pond(), GRID.pixel_x, GRID.pixel_y)
    assert distance[2, 3] == 50
    assert distance[0, 0] == 0


def test_no_water_is_unknown_not_zero():
    assert np.isnan(water_distance(np.zeros((3, 3), bool), 30, 30)).all()


def test_array_and_strip_forms_agree():
    got = np.empty(GRID.shape, np.float32)

    def write(values, window):
        got[window.slices] = values

    QUANTITY.strips(lambda window: pond()[window.slices], write, GRID)
    whole = QUANTITY.compute({"water": pond()}, GRID)
    np.testing.assert_array_equal(got, whole)
    assert whole.max() == pytest.approx(np.hypot(40, 60))
