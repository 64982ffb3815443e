"""Routing beside GRASS ``r.watershed``, on a real terrain model: other people's code agrees."""

import numpy as np
import pytest
import rasterio

from benchmarks import grass
from geoml.features.hydrology.drainage import CHANNEL_KM2
from geoml.features.hydrology.routing import route

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def terrain(real_data):
    if not grass.is_here():
        pytest.skip(grass.MISSING)
    return real_data / "flood" / "wake-county" / "elev_ned_30m.tif"


@pytest.fixture(scope="module")
def compared(terrain):
    return grass.comparison(terrain, CHANNEL_KM2)


def test_channels_lie_where_grass_has_them(compared):
    assert compared["grass_channels_within_1_cell_of_ours"] >= 0.98
    assert compared["our_channels_within_1_cell_of_grass"] >= 0.98


def test_nearly_every_cell_drains_to_the_same_neighbour(compared):
    assert compared["same_direction"] >= 0.95


def test_upstream_areas_rank_the_same(compared):
    assert compared["rank_correlation_of_area"] >= 0.97
    assert compared["rank_correlation_in_channels"] >= 0.97
    assert compared["median_area_ratio_in_channels"] == pytest.approx(1.0, abs=0.01)


def test_the_comparison_can_fail(terrain, tmp_path):
    """The same ground turned by half a turn: GRASS sees other water than we do."""
    with rasterio.open(terrain) as dataset:
        elevation, profile = dataset.read(1), dataset.profile
    with rasterio.open(tmp_path / "turned.tif", "w", **profile) as dataset:
        dataset.write(np.ascontiguousarray(elevation[::-1, ::-1]), 1)
    cells, directions = grass.watershed(tmp_path / "turned.tif")
    flow = route(elevation.astype(np.float32), 30.0, 30.0)
    assert grass.same_direction(flow.downstream, directions) < 0.3
    assert cells.shape == directions.shape == flow.shape
