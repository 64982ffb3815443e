"""Exposure for real: 7,689 buildings of Jakarta in a modelled flood, through the commands.

Checked twice: exactly, against a slow overlay of the stored depths, and against one of the file
itself, whose cells of 50 m were brought to 10 m without mixing (so borders moved by up to 5 m).
"""

import numpy as np
import pytest
import rasterio

from benchmarks.jakarta import at_centroids, column, counted, of_the_file, overlaid
from geoml.areas.area import load
from geoml.areas.sources import sources
from geoml.areas.units import units
from geoml.paths import Home
from geoml.raster.cog import read

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "flood" / "jakarta"


@pytest.fixture(scope="module")
def jakarta(folder, geoml_in, tmp_path_factory):
    """(home, area, what ``geoml exposure`` answered)."""
    root = tmp_path_factory.mktemp("jakarta")

    geoml = geoml_in(root)
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


def test_the_file_declares_a_nodata_that_it_never_uses(folder):
    with rasterio.open(folder / "jakarta_continuous_flood.tif") as dataset:
        assert dataset.nodata == -9999
        assert dataset.read(1).min() == 0


def test_counts_by_centroid_are_those_of_the_file(folder, jakarta):
    """52 % of 7,689 buildings in water, 30 % in more than 0.5 m, 69 outside the raster."""
    expected = counted(at_centroids(folder))
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
    expected = counted(of_the_file(home, area, folder))
    assert expected.sum() == 7684
    assert np.abs(column(told, "buildings") - expected).max() <= 30
