"""Cells drawn when asked for are what a table of all cells would say."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import CorruptFile
from geoml.raster.cog import write
from geoml.raster.grid import Grid
from geoml.vector.cells import CellStore, Places, corners, write_cells_index
from geoml.vector.fragments import outline

GRID = Grid("EPSG:2154", 843_000.0, 6_520_500.0, 30.0, 20.0, 70, 1050)
WORLD = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(scope="module")
def values():
    """Two layers; the first has holes, among them a whole block and all of the last column."""
    rng = np.random.default_rng(5)
    score = (100 * rng.random(GRID.shape)).astype(np.float32)
    score[rng.random(GRID.shape) < 0.2] = np.nan
    score[32:64, 512:544] = np.nan
    score[:, -1] = np.nan
    upper = score + 1
    upper[3, :] = np.nan
    return {"score": score, "upper": upper}


@pytest.fixture(scope="module")
def folder(values, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    for name, array in values.items():
        write(folder / f"{name}.tif", array, GRID)
    write_cells_index(folder / "cells.arrow", folder / "score.tif")
    return folder


@pytest.fixture(scope="module")
def store(folder, values):
    return CellStore(folder / "cells.arrow", {name: folder / f"{name}.tif" for name in values})


@pytest.fixture(scope="module")
def everywhere(store):
    return store.read(slice(None))


def test_every_cell_with_an_answer_is_a_row_once(store, values, everywhere):
    places, told = everywhere
    known = np.isfinite(values["score"])
    assert len(store) == known.sum() == len(places.row)
    seen = np.zeros(GRID.shape, int)
    np.add.at(seen, (places.row, places.col), 1)
    assert (seen == known).all()
    for name, layer in values.items():
        wanted = np.round(layer[places.row, places.col].astype(float), 3)
        assert np.array_equal(told[name], wanted, equal_nan=True)


def test_rows_and_places_are_each_others_inverse(store, everywhere):
    places, _ = everywhere
    for row in range(0, len(store), 977):
        assert store.row(int(places.row[row]), int(places.col[row])) == row
    assert store.row(32, 512) is None
    assert store.row(0, GRID.cols - 1) is None
    assert store.row(-1, 0) is None
    assert store.row(GRID.rows, 0) is None


def test_a_page_is_valid_geojson_of_the_cells(store, everywhere):
    places, told = everywhere
    rows = np.array([0, 5, 1023, 1024, 40_000, len(store) - 1])
    found = json.loads(b"[" + store.page(rows) + b"]")
    for row, feature in zip(rows, found, strict=True):
        assert feature["id"] == f"{places.row[row]}-{places.col[row]}"
        ring = feature["geometry"]["coordinates"][0]
        assert shapely.Polygon(ring).exterior.is_ccw
        at = Places(places.row[row : row + 1], places.col[row : row + 1])
        assert np.array_equal(ring, corners(GRID, at)[0])
        for name, column in told.items():
            value = feature["properties"][name]
            assert (np.isnan(column[row]) and value is None) or value == column[row]
    assert any(one["properties"]["upper"] is None for one in json.loads(
        b"[" + store.page(slice(0, 200)) + b"]"))  # fmt: skip


def test_pages_join_to_the_whole(store):
    pages = [store.page(slice(at, at + 9_999)) for at in range(0, len(store), 9_999)]
    assert b",\n".join(pages) == store.page(slice(None))
    assert store.page(slice(len(store), len(store) + 5)) == b""


LON, LAT = st.floats(4.83, 5.26), st.floats(45.73, 45.79)
BOX = st.tuples(LON, LAT, LON, LAT).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(BOX, min_size=1, max_size=2))
def test_a_search_finds_what_shapely_finds(store, everywhere, boxes):
    shapes = shapely.polygons(corners(GRID, everywhere[0]))
    wanted = np.zeros(len(store), bool)
    for box in boxes:
        wanted |= shapely.intersects(shapes, outline(box))
    assert np.array_equal(store.search(boxes), np.flatnonzero(wanted))


def test_the_world_has_every_cell_and_elsewhere_none(store):
    assert np.array_equal(store.search([WORLD]), np.arange(len(store)))
    assert store.search([(177.0, 65.0, 180.0, 70.0), (-180.0, 65.0, -177.0, 70.0)]).size == 0


def test_a_point_is_in_one_cell_and_a_corner_in_four(store, everywhere):
    places, _ = everywhere
    ring = corners(GRID, Places(places.row[700:701], places.col[700:701]))[0]
    lon, lat = ring[:4].mean(axis=0)
    assert store.search([(lon, lat, lon, lat)]).tolist() == [700]
    lon, lat = ring[0]
    assert 1 <= store.search([(lon, lat, lon, lat)]).size <= 4


def test_a_raster_that_knows_nothing_has_no_cells(tmp_path):
    write(tmp_path / "score.tif", np.full(GRID.shape, np.nan, np.float32), GRID)
    assert write_cells_index(tmp_path / "cells.arrow", tmp_path / "score.tif") == 0
    store = CellStore(tmp_path / "cells.arrow", {"score": tmp_path / "score.tif"})
    assert len(store) == 0
    assert store.search([WORLD]).size == 0
    assert store.page(slice(0, 10)) == b""
    assert store.row(0, 0) is None


def test_the_index_of_another_raster_is_refused(folder, tmp_path):
    other = Grid("EPSG:2154", 0.0, 0.0, 30.0, 30.0, 10, 10)
    write(tmp_path / "score.tif", np.ones(other.shape, np.float32), other)
    with pytest.raises(CorruptFile, match="another raster"):
        CellStore(folder / "cells.arrow", {"score": tmp_path / "score.tif"})
    (tmp_path / "cells.arrow").write_bytes(b"ARROW1")
    with pytest.raises(CorruptFile, match="index of cells"):
        CellStore(tmp_path / "cells.arrow", {"score": tmp_path / "score.tif"})
