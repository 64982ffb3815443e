"""The web COG: pixel for pixel what a click answers, overviews aligned to tiles."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
import rasterio

from geoml.errors import InvalidArgument
from geoml.raster import coding, cog
from geoml.raster.grid import Grid, transformer
from geoml.raster.pyramid import tile_levels
from geoml.raster.sample import sample
from geoml.raster.web import web_cog
from geoml.raster.webgrid import WORLD_PIXEL_M, zooms

PARIS = {"crs": "EPSG:2154", "west": 650_000.0, "north": 6_862_000.0}


def town(rows=150, cols=130, pixel=30.0, **place):
    return Grid(pixel_x=pixel, pixel_y=pixel, rows=rows, cols=cols, **(place or PARIS))


def noise(grid, seed=0):
    values = np.random.default_rng(seed).uniform(0, 100, grid.shape).astype(np.float32)
    values[10:40, 20:50] = np.nan
    return values


@pytest.fixture
def published(tmp_path):
    grid = town(rows=700, cols=600)
    values = noise(grid)
    cog.write(tmp_path / "score.tif", values, grid)
    web_cog(tmp_path / "score.tif", tmp_path / "web.tif")
    return tmp_path / "web.tif", grid, values


def brute_force(grid, values, web):
    """The value under every pixel centre, one PROJ call for each."""
    cols, rows = np.meshgrid(np.arange(web.cols) + 0.5, np.arange(web.rows) + 0.5)
    x, y = transformer("EPSG:3857", grid.crs).transform(
        web.west + cols * web.pixel_x, web.north - rows * web.pixel_y
    )
    row = np.floor((grid.north - y) / grid.pixel_y).astype(int)
    col = np.floor((x - grid.west) / grid.pixel_x).astype(int)
    inside = (row >= 0) & (row < grid.rows) & (col >= 0) & (col < grid.cols)
    out = np.full(web.shape, np.nan)
    out[inside] = values[row[inside], col[inside]]
    return out


def overview(path, level):
    with rasterio.open(path, overview_level=level) as dataset:
        return dataset.read(1)


def test_every_pixel_shows_the_cell_that_a_click_answers(published):
    path, grid, values = published
    with rasterio.open(path) as dataset:
        got, web = dataset.read(1), cog.grid_of(dataset)
    np.testing.assert_array_equal(got, coding.score_index(brute_force(grid, values, web)))
    for row, col in ((200, 300), (411, 177), (255, 256)):
        lon, lat = transformer("EPSG:3857", "OGC:CRS84").transform(
            web.west + (col + 0.5) * web.pixel_x, web.north - (row + 0.5) * web.pixel_y
        )
        cell = grid.at(lon, lat)
        assert got[row, col] == (coding.score_index(values[cell]) if cell else 0)


def test_overviews_average_known_scores_and_are_made_bytes_once(published):
    path, grid, values = published
    with rasterio.open(path) as dataset:
        full = brute_force(grid, values, cog.grid_of(dataset))
        factors = dataset.overviews(1)
    assert factors
    for level, factor in enumerate(factors):
        rows, cols = (side // factor for side in full.shape)
        blocks = full.reshape(rows, factor, cols, factor)
        count = np.isfinite(blocks).sum(axis=(1, 3))
        mean = np.where(count, np.nansum(blocks, axis=(1, 3)) / np.maximum(count, 1), np.nan)
        got = overview(path, level).astype(int)
        want = coding.score_index(mean).astype(int)
        # The order of an addition may move a mean that lies on the border of two levels.
        assert (np.abs(got - want) <= 1).all()
        assert (got == want).mean() > 0.9999
        np.testing.assert_array_equal(got == 0, want == 0)


def test_overviews_of_classes_hold_the_most_frequent(tmp_path):
    grid = town(rows=700, cols=600)
    values = np.random.default_rng(3).choice([0.5, 2.0, np.nan], grid.shape, p=[0.5, 0.3, 0.2])
    cog.write(tmp_path / "a.tif", values.astype(np.float32), grid)
    web_cog(
        tmp_path / "a.tif", tmp_path / "web.tif", quantise=coding.applicability_index, kind="mode"
    )
    with rasterio.open(tmp_path / "web.tif") as dataset:
        full, factors = dataset.read(1), dataset.overviews(1)
    for level, factor in enumerate(factors):
        rows, cols = (side // factor for side in full.shape)
        blocks = full.reshape(rows, factor, cols, factor)
        ones, twos = ((blocks == one).sum(axis=(1, 3)) for one in (1, 2))
        want = np.where(ones > twos, 1, np.where(twos > 0, 2, 0))
        np.testing.assert_array_equal(overview(tmp_path / "web.tif", level), want)


def test_levels_are_zooms_aligned_to_tiles(published):
    path, grid, _ = published
    lowest, highest = zooms(grid)
    levels = tile_levels(path)
    assert sorted(levels) == list(range(lowest, highest + 1))
    assert max(levels[lowest].cols, levels[lowest].rows) <= 2
    with rasterio.open(path) as dataset:
        assert dataset.crs.to_epsg() == 3857
        assert set(dataset.block_shapes) == {(256, 256)}
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        tile_m = 256 * WORLD_PIXEL_M / 2**lowest
        assert dataset.bounds.left / tile_m == pytest.approx(round(dataset.bounds.left / tile_m))
        for factor in dataset.overviews(1):
            assert dataset.width % (256 * factor) == dataset.height % (256 * factor) == 0
    for level in range(highest - lowest):
        with rasterio.open(path, overview_level=level) as dataset:
            assert set(dataset.block_shapes) == {(256, 256)}


def test_the_file_says_what_its_bytes_mean(published):
    path, _, _ = published
    with rasterio.open(path) as dataset:
        tags = dataset.tags()
        assert (dataset.scales, dataset.offsets, dataset.nodata) == ((0.4,), (-0.2,), 0)
    assert tags["AREA_OR_POINT"] == "Area"
    assert float(tags["QUANTISATION_ERROR_BOUND"]) == coding.ERROR_BOUND
    assert int(tags["MIN_ZOOM"]) < int(tags["MAX_ZOOM"])


@pytest.mark.parametrize("pixel", [5.0, 10.0, 30.0, 100.0])
def test_the_highest_zoom_is_the_lowest_that_shows_every_cell(pixel):
    grid = town(pixel=pixel)
    _, south, _, north = grid.lonlat_bounds()
    ground = WORLD_PIXEL_M * np.cos(np.radians((south + north) / 2))
    _, highest = zooms(grid)
    assert ground / 2**highest <= pixel < ground / 2 ** (highest - 1)


def test_the_same_raster_gives_the_same_bytes(tmp_path, published):
    path, grid, values = published
    cog.write(tmp_path / "again" / "score.tif", values, grid)
    web_cog(tmp_path / "again" / "score.tif", tmp_path / "again" / "other.tif")
    digests = {
        hashlib.sha256(one.read_bytes()).hexdigest() for one in (path, tmp_path / "again/other.tif")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    "place",
    [
        {"crs": "EPSG:32601", "west": 100_000.0, "north": 7_000_000.0},  # just east of 180
        {"crs": "EPSG:2975", "west": 340_000.0, "north": 7_690_000.0},  # southern hemisphere
        {"crs": "EPSG:32733", "west": 500_000.0, "north": 10_000_500.0},  # across the equator
    ],
)
def test_elsewhere_on_earth(tmp_path, place):
    grid = town(rows=60, cols=60, **place)
    values = noise(grid)
    cog.write(tmp_path / "a.tif", values, grid)
    web_cog(tmp_path / "a.tif", tmp_path / "web.tif")
    with rasterio.open(tmp_path / "web.tif") as dataset:
        want = coding.score_index(brute_force(grid, values, cog.grid_of(dataset)))
        np.testing.assert_array_equal(dataset.read(1), want)
        assert want.any()


def test_a_raster_that_no_web_map_can_show_is_refused(tmp_path):
    grid = Grid("EPSG:32761", 2_000_000, 2_000_000, 1000, 1000, 8, 8)  # at the south pole
    cog.write(tmp_path / "a.tif", np.ones(grid.shape, np.float32), grid)
    with pytest.raises(InvalidArgument):
        web_cog(tmp_path / "a.tif", tmp_path / "web.tif")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tif"]


def test_nothing_known_gives_nothing(tmp_path):
    grid = town()
    cog.write(tmp_path / "a.tif", np.full(grid.shape, np.nan, np.float32), grid)
    web_cog(tmp_path / "a.tif", tmp_path / "web.tif")
    with rasterio.open(tmp_path / "web.tif") as dataset:
        assert not dataset.read(1).any()
        assert sample(dataset, cog.grid_of(dataset), cog.grid_of(dataset)) is None


MEMORY = """
import resource, sys
from pathlib import Path
from geoml.raster.web import web_cog
from geoml.raster.pyramid import write_pyramid
from geoml.raster.coding import class_palette
folder = Path(sys.argv[1])
web_cog(folder / "a.tif", folder / "web.tif")
write_pyramid(folder / "web.tif", folder / "a.pmtiles", class_palette((0, 100), ("#000000",)))
status = Path("/proc/self/status")  # getrusage would count the parent's memory before exec
if status.exists():
    [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
    print(int(line.split()[1]) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_raster(tmp_path):
    grid = town(rows=4000, cols=4000, pixel=10.0)
    rows = np.random.default_rng(0).uniform(0, 100, (500, 4000)).astype(np.float32)
    cog.write(tmp_path / "a.tif", np.tile(rows, (8, 1)), grid)
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) < 300e6
