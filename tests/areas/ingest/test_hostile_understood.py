"""Exotic rasters made here: each is stored as it is meant."""

import struct

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from geoml.errors import MissingCrs


def ramp(grid):
    """A slope that shows every shift, flip and swap: 100 + column + 0.01 row."""
    row, col = np.mgrid[: grid.rows, : grid.cols]
    return (100 + col + 0.01 * row).astype("float32")


def flipped(b):
    t = b.grid.transform
    south = b.grid.north - b.grid.rows * b.grid.pixel_y
    return b.tif(ramp(b.grid)[::-1], transform=Affine(t.a, 0, t.c, 0, -t.e, south))


def with_holes(b, hole, dtype="float32", **options):
    values = ramp(b.grid)
    values[10:20, 10:30] = hole
    return b.tif(values.astype(dtype), **options)


def lying_overviews(b):
    path = b.tif(ramp(b.grid), tiled=True, blockxsize=16, blockysize=16)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4])
    with rasterio.open(path, "r+", overview_level=0) as small:
        small.write(np.full((1, small.height, small.width), 8_000, "float32"))
    return path


def companions_that_lie(b):
    path = b.tif(ramp(b.grid))
    b.tif(np.zeros((80, 80), "uint8"), "file.tif.msk")
    b.tif(9.0, "file.tif.ovr")
    b.text("1\n0\n0\n-1\n0\n0\n", "file.tfw")
    b.text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/etc/passwd</MDI>'
        '</Metadata><PAMRasterBand band="1"><NoDataValue>101</NoDataValue></PAMRasterBand>'
        "</PAMDataset>",
        "file.tif.aux.xml",
    )
    return path


def loop_of_directories(bench):
    path = bench.tif()
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    path.write_bytes(data)
    return path


def masked(b):
    path = b.tif(ramp(b.grid))
    mask = np.full(b.grid.shape, 255, "uint8")
    mask[10:20, 10:30] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    return path


def as_point(b):
    path = b.tif(ramp(b.grid))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(AREA_OR_POINT="Point")
    return path


def oblong(b):
    fine = np.repeat(ramp(b.grid), 2, axis=0)
    t = b.grid.transform
    return b.tif(fine, transform=Affine(t.a, 0, t.c, 0, t.e / 2, t.f))


UNDERSTOOD = {
    "south-up": (flipped, 0),
    "overviews that lie": (lying_overviews, 0),
    "pixel is point": (as_point, 0),
    "oblong cells": (oblong, "oblong"),
    "directories in a loop": (loop_of_directories, None),
    "a negative scale": (lambda b: b.tif(1000 - ramp(b.grid), scale=(-1.0, 1000.0)), 0),
    "64-bit floats": (lambda b: b.tif(ramp(b.grid).astype("float64")), 0),
    "16-bit floats": (lambda b: b.tif(ramp(b.grid), nbits=16), 0.2),
    "64-bit whole numbers": (lambda b: b.tif(ramp(b.grid).astype("uint64")), 1),
    "8-bit signed numbers": (lambda b: b.tif((ramp(b.grid) - 100).astype("int8")), "int8"),
    "a CRS with heights": (lambda b: b.tif(ramp(b.grid), crs="EPSG:5698"), 0),
    "NaN declared": (lambda b: with_holes(b, np.nan, nodata=np.nan), "hole"),
    "NaN not declared": (lambda b: with_holes(b, np.nan), "hole"),
    "NaN where 0 is declared": (lambda b: with_holes(b, np.nan, nodata=0), "hole"),
    "infinity": (lambda b: with_holes(b, np.inf), "hole"),
    "a mask band": (masked, "hole"),
    "a nodata that never comes": (lambda b: b.tif(ramp(b.grid), nodata=-9999), 0),
    "a nodata outside the type": (
        lambda b: b.patched(
            b.tif(ramp(b.grid).astype("uint8"), nodata=255), 42_113, b"999\0"
        ), 1,
    ),
    "40 GB declared by an honest sparse file": (lambda b: b.sparse(100_000), "seven"),
    "a tile that unpacks a thousandfold": (lambda b: b.bomb(4096, "deflate"), "zero"),
    "the same with LZW": (lambda b: b.bomb(4096, "lzw"), "zero"),
}  # fmt: skip


def expected(kind, grid):
    if kind in ("seven", "zero"):
        return np.full(grid.shape, 7.0 if kind == "seven" else 0.0), 0.0
    if kind is None:
        return np.full(grid.shape, 120.0), 0.0
    if kind == "oblong":  # stored in cells of 15 x 15 m, interpolated along the rows
        return ramp(grid).repeat(2, 0).repeat(2, 1), 0.5
    if kind == "int8":
        return ramp(grid) - 100, 1.0
    values = ramp(grid)
    if kind == "hole":
        values[10:20, 10:30] = np.nan
    return values, 1e-3 if kind in ("hole", 0) else kind


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_an_exotic_file_is_stored_as_it_is_meant(bench, stage, town, name):
    make, kind = UNDERSTOOD[name]
    want, off = expected(kind, town.grid)
    got = stage(make(bench))[0]
    assert (np.isfinite(got) == np.isfinite(want)).all()
    np.testing.assert_allclose(got, want, atol=off + 1e-6)


@pytest.mark.parametrize("beside", ["nothing", "everything"])
def test_what_lies_beside_a_geotiff_cannot_change_its_cells(bench, stage, town, beside):
    path = companions_that_lie(bench) if beside == "everything" else bench.tif(ramp(town.grid))
    got = stage(path)[0]
    known = np.isfinite(got)
    np.testing.assert_allclose(got[known], ramp(town.grid)[known], atol=1e-3)


@pytest.mark.parametrize(("driver", "name", "world"), [
    ("JPEG", "a.jpg", "a.jgw"), ("PNG", "a.png", "a.pgw"), ("PNG", "a.png", "a.wld"),
])  # fmt: skip
def test_a_photograph_lies_where_its_world_file_says(bench, stage, town, driver, name, world):
    image = np.full((3, *town.grid.shape), 99, "uint8")
    path = bench.tif(image, name, driver=driver)
    for left in bench.folder.glob("*.aux.xml"):
        left.unlink()
    t = town.grid.transform
    bench.text(f"{t.a}\n0\n0\n{t.e}\n{t.c + t.a / 2}\n{t.f + t.e / 2}\n", world)
    with pytest.raises(MissingCrs):
        stage(path, "ortho")
    bench.text(CRS.from_user_input(town.crs).to_wkt(), "a.prj")
    got = stage(path, "ortho")
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, 99, atol=1)


def test_an_image_with_alpha_is_known_where_it_is_opaque(bench, stage, town):
    image = np.full((4, *town.grid.shape), 50, "uint8")
    image[3] = 255
    image[3, 10:20, 10:30] = 0
    got = stage(bench.tif(image, photometric="RGB", alpha="yes"), "ortho")
    hole = np.zeros(town.grid.shape, bool)
    hole[10:20, 10:30] = True
    assert got.shape[0] == 3
    assert (np.isnan(got) == hole).all()
    assert (got[:, ~hole] == 50).all()


def test_classes_keep_their_numbers_through_a_colour_table(bench, stage):
    path = bench.tif(7, dtype="uint8", photometric="palette")
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {7: (255, 0, 0, 255)})
    assert (stage(path, "landcover") == 7).all()
