"""Means over polygons count cells by the share that is covered, wherever the polygons lie."""

import geopandas
import numpy as np
import pytest
import shapely

from geoml.raster.cog import write
from geoml.raster.grid import Grid
from geoml.vector import zonal

GRID = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 30.0, 30.0, 60, 90)
WEST, NORTH = GRID.west, GRID.north


@pytest.fixture
def raster(tmp_path):
    values = np.arange(GRID.rows * GRID.cols, dtype=np.float32).reshape(GRID.shape)
    values[5, 5] = np.nan
    write(tmp_path / "a.tif", values, GRID)
    return {"a": tmp_path / "a.tif", "b": tmp_path / "a.tif"}, values


def frame(*boxes):
    """Polygons given in cells: left, top, right, bottom."""
    shapes = [
        shapely.box(WEST + 30 * le, NORTH - 30 * b, WEST + 30 * r, NORTH - 30 * t)
        for le, t, r, b in boxes
    ]
    return geopandas.GeoDataFrame(geometry=shapes, crs="EPSG:2154")


def test_a_mean_counts_cells_by_the_share_that_is_covered(raster):
    paths, values = raster
    half = frame((10, 20, 11.5, 21))  # one whole cell and half of the next
    expected = (values[20, 10] + 0.5 * values[20, 11]) / 1.5
    assert zonal.zonal_means(paths, half)["a"] == pytest.approx([expected])


def test_unknown_cells_and_places_outside(raster):
    paths, values = raster
    got = zonal.zonal_means(paths, frame((5, 5, 6, 6), (5, 5, 7, 6), (500, 500, 501, 501)))["b"]
    assert np.isnan(got[[0, 2]]).all()
    assert got[1] == pytest.approx(values[5, 6])


def test_the_size_of_the_squares_changes_nothing(raster, monkeypatch):
    paths, _ = raster
    rng = np.random.default_rng(1)
    left, top = rng.uniform(0, 80, 200), rng.uniform(0, 50, 200)
    boxes = frame(*zip(left, top, left + rng.uniform(0.1, 40, 200), top + 3, strict=True))
    whole = zonal.zonal_means(paths, boxes)["a"]
    monkeypatch.setattr(zonal, "_CHUNK", 16)
    assert np.allclose(zonal.zonal_means(paths, boxes)["a"], whole, rtol=1e-6)


def test_no_polygon_is_no_mean(raster):
    assert zonal.zonal_means(raster[0], frame())["a"].shape == (0,)
