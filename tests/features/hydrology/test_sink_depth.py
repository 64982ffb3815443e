import numpy as np

from geoml.features.hydrology.routing import route
from geoml.features.hydrology.sink_depth import sink_depth


def test_a_hollow_is_as_deep_as_its_lowest_rim():
    ground = np.full((5, 5), 100.0, np.float32)
    ground[2, 2], ground[2, 3], ground[2, 4] = 98, 99.5, 99
    depth = sink_depth(route(ground, 10, 10).level, ground)
    assert depth[2, 2] == 1.5
    assert depth.sum() == 1.5


def test_mapped_water_through_the_rim_drains_it():
    ground = np.full((5, 5), 100.0, np.float32)
    ground[2, 2] = 95
    ditch = np.zeros(ground.shape, bool)
    ditch[2, 2:] = True
    assert not sink_depth(route(ground, 10, 10, water=ditch).level, ground).any()


def test_unknown_stays_unknown():
    ground = np.array([[1, np.nan, 2]], np.float32)
    assert np.isnan(sink_depth(route(ground, 10, 10).level, ground)).tolist() == [
        [False, True, False]
    ]
