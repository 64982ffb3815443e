"""Exposure for real: 7,689 buildings of Jakarta in a modelled flood, through the commands.

Checked twice: exactly, against a slow overlay of the stored depths, and against one of the file
itself, whose cells of 50 m were brought to 10 m without mixing (so borders moved by up to 5 m).
"""

import json
import os
import subprocess
import sys

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from geoml.areas.area import load
from geoml.areas.sources import sources
from geoml.areas.units import units
from geoml.paths import Home
from geoml.raster.cog import read
from geoml.raster.grid import transformer

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "flood" / "jakarta"


@pytest.fixture(scope="module")
def jakarta(folder, tmp_path_factory):
    """(home, area, what ``geoml exposure`` answered)."""
    root = tmp_path_factory.mktemp("jakarta")

    def geoml(*words):
        command = [sys.executable, "-m", "geoml.cli.main", *words]
        environment = {**os.environ, "GEOML_HOME": str(root)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    box = "106.815,-6.207,106.976,-6.11"
    geoml("area", "create", "jakarta", "--name", "Jakarta", "--bbox", box, "--resolution", "10")
    files = (
        f"flood_depth={folder / 'jakarta_continuous_flood.tif'}",
        (f"buildings={folder / 'jakarta_building.gpkg'}"),
    )
    told = geoml("ingest", "jakarta", *files)
    assert "7689 rows" in told["sources"][1]["notes"][0]
    assert told["sources"][1]["notes"][1] == "5 rows came twice: kept once"
    home = Home(root)
    return home, load(home, "jakarta"), geoml("exposure", "--area", "jakarta")["by_depth"]


def counted(depth):
    """Dry, to 0.5, to 1, to 2, deeper, unknown."""
    tests = (depth == 0, (depth > 0) & (depth <= 0.5), (depth > 0.5) & (depth <= 1),
             (depth > 1) & (depth <= 2), depth > 2, np.isnan(depth))  # fmt: skip
    return np.array([one.sum() for one in tests])


def column(told, name):
    return np.array([line[name] for line in (*told["classes"], told["unknown"])])


def overlaid(frame, values, x, y):
    """Mean of the known cells under each footprint by the area of each in it, one after another.

    ``x`` and ``y`` are the corners of the cells, each of shape (rows + 1, cols + 1).
    """
    west, east, south, north = x[:-1, :-1], x[1:, 1:], y[1:, 1:], y[:-1, :-1]
    means = []
    for shape in frame.geometry:
        left, bottom, right, top = shape.bounds
        rows = np.flatnonzero((south.min(1) <= top) & (north.max(1) >= bottom))
        cols = np.flatnonzero((west.min(0) <= right) & (east.max(0) >= left))
        total = weight = 0.0
        for r in rows:
            for c in cols:
                ring = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
                cell = shapely.Polygon([(x[at], y[at]) for at in ring])
                if np.isfinite(values[r, c]) and cell.intersects(shape):
                    part = cell.intersection(shape).area
                    total, weight = total + part * values[r, c], weight + part
        means.append(total / weight if weight else np.nan)
    return np.array(means)


def test_the_file_declares_a_nodata_that_it_never_uses(folder):
    with rasterio.open(folder / "jakarta_continuous_flood.tif") as dataset:
        assert dataset.nodata == -9999
        assert dataset.read(1).min() == 0


def test_counts_by_centroid_are_those_of_the_file(folder, jakarta):
    """52 % of 7,689 buildings in water, 30 % in more than 0.5 m, 69 outside the raster."""
    frame = geopandas.read_file(folder / "jakarta_building.gpkg")
    middle = shapely.centroid(np.asarray(frame.geometry.array))
    with rasterio.open(folder / "jakarta_continuous_flood.tif") as dataset:
        spots = zip(shapely.get_x(middle), shapely.get_y(middle), strict=True)
        depth = np.array([one[0] for one in dataset.sample(spots)], float)
        west, south, east, north = dataset.bounds
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    depth[(x < west) | (x > east) | (y < south) | (y > north)] = np.nan
    expected = counted(depth)
    assert expected.sum() == 7689
    assert expected[5] == 69
    assert expected[1:5].sum() / 7689 == pytest.approx(0.52, abs=0.005)
    assert expected[2:5].sum() / 7689 == pytest.approx(0.30, abs=0.005)
    found = column(jakarta[2], "buildings_by_centroid")
    assert found.sum() == 7689 - 5
    assert np.abs(found - expected).max() <= 12


def test_counts_by_footprint_are_those_of_a_slow_exact_overlay(jakarta):
    home, area, told = jakarta
    frame, source = units(home, area, "buildings"), sources(home, area)["flood_depth"]
    grid = area.grid.refine(source.factor)
    x, y = np.meshgrid(
        grid.west + np.arange(grid.cols + 1) * grid.pixel_x,
        grid.north - np.arange(grid.rows + 1) * grid.pixel_y,
    )
    few = frame.iloc[::30]  # each of them costs some hundred intersections
    exact = overlaid(few, read(source.path), x, y)
    from geoml.vector.zonal import zonal_means

    fast = zonal_means({"depth": source.path}, few)["depth"]
    np.testing.assert_allclose(fast, exact, atol=2e-3)
    assert (counted(fast) == counted(exact)).all()
    everyone = zonal_means({"depth": source.path}, frame)["depth"]
    assert (column(told, "buildings") == counted(everyone)).all()


def test_counts_by_footprint_are_those_of_the_file(folder, jakarta):
    """The file's own cells, their corners brought to the area's CRS, laid over the footprints."""
    home, area, told = jakarta
    frame = units(home, area, "buildings")
    with rasterio.open(folder / "jakarta_continuous_flood.tif") as dataset:
        values, place = dataset.read(1).astype(float), dataset.transform
        col, row = np.meshgrid(np.arange(dataset.width + 1), np.arange(dataset.height + 1))
    x, y = transformer("EPSG:4326", area.crs).transform(*(place @ (col, row)))
    expected = counted(overlaid(frame, values, x, y))
    assert expected.sum() == 7684
    assert np.abs(column(told, "buildings") - expected).max() <= 30
