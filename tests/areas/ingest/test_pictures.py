"""A picture handed in from outside, read in its child."""

import struct
import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoml import errors
from geoml.areas.ingest.pictures import LARGEST_BYTES, read_upload
from geoml.areas.ingest.process import Limits

PLACE = Affine(0.25, 0, 843_000, 0, -0.25, 6_520_500)


@pytest.fixture(scope="module")
def chip(tmp_path_factory):
    """(the bytes of a GeoTIFF, its pixels of shape (rows, cols, 3))."""
    rgb = np.random.default_rng(1).integers(1, 256, (3, 70, 90)).astype(np.uint8)
    path = tmp_path_factory.mktemp("chip") / "chip.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=3, width=90, height=70, crs="EPSG:2154",
        transform=PLACE, photometric="rgb", compress="deflate",
    ) as dataset:  # fmt: skip
        dataset.write(rgb)
    return path.read_bytes(), rgb.transpose(1, 2, 0)


def png(path, bands):
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", driver="PNG", dtype="uint8", count=len(bands), height=bands.shape[1],
            width=bands.shape[2],
        ) as dataset:  # fmt: skip
            dataset.write(bands.astype(np.uint8))
    return path.read_bytes()


def test_the_child_hands_over_pixels_and_place(chip):
    content, rgb = chip
    picture = read_upload(content)
    assert (picture.rgb == rgb).all()
    assert picture.known.all()
    assert (picture.crs, picture.transform, picture.gsd_m) == ("EPSG:2154", PLACE, 0.25)


def test_errors_name_the_picture_as_its_sender_knows_it(chip):
    with pytest.raises(errors.UnreadableFile) as told:
        read_upload(chip[0][:-3000], name="roof.tif")
    assert told.value.where == "roof.tif"
    assert "/" not in told.value.got


def test_a_black_rim_is_not_looked_at(tmp_path):
    bands = np.random.default_rng(6).integers(1, 256, (3, 90, 70))
    bands[:, :20] = 0
    picture = read_upload(png(tmp_path / "a.png", bands))
    assert (picture.known == (np.arange(90) >= 20)[:, None]).all()
    assert "a collar of 0" in picture.notes[0]


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_png_that_ends_too_soon_is_no_picture(tmp_path, kept):
    content = png(tmp_path / "a.png", np.random.default_rng(5).integers(1, 256, (3, 90, 70)))
    assert read_upload(content).rgb.shape == (90, 70, 3)
    with pytest.raises(errors.UnreadableFile, match="truncated"):
        read_upload(content[: int(kept * len(content))])


def test_a_wrong_place_is_told_how_to_be_left_out(tmp_path):
    path = tmp_path / "a.tif"
    degrees = Affine(2e-6, 0, 85.52, 0, -2e-6, 27.63)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=3, width=9, height=9, crs="EPSG:4326",
        transform=degrees,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((3, 9, 9), 7, np.uint8))
    with pytest.raises(errors.UnusableGrid) as told:
        read_upload(path.read_bytes())
    assert "EPSG:32645" in told.value.next_step
    assert "coordinates=pixel" in told.value.next_step
    assert read_upload(path.read_bytes(), place="wanted").crs is None


def test_a_photograph_that_is_turned_says_so(tmp_path):
    image = pytest.importorskip("PIL.Image")
    exif = image.Exif()
    for turn, notes in (
        (1, ()),
        (6, ("the file says it is turned; pixels are counted as stored",)),
    ):
        exif[274] = turn
        image.new("RGB", (40, 30), (90, 80, 70)).save(tmp_path / "a.jpg", exif=exif)
        picture = read_upload((tmp_path / "a.jpg").read_bytes())
        assert picture.rgb.shape == (30, 40, 3)
        assert picture.notes == notes


def test_what_is_no_picture_does_not_even_start_a_child(monkeypatch):
    monkeypatch.setattr("geoml.areas.ingest.pictures.run", lambda *_, **__: pytest.fail("started"))
    with pytest.raises(errors.ForbiddenFormat, match="zip archive"):
        read_upload(b"PK\x03\x04 and more")
    with pytest.raises(errors.UnreadableFile, match="empty"):
        read_upload(b"")
    with pytest.raises(errors.OversizedHeader, match="MiB"):
        read_upload(bytes(LARGEST_BYTES + 1))


def test_a_png_that_unpacks_to_more_than_it_may_is_refused_by_its_header():
    """1 MB that declares 60,000 x 60,000 pixels."""
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    import zlib

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", size), chunk(b"IDAT", bytes(1 << 20))]
    with pytest.raises(errors.OversizedHeader):
        read_upload(b"".join(parts))


def test_a_reader_that_takes_too_long_is_ended(chip):
    with pytest.raises(errors.UnreadableFile, match="took more than"):
        read_upload(chip[0], limits=Limits(wall_s=0.01))
