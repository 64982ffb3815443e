"""What is black or white around a picture is unknown, and what is so within it is not."""

import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoml.raster import collar
from geoml.raster.grid import Window
from geoml.raster.picture import read_picture

SIDE = 300
PLACE = Affine(0.25, 0, 450_000, 0, -0.25, 5_200_000)


def town(kind=np.uint8, low=40, high=220):
    return np.random.default_rng(3).integers(low, high, (3, SIDE, SIDE)).astype(kind)


def write(path, bands, **options):
    profile = {"driver": "GTiff", "crs": "EPSG:32631", "transform": PLACE, **options}
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", count=len(bands), dtype=bands.dtype, height=SIDE, width=SIDE, **profile
        ) as dataset:
            dataset.write(bands)
    return path


def around():
    """A frame that is turned: the four corners of the picture are outside it."""
    row, col = np.indices((SIDE, SIDE))
    return (row + col < 90) | (row + col > 2 * SIDE - 90) | (abs(row - col) > SIDE - 90)


@pytest.mark.parametrize("number", [0, 255])
def test_a_collar_is_unknown_and_told_with_its_share(tmp_path, number):
    rgb = np.where(around(), number, town()).astype(np.uint8)
    path = write(tmp_path / "a.tif", rgb)
    picture = read_picture(path, collar=True)
    assert (picture.known == ~around()).all()
    [note] = picture.notes
    assert note.startswith(f"a collar of {number} taken for nodata")
    assert f"{100 * around().mean():.0f} % of the picture" in note
    assert read_picture(path).known.all()


def place(rows, cols):
    where = np.zeros((SIDE, SIDE), bool)
    where[rows, cols] = True
    return where


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (0, place(slice(100, 200), slice(100, 200))),  # a flat roof of tar
        (255, place(slice(0, 100), slice(100, 200))),  # a roof in the sun, cut by the edge
        (0, place(slice(0, 29), slice(0, 29))),  # less than a hundredth
        (0, np.indices((SIDE, SIDE)).sum(axis=0) % 2 == 0),  # cells that do not hang together
    ],
)
def test_what_is_no_collar_stays_known(tmp_path, number, where):
    path = write(tmp_path / "a.tif", np.where(where, number, town()).astype(np.uint8))
    picture = read_picture(path, collar=True)
    assert picture.known.all()
    assert picture.notes == ()


def test_one_band_that_is_dark_is_no_collar(tmp_path):
    rgb = town()
    rgb[:2, around()] = 0
    assert read_picture(write(tmp_path / "a.tif", rgb), collar=True).known.all()


@pytest.mark.parametrize("number", [0, 255])
def test_the_collar_of_a_jpeg_is_not_exact(tmp_path, number):
    rgb = np.where(around(), number, town()).astype(np.uint8)
    path = write(tmp_path / "a.tif", rgb, driver="JPEG", quality=85)
    known = read_picture(path, collar=True).known
    assert (known != ~around()).mean() < 0.05  # blocks of 8 that it shares with the town
    assert known[~around()].all()


def test_what_the_file_declares_counts_as_well(tmp_path):
    rgb = np.where(around(), 255, town()).astype(np.uint8)
    rgb[:, 100:120, 100:120] = 0
    picture = read_picture(write(tmp_path / "a.tif", rgb, nodata=0), collar=True)
    assert (picture.known == ~(around() | (rgb == 0).all(axis=0))).all()


def test_a_collar_does_not_move_the_stretch_of_sixteen_bits(tmp_path):
    bands = town(np.uint16, 1_000, 3_000)
    whole = read_picture(write(tmp_path / "a.tif", bands), collar=True)
    for number in (0, 65_535):
        cut = np.where(around(), number, bands).astype(np.uint16)
        picture = read_picture(write(tmp_path / "b.tif", cut), collar=True)
        assert (picture.known == ~around()).all()
        assert np.abs(picture.rgb[~around()].astype(int) - whole.rgb[~around()]).max() <= 2


@pytest.mark.parametrize("side", [40, 299])
def test_of_a_large_picture_every_nth_pixel_is_looked_at(tmp_path, monkeypatch, side):
    """And yet the edge is that of the pixels, block by block, and the roof in the middle stays."""
    monkeypatch.setattr(collar, "SIDE", side)
    roof = place(slice(120, 180), slice(120, 180))
    rgb = np.where(around() | roof, 0, town()).astype(np.uint8)
    path = write(tmp_path / "a.tif", rgb, tiled=True, blockxsize=64, blockysize=64)
    assert (read_picture(path, collar=True).known == ~around()).all()
    coarse = collar.coarse_shape((SIDE, SIDE))
    assert max(coarse) <= side
    step = SIDE // coarse[0]
    every = rgb[:, step // 2 :: step, step // 2 :: step]
    found = collar.collar_of(every, np.ones(every.shape[1:], bool), (SIDE, SIDE), white=255)
    part = Window(70, 10, 50, 60)
    assert (found.hides(rgb[:, *part.slices], part) == around()[part.slices]).all()
