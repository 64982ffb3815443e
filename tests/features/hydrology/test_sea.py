import numpy as np

from geoml.features.hydrology.sea import sea


def coast():
    """10 km of coast: the west is the sea, the east rises."""
    ground = np.tile(np.linspace(-3, 12, 100), (100, 1)).astype(np.float32)
    ground[:, :30] = 0
    return ground


def test_the_sea_is_still_low_and_leaves_the_raster():
    got = sea(coast(), 100, 100)
    assert got[:, :30].all()
    assert not got[:, 31:].any()


def test_ground_below_0_that_is_not_still_is_a_polder():
    ground = coast()
    ground[:, :30] = np.random.default_rng(1).uniform(-4, -3, (100, 30))
    assert not sea(ground, 100, 100).any()


def test_a_pond_and_a_lake_inland_are_not_the_sea():
    ground = np.full((100, 100), 5, np.float32)
    ground[:5, :5] = 0  # at the edge, but small
    ground[40:60, 40:60] = 0  # wide, but inland
    assert not sea(ground, 100, 100).any()
    ground[40:60, 60:] = np.nan  # beside ground that nobody knows
    assert sea(ground, 100, 100).sum() == 400
