"""Coverage of cells by polygons, against areas that geometry knows exactly."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.raster.grid import Grid, windows
from geoml.vector.coverage import VectorBlocks, coverage, touched

GRID = Grid("EPSG:2154", 600_000, 6_800_000, 30, 30, 8, 10)
OBLONG = Grid("EPSG:2154", 600_000, 6_800_000, 10, 20, 8, 10)


def roofs(count=40, seed=0, grid=GRID):
    """Turned rectangles of 5 to 60 m, some beyond the edge."""
    rng = np.random.default_rng(seed)
    west, south, east, north = grid.bounds
    boxes = []
    for _ in range(count):
        x, y = rng.uniform(west - 20, east + 20), rng.uniform(south - 20, north + 20)
        wide, high, turn = rng.uniform(5, 60), rng.uniform(5, 60), rng.uniform(0, 90)
        box = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        boxes.append(shapely.affinity.rotate(box, turn))
    return np.array(boxes)


def cells(grid):
    return [
        shapely.box(*grid.window(window).bounds) for window in windows(grid, 1)
    ]  # one a cell, row-major


def exact_share(shapes, grid):
    union = shapely.union_all(shapes)
    boxes = np.array(cells(grid))
    share = shapely.area(shapely.intersection(boxes, union)) / shapely.area(boxes)
    return share.reshape(grid.shape)


@pytest.mark.parametrize("grid", [GRID, OBLONG])
def test_share_is_near_the_exact_area(grid):
    shapes = roofs(grid=grid)
    error = coverage(shapes, grid) - exact_share(shapes, grid)
    assert np.abs(error).max() < 0.06
    assert abs(error.mean()) < 0.005


def test_a_quarter_of_a_cell_is_exact():
    west, north = GRID.west, GRID.north
    share = coverage([shapely.box(west, north - 15, west + 15, north)], GRID)
    assert share[0, 0] == 0.25
    assert share.sum() == 0.25
    assert share.dtype == np.float32


def test_overlapping_roofs_count_once():
    roof = shapely.box(*GRID.bounds)
    assert (coverage([roof, roof, roof], GRID) == 1).all()


def test_courtyards_are_not_covered():
    west, south, east, north = GRID.bounds
    ring = shapely.box(*GRID.bounds).difference(
        shapely.box(west + 30, south + 30, east - 30, north - 30)
    )
    share = coverage([ring], GRID)
    assert (share[1:-1, 1:-1] == 0).all()
    assert (share[0] == 1).all()


def test_oblong_cells_and_a_chosen_oversample():
    west, north = OBLONG.west, OBLONG.north
    half = shapely.box(west, north - 10, west + 10, north)
    assert coverage([half], OBLONG)[0, 0] == 0.5
    assert coverage([half], OBLONG, oversample=2)[0, 0] == 0.5


def test_lines_points_empty_and_missing_shapes_cover_nothing():
    west, _, _, north = GRID.bounds
    odd = [
        shapely.LineString([(west, north), (west + 300, north - 240)]),
        shapely.Point(west + 5, north - 5),
        shapely.Polygon(),
        None,
    ]
    assert (coverage(odd, GRID) == 0).all()
    assert (coverage([], GRID) == 0).all()


def test_collections_fall_into_their_polygons():
    roof = shapely.box(*GRID.bounds)
    nested = shapely.GeometryCollection(
        [shapely.MultiPolygon([roof]), shapely.Point(GRID.west, GRID.north)]
    )
    assert (coverage([nested], GRID) == 1).all()


def test_strips_of_a_large_window_change_nothing(monkeypatch):
    shapes = roofs()
    whole = coverage(shapes, GRID)
    monkeypatch.setattr("geoml.vector.coverage._SUB_PIXELS_AT_ONCE", 1)
    np.testing.assert_array_equal(coverage(shapes, GRID), whole)


@given(size=st.integers(1, 11), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_blocks_give_what_the_whole_gives(size, seed):
    shapes = VectorBlocks(roofs(seed=seed))
    share, mask = np.empty(GRID.shape, np.float32), np.empty(GRID.shape, bool)
    for window in windows(GRID, size):
        share[window.slices] = shapes.coverage(GRID.window(window))
        mask[window.slices] = shapes.touched(GRID.window(window))
    np.testing.assert_array_equal(share, shapes.coverage(GRID))
    np.testing.assert_array_equal(mask, shapes.touched(GRID))


def test_a_stream_touches_every_cell_that_it_crosses():
    west, south, east, north = GRID.bounds
    stream = shapely.LineString([(west + 7, north - 11), (east - 3, south + 40)])
    crossed = np.array([cell.intersects(stream) for cell in cells(GRID)]).reshape(GRID.shape)
    np.testing.assert_array_equal(touched([stream], GRID), crossed)


def test_a_pond_smaller_than_a_cell_touches_it():
    pond = shapely.Point(GRID.west + 34, GRID.north - 34).buffer(2)
    assert np.argwhere(touched([pond], GRID)).tolist() == [[1, 1]]


def test_shapes_elsewhere_touch_and_cover_nothing():
    far = VectorBlocks([shapely.box(0, 0, 10, 10)])
    assert not far.touched(GRID).any()
    assert (far.coverage(GRID) == 0).all()


def test_bounds_of_all_shapes_and_of_none():
    assert VectorBlocks([shapely.box(0, 1, 2, 3), shapely.Point(9, 9)]).bounds == (0, 1, 9, 9)
    assert np.isnan(VectorBlocks([]).bounds).all()
