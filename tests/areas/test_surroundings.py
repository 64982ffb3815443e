import pytest

from geoml.areas import surroundings
from geoml.areas.ingest import ingest
from geoml.areas.sources import sources
from geoml.areas.surroundings import REACH_M, reach, wider
from geoml.raster.grid import Grid, Window

GRID = Grid("EPSG:2154", 600_000, 6_800_000, 30, 40, 100, 90)


def test_as_far_as_the_file_reaches_in_whole_cells():
    west, south, east, north = GRID.bounds
    grid, window = wider(GRID, (west - 100, south + 50, east + 60, north + 40), 30)
    assert window == Window(1, 3, 100, 90)
    assert grid.shape == (101, 95)
    assert grid.window(window) == GRID


def test_no_farther_than_is_told():
    far = tuple(value + 1e6 * sign for value, sign in zip(GRID.bounds, (-1, -1, 1, 1), strict=True))
    grid, window = wider(GRID, far, 30)
    assert window == Window(500, 666, 100, 90)
    assert REACH_M - 40 < grid.bounds[2] - GRID.bounds[2] <= REACH_M
    assert reach(GRID)[0] == GRID.west - REACH_M


def test_no_more_cells_than_are_allowed(monkeypatch):
    monkeypatch.setattr(surroundings, "MAX_CELLS", 40_000)
    grid, window = wider(GRID, reach(GRID), 30)
    assert 35_000 < grid.rows * grid.cols <= 40_000
    assert grid.window(window).bounds == pytest.approx(GRID.bounds)
    monkeypatch.setattr(surroundings, "MAX_CELLS", 8_000)
    assert wider(GRID, reach(GRID), 30) is None


def test_a_fine_file_is_read_less_far():
    far = [wider(GRID, reach(GRID), native)[0].cols for native in (10.0, 1.0, 0.2)]
    assert far[0] > far[1] > far[2]
    assert wider(GRID, reach(GRID), 0.01) is None


def test_nothing_beyond_is_nothing_kept():
    assert wider(GRID, GRID.bounds, 30) is None


def test_a_file_that_ends_with_the_area_has_no_surroundings(home, town, raster, slope_around):
    wide = slope_around(20, 10)
    ingest(home, "town", [f"dem={raster(wide.values, corner=wide.corner)}"])
    found = sources(home, town)["dem"]
    assert found.around.window == Window(20, 10, *town.grid.shape)
    assert found.around.path.is_file()
    flat = wide.values[found.around.window.slices]
    ingest(home, "town", [f"dem={raster(flat, 'small.tif')}"])
    assert sources(home, town)["dem"].around is None
    assert not list(home.sources("town").glob("dem-around*"))
