"""Sheets: tiles laid together again, and orthos with outlines, read by windows."""

import json

import numpy as np
import pytest
from affine import Affine
from PIL import Image

from geoml.errors import GridMismatch, InvalidArgument, MissingCrs
from geoml.learning.segmentation.dataset import read
from geoml.learning.segmentation.sheets import sheets, source
from geoml.raster.grid import Grid, Window

TABLE = """
[[pictures]]
place = "town"
images = "*.jpg"
masks = "{stem}.png"
gsd_m = 0.5
mosaic = true
attribution = "nobody"
"""
SIDE = 16


@pytest.fixture
def tiled(tmp_path):
    """Three of the four tiles of a picture whose red tells the row and whose roof lies across."""
    whole = np.zeros((2 * SIDE, 2 * SIDE, 3), np.uint8)
    whole[..., 0] = 4 * np.arange(2 * SIDE)[:, None]
    roof = np.zeros(whole.shape[:2], np.uint8)
    roof[10:20, 12:22] = 255
    for row, col in ((0, 0), (0, 1), (1, 0)):
        part = Window(row * SIDE, col * SIDE, SIDE, SIDE).slices
        name = tmp_path / f"tile-{row}{col}"
        Image.fromarray(whole[part]).save(name.with_suffix(".jpg"), quality=100, subsampling=0)
        Image.fromarray(roof[part]).save(name.with_suffix(".png"))
        numbers = 500_000 + col * SIDE * 0.5, 0.5, 0, 4_000_000 - row * SIDE * 0.5, 0, -0.5
        beside = f"<PAMDataset><GeoTransform>{', '.join(map(str, numbers))}</GeoTransform>"
        name.with_suffix(".jpg.aux.xml").write_text(beside + "</PAMDataset>")
    path = tmp_path / "town.toml"
    path.write_text(TABLE)
    return path


def test_tiles_are_laid_together_and_what_is_missing_is_unknown(tiled):
    (sheet,) = sheets(read(tiled))
    assert sheet.shape == (2 * SIDE, 2 * SIDE)
    assert sheet.gsd_m == 0.5
    values, known = source(sheet).read(Window(8, 8, 16, 16))
    assert known.sum() == 16 * 16 - 8 * 8
    assert not known[8:, 8:].any()
    truth = np.zeros((16, 16), bool)
    truth[2:12, 4:14] = True
    np.testing.assert_array_equal(values[3] == 1, truth & known)
    red = np.broadcast_to(4 * np.arange(8, 24)[:, None], (16, 16))
    assert np.abs(values[0].astype(int) - red)[known].max() <= 3  # JPEG


def test_without_a_mosaic_each_picture_is_a_sheet(tiled):
    tiled.write_text(TABLE.replace("mosaic = true", ""))
    found = sheets(read(tiled))
    assert [sheet.shape for sheet in found] == [(SIDE, SIDE)] * 3
    assert {sheet.group for sheet in found} == {str(tiled.parent)}


def test_tiles_that_do_not_say_where_they_lie_are_no_mosaic(tiled):
    (tiled.parent / "tile-00.jpg.aux.xml").unlink()
    with pytest.raises(MissingCrs, match="tile-00"):
        sheets(read(tiled))


def test_a_mask_of_another_size_is_refused(tiled):
    Image.new("L", (4, 4)).save(tiled.parent / "tile-00.png")
    with pytest.raises(GridMismatch, match=r"tile-00\.png"):
        sheets(read(tiled))


def test_the_size_of_a_pixel_must_be_known(tiled):
    tiled.write_text(TABLE.replace("gsd_m = 0.5", ""))
    with pytest.raises(InvalidArgument, match="gsd_m"):
        sheets(read(tiled))


def test_an_ortho_with_outlines_knows_its_pixels_and_its_roofs(tmp_path):
    grid = Grid("EPSG:32633", 500_000, 4_000_000, 0.5, 0.5, 40, 60)
    bands = np.full((3, *grid.shape), 90, np.uint8)
    profile = {"transform": Affine(0.5, 0, grid.west, 0, -0.5, grid.north), "crs": grid.crs}
    write_ortho(tmp_path / "ortho.tif", bands, profile)
    roof = [[500_005, 3_999_990], [500_015, 3_999_990], [500_015, 3_999_995], [500_005, 3_999_995]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [[*roof, roof[0]]]},
    }
    collection = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    (tmp_path / "roofs.geojson").write_text(json.dumps(collection))
    path = tmp_path / "town.toml"
    path.write_text(
        '[[pictures]]\nplace = "t"\nimages = "ortho.tif"\nroofs = "roofs.geojson"\n'
        'attribution = "nobody"\n'
    )
    (sheet,) = sheets(read(path))
    assert sheet.gsd_m == pytest.approx(0.5, rel=0.01)
    values, known = source(sheet).read(Window(8, 8, 16, 16))
    assert known.all()
    truth = np.zeros((16, 16), bool)
    truth[2:12, 2:16] = True
    np.testing.assert_array_equal(values[3] == 1, truth)


def write_ortho(path, bands, profile):
    """A plain GeoTIFF of three bands."""
    import rasterio

    count, rows, cols = bands.shape
    shape = {"driver": "GTiff", "dtype": "uint8", "count": count, "height": rows, "width": cols}
    with rasterio.open(path, "w", photometric="RGB", **shape, **profile) as file:
        file.write(bands)
