"""Finished tiles: read back by the reference PMTiles reader and by GDAL's PNG driver."""

import hashlib

import numpy as np
import pytest
import rasterio
from pmtiles.reader import MemorySource, Reader, all_tiles
from rasterio.io import MemoryFile

from geoml.errors import UnusableGrid
from geoml.raster import coding, cog
from geoml.raster.grid import Grid
from geoml.raster.pyramid import tile_levels, write_pyramid
from geoml.raster.web import web_cog

COLOURS = ("#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4")
PALETTE = coding.class_palette((0, 20, 40, 60, 80, 100), COLOURS)
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture
def web(tmp_path):
    grid = Grid("EPSG:2154", 650_000, 6_862_000, 30, 30, 600, 560)
    rows, cols = np.indices(grid.shape)
    values = (50 + 49 * np.sin(rows / 20) * np.cos(cols / 31)).astype(np.float32)
    values[:300, :280] = np.nan
    cog.write(tmp_path / "a.tif", values, grid)
    web_cog(tmp_path / "a.tif", tmp_path / "web.tif")
    return tmp_path / "web.tif"


def archive(path):
    content = MemorySource(path.read_bytes())
    return Reader(content), dict(all_tiles(content))


def index_of(png):
    with MemoryFile(png) as file, file.open(driver="PNG") as dataset:
        return dataset.read(1)


def level(path, zoom, levels):
    step = max(levels) - zoom - 1
    options = {"overview_level": step} if step >= 0 else {}
    with rasterio.open(path, **options) as dataset:
        return dataset.read(1)


def test_every_block_of_every_level_is_a_tile(web, tmp_path):
    count = write_pyramid(web, tmp_path / "a.pmtiles", PALETTE, metadata={"name": "heat"})
    reader, tiles = archive(tmp_path / "a.pmtiles")
    levels = tile_levels(web)
    assert count == len(tiles)
    seen = 0
    for zoom, first in levels.items():
        whole = level(web, zoom, levels)
        for row in range(first.rows):
            for col in range(first.cols):
                block = whole[row * 256 : (row + 1) * 256, col * 256 : (col + 1) * 256]
                png = tiles.get((zoom, first.x + col, first.y + row))
                assert (png is not None) == block.any()
                if png is not None:
                    np.testing.assert_array_equal(index_of(png), block)
                    assert reader.get(zoom, first.x + col, first.y + row) == png
                    seen += 1
    assert seen == count


def test_the_archive_says_where_and_what_it_is(web, tmp_path):
    write_pyramid(web, tmp_path / "a.pmtiles", PALETTE, metadata={"name": "heat"})
    reader, _ = archive(tmp_path / "a.pmtiles")
    head = reader.header()
    assert head["tile_type"].name == "PNG"
    assert head["tile_compression"].name == "NONE"
    assert (head["min_zoom"], head["max_zoom"]) == (min(tile_levels(web)), max(tile_levels(web)))
    assert head["min_lon_e7"] < 2.35e7 < head["max_lon_e7"]
    assert head["min_lat_e7"] < 48.83e7 < head["max_lat_e7"]
    assert head["clustered"]
    assert reader.metadata()["name"] == "heat"


def test_the_same_cog_gives_the_same_bytes(web, tmp_path):
    names = ("a.pmtiles", "b.pmtiles")
    for name in names:
        write_pyramid(web, tmp_path / name, PALETTE)
    assert len({hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names}) == 1


def test_hatching_is_drawn_at_every_zoom(tmp_path):
    grid = Grid("EPSG:2154", 650_000, 6_862_000, 30, 30, 300, 280)
    ratio = np.ones(grid.shape, np.float32)
    ratio[:, 100:] = 2
    cog.write(tmp_path / "a.tif", ratio, grid)
    web_cog(
        tmp_path / "a.tif", tmp_path / "w.tif", quantise=coding.applicability_index, kind="mode"
    )
    assert write_pyramid(
        tmp_path / "w.tif", tmp_path / "a.pmtiles", coding.flag_palette(), draw=coding.hatch
    )
    _, tiles = archive(tmp_path / "a.pmtiles")
    levels = tile_levels(tmp_path / "w.tif")
    for (zoom, x, y), png in tiles.items():
        row, col = (y - levels[zoom].y) * 256, (x - levels[zoom].x) * 256
        block = level(tmp_path / "w.tif", zoom, levels)[row : row + 256, col : col + 256]
        np.testing.assert_array_equal(index_of(png), coding.hatch(block))


def test_a_layer_that_shows_nothing_is_one_transparent_tile(tmp_path):
    grid = Grid("EPSG:2154", 650_000, 6_862_000, 30, 30, 30, 28)
    cog.write(tmp_path / "a.tif", np.full(grid.shape, 0.5, np.float32), grid)
    web_cog(
        tmp_path / "a.tif", tmp_path / "w.tif", quantise=coding.applicability_index, kind="mode"
    )
    count = write_pyramid(
        tmp_path / "w.tif", tmp_path / "a.pmtiles", coding.flag_palette(), draw=coding.hatch
    )
    _, tiles = archive(tmp_path / "a.pmtiles")
    assert count == 0
    [png] = tiles.values()
    assert not index_of(png).any()


def test_another_raster_is_not_a_web_cog(tmp_path):
    grid = Grid("EPSG:3857", 250_000.5, 6_250_000, 30, 30, 300, 280)
    cog.write(tmp_path / "a.tif", np.ones(grid.shape, np.float32), grid)
    with pytest.raises(UnusableGrid):
        write_pyramid(tmp_path / "a.tif", tmp_path / "a.pmtiles", PALETTE)
