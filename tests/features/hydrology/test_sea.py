import numpy as np
import pytest
import scipy.ndimage as ndi

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


def polder(step_m, seed=0):
    """Ground 1 to 3 m below 0 in steps of ``step_m``, 2 % of it holes, with two still levels."""
    rng = np.random.default_rng(seed)
    ground = np.rint(rng.uniform(-3, -1, (60, 60)) / step_m) * step_m
    ground[:25, :25] = -1.25
    ground[40:, 50:] = 0
    ground[rng.random(ground.shape) < 0.02] = np.nan
    return ground.astype(np.float32)


def slow_sea(ground, least_cells):
    """The same by a flood from every shore cell of every height."""
    out = np.zeros(ground.shape, bool)
    edge = ndi.binary_dilation(np.pad(np.isnan(ground), 1, constant_values=True), np.ones((3, 3)))
    for height in np.unique(ground[ground <= 0]):
        parts, count = ndi.label(ground == height, np.ones((3, 3)))
        for part in range(1, count + 1):
            here = parts == part
            if here.sum() >= least_cells and (here & edge[1:-1, 1:-1]).any():
                out |= here
    return out


@pytest.mark.parametrize("step_m", [1e-6, 0.1, 0.5])
@pytest.mark.parametrize("least_cells", [2, 100, 4000])
def test_many_heights_below_0_with_holes_are_told_from_the_sea(step_m, least_cells):
    ground = polder(step_m)
    got = sea(ground, 10, 10, least_km2=least_cells * 1e-4)
    np.testing.assert_array_equal(got, slow_sea(ground, least_cells))
    assert got.any() == (least_cells < 4000)


def test_the_raster_is_looked_at_only_for_heights_that_could_be_the_sea():
    class Counted(np.ndarray):
        looks = 0

        def __eq__(self, other):
            Counted.looks += self.shape == (60, 60)
            return super().__eq__(other)

        __hash__ = None

    ground = polder(1e-6)
    assert np.unique(ground).size > 2000
    assert sea(ground.view(Counted), 10, 10, least_km2=0.01).any()
    assert Counted.looks == 2
