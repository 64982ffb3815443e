import numpy as np

from geoml.features.hydrology.accumulation import upstream_area
from geoml.features.hydrology.drainage import (
    CHANNEL_CELLS,
    UNDRAINED,
    at_drain,
    drainage,
    nearest_drain,
)
from geoml.features.hydrology.routing import route


def test_a_channel_begins_where_enough_ground_drains(valley):
    flow = route(valley, 20, 10)
    area = upstream_area(flow)
    found = drainage(flow, area, channel_km2=area[20, 10])
    assert (np.argwhere(found) == [(row, 10) for row in range(20, 41)]).all()


def test_coarse_cells_make_no_channel_of_a_hillside():
    ground = -np.tile(np.arange(40, dtype=np.float32), (20, 1))
    flow = route(ground, 500, 500)
    assert not drainage(flow, upstream_area(flow))[:, : CHANNEL_CELLS - 2].any()


def test_mapped_water_is_drainage_whatever_drains_there(valley):
    water = np.zeros(valley.shape, bool)
    water[5, 2] = True
    flow = route(valley, 20, 10, water=water)
    assert (drainage(flow, upstream_area(flow), water, channel_km2=99) == water).all()


def test_the_shore_of_water_without_a_height_is_drainage(valley):
    water = np.zeros(valley.shape, bool)
    water[38:] = True
    valley[38:] = np.nan
    flow = route(valley, 20, 10, water=water)
    found = drainage(flow, upstream_area(flow), water, channel_km2=99)
    assert found[37, 10]
    assert not found[:37].any()


def test_each_cell_finds_the_drainage_that_its_water_meets_first(valley):
    flow = route(valley, 20, 10)
    mask = np.zeros(valley.shape, bool)
    mask[10:, 10] = True
    drain = nearest_drain(flow, mask)
    assert drain[25, 10] == 25 * 21 + 10
    assert drain[0, 10] == 10 * 21 + 10
    mask[:] = False
    assert (nearest_drain(flow, mask) == UNDRAINED).all()
    assert np.isnan(at_drain(valley, nearest_drain(flow, mask))).all()
