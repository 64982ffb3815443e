import numpy as np
import pytest

from geoml.features.hydrology.distances import flow_distance, river_distance
from geoml.features.hydrology.drainage import nearest_drain
from geoml.features.hydrology.routing import route


def test_steps_along_and_across_oblong_cells():
    ground = np.tile(np.arange(9, 0, -1, dtype=np.float32), (5, 1))
    drain = np.zeros(ground.shape, bool)
    drain[:, 6] = True
    flow = route(ground, 10, 20)
    far = flow_distance(flow, drain, nearest_drain(flow, drain))
    assert far[2, 3] == 30
    assert far[2, 6] == 0
    assert np.isnan(far[2, 7:]).all()


def test_a_step_aslant_is_as_long_as_it_is():
    ground = np.add.outer(np.arange(5, 0, -1), np.arange(5, 0, -1)).astype(np.float32)
    drain = np.zeros(ground.shape, bool)
    drain[3, 3] = True
    flow = route(ground, 30, 40)
    assert flow_distance(flow, drain, nearest_drain(flow, drain))[1, 1] == 100


def test_the_way_is_never_shorter_than_the_crow_flies(rough):
    ground = rough(40, 30, 5)
    drain = ground < 5
    flow = route(ground, 10, 25)
    far = flow_distance(flow, drain, nearest_drain(flow, drain))
    crow = river_distance(drain, np.isnan(ground), 10, 25)
    known = ~np.isnan(far)
    assert (far[known] >= crow[known] - 1e-3).all()


def test_as_the_crow_flies():
    drain = np.zeros((5, 5), bool)
    drain[4, 4] = True
    unknown = np.zeros((5, 5), bool)
    unknown[0, 0] = True
    far = river_distance(drain, unknown, 10, 20)
    assert far[2, 1] == pytest.approx(50)
    assert np.isnan(far[0, 0])
    assert np.isnan(river_distance(drain & False, unknown, 10, 20)).all()


def test_no_ground_no_way():
    nothing = np.full((3, 3), np.nan, np.float32)
    flow = route(nothing, 10, 10)
    drain = np.zeros((3, 3), bool)
    assert np.isnan(flow_distance(flow, drain, nearest_drain(flow, drain))).all()
