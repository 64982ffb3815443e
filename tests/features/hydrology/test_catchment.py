"""Sub-basins: what belongs together, and what is too small to stand alone."""

import numpy as np

from geoml.features.hydrology.accumulation import upstream_area
from geoml.features.hydrology.catchment import catchment
from geoml.features.hydrology.routing import route

CELL_M = 100.0


def numbered(ground, least_km2):
    flow = route(ground, CELL_M, CELL_M)
    return catchment(flow, upstream_area(flow), least_km2), flow


def two_valleys():
    """A ridge between two valleys that open to the south, without a way between them."""
    row, col = np.mgrid[:40, :41]
    return (200 - row + 5.0 * np.minimum(abs(col - 10), abs(col - 30))).astype(np.float32)


def test_two_valleys_are_two_catchments_and_a_ridge_parts_them():
    found, _ = numbered(two_valleys(), 6.0)
    west, east = found[5:, 5:18], found[5:, 23:36]
    assert np.unique(west).size == np.unique(east).size == 1
    assert west[0, 0] != east[0, 0]


def test_a_long_valley_is_cut_along_its_river_in_stretches_of_the_size():
    found, flow = numbered(two_valleys()[:, :21], 1.5)
    sizes = np.bincount(found.astype(int).ravel())[1:] * (CELL_M / 1000) ** 2
    assert sizes.max() < 2 * 1.5
    assert len(sizes) >= 3
    here, ds = found.ravel(), flow.downstream
    crossing = np.flatnonzero(here[ds] != here)
    assert 0 < len(crossing) < len(sizes)  # water leaves a sub-basin in one place


def test_small_basins_of_one_square_count_as_one():
    row, _ = np.mgrid[:20, :20]
    found, flow = numbered((100 - row).astype(np.float32), 1.0)
    assert len(flow.outlets) == 20
    assert np.unique(found).size == 2  # a kilometre of the lower edge each
    np.testing.assert_array_equal(found[0], np.repeat(found[0, [0, 10]], 10))


def test_unknown_ground_belongs_to_nothing_and_a_lone_cell_to_itself():
    ground = two_valleys()
    ground[:, 20] = np.nan
    found, _ = numbered(ground, 1.0)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(ground))
    alone = np.full((3, 3), np.nan, np.float32)
    alone[1, 1] = 7
    found, _ = numbered(alone, 1.0)
    assert (found[1, 1], np.isnan(found).sum()) == (1, 8)
