"""Point and statistics come from the measured data, cell for cell."""

import numpy as np
import pytest

from geoml.raster.grid import transformer


def lonlat(layer_grid, row, col):
    x = layer_grid.west + (col + 0.5) * layer_grid.pixel_x
    y = layer_grid.north - (row + 0.5) * layer_grid.pixel_y
    return transformer(layer_grid.crs, "OGC:CRS84").transform(x, y)


@pytest.fixture
def grid(town):
    from geoml.raster.cog import read_grid

    return read_grid(town.score.data)


def test_a_point_is_the_cell_that_holds_it(client, town, grid):
    for row, col in ((300, 20), (599, 559), (250, 300)):
        lon, lat = lonlat(grid, row, col)
        document = client.get(f"/tiles/{town.score.id}/point/{lon},{lat}").json()
        assert document["values"] == [pytest.approx(town.values[row, col], abs=1e-3)]
        assert document["unit"] == "0..100"


def test_unknown_is_null_and_outside_is_404(client, town, grid):
    lon, lat = lonlat(grid, 10, 10)
    assert client.get(f"/tiles/{town.score.id}/point/{lon},{lat}").json()["values"] == [None]
    assert client.get(f"/tiles/{town.score.id}/point/{lon + 9},{lat}").status_code == 404


@pytest.mark.parametrize("place", ["nan,0", "inf,0", "181,0", "0,91", "a,b", "1", "0,0,0"])
def test_places_that_are_none(client, town, place):
    assert client.get(f"/tiles/{town.score.id}/point/{place}").status_code in (404, 422)


def test_statistics_of_all_cells(client, town):
    document = client.get(f"/tiles/{town.score.id}/statistics").json()
    band = document["b1"]
    assert document["sampled"] is False
    assert band["mean"] == pytest.approx(np.nanmean(town.values), abs=0.05)
    assert band["min"] == pytest.approx(np.nanmin(town.values), abs=0.05)
    assert band["valid_percent"] == pytest.approx(100 * np.isfinite(town.values).mean(), abs=0.1)
    assert client.get(f"/tiles/{town.score.id}/statistics?max_size=64").json()["sampled"] is True


@pytest.mark.parametrize("query", ["max_size=999999", "histogram_bins=100000000", "max_size=0"])
def test_statistics_have_bounds(client, town, query):
    assert client.get(f"/tiles/{town.score.id}/statistics?{query}").status_code == 422
