"""Hostile and exotic rasters made here: each has its line in a table, and none surprises."""

import socket
import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC

from geoml.areas import keys
from geoml.areas.ingest.rasters import Scene, stage_raster
from geoml.errors import (
    BandNeeded,
    DataError,
    EmptySource,
    ForbiddenFormat,
    MissingCrs,
    NoOverlap,
    OversizedHeader,
    UnreadableFile,
    UnusableGrid,
)
from geoml.raster.cog import open_cog

MARS = CRS.from_proj4("+proj=eqc +R=3396190 +units=m")
LOCAL = CRS.from_wkt('LOCAL_CS["site",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]')


@dataclass
class Bench:
    """Where files are made: a folder, and the grid of the town they are for."""

    folder: Path
    grid: object

    def tif(self, values=120.0, name="file.tif", **options):
        """A GeoTIFF on the grid of the town; a number fills it."""
        if np.ndim(values) == 0:
            values = np.full(self.grid.shape, values, options.pop("dtype", "float32"))
        bands = np.atleast_3d(values).transpose(2, 0, 1) if np.ndim(values) == 2 else values
        scale = options.pop("scale", None)
        profile = {"driver": "GTiff", "crs": self.grid.crs, "transform": self.grid.transform}
        profile |= {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(
                self.folder / name, "w", dtype=bands.dtype, **{**profile, **options}
            ) as dataset:
                dataset.write(bands)
                if scale:
                    dataset.scales, dataset.offsets = (scale[0],), (scale[1],)
        return self.folder / name

    def text(self, text, name="file.tif"):
        path = self.folder / name
        path.write_text(text)
        return path

    def change(self, path, **points):
        """Open for a change of what the profile cannot say."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(path, "r+") as dataset:
                for name, value in points.items():
                    setattr(dataset, name, value)
        return path


@pytest.fixture
def bench(tmp_path, town):
    (tmp_path / "made").mkdir()
    return Bench(tmp_path / "made", town.grid)


@pytest.fixture
def stage(tmp_path, town):
    """Stage a file as the child does; what is stored, shape (bands, rows, cols), nodata as NaN."""

    def run(path, key="dem", band=None):
        folder = tmp_path / "staged"
        folder.mkdir(exist_ok=True)
        scene = Scene(town.grid, folder, None, None, {}, None)
        facts = stage_raster(keys.get(key), path, band, scene)
        with open_cog(folder / facts["file"]) as dataset:
            stored = dataset.read().astype(float)
            stored[stored == dataset.nodata] = np.nan
        return stored

    return run


def patched(path, tag, value):
    """Overwrite the value (four bytes, or a number) of one tag of a little-endian TIFF."""
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, entry)[0] == tag:
            new = value if isinstance(value, bytes) else struct.pack("<I", value)
            data[entry + 8 : entry + 12] = new
            break
    else:
        raise LookupError(f"no tag {tag}")
    path.write_bytes(data)
    return path


def tiny_tiff(path, **tags):
    """A TIFF of one directory and almost no data, with the tags that matter to the header."""
    numbers = {"width": 256, "rows": 257, "bits": 258, "compression": 259, "photometric": 262}
    numbers |= {"offset": 273, "samples": 277, "strip": 278, "length": 279}
    filled = {"bits": 8, "compression": 1, "photometric": 1, "offset": 8, "samples": 1}
    filled |= {"strip": tags["rows"], "length": 64, **tags}
    entries = sorted((numbers[name], value) for name, value in filled.items())
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    path.write_bytes(b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(68))
    return path


# --- refused -------------------------------------------------------------------------------------

VRT = """<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>{}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


def zipped(bench, name, size=1):
    with zipfile.ZipFile(bench.folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.tif", bench.tif().read_bytes() + bytes(size))
    return bench.folder / name


def control_points(bench):
    points = [GroundControlPoint(r, c, 2 + c, 48 - r) for r, c in ((0, 0), (0, 9), (9, 0))]
    path = bench.tif(crs=None, transform=Affine.identity())
    return bench.change(path, gcps=(points, CRS.from_epsg(4326)))


def rational_polynomials(bench):
    path = bench.tif(crs=None, transform=Affine.identity())
    one, rest = [1.0], [0.0] * 19
    numbers = {"height_off": 0, "height_scale": 500, "lat_off": 48.8, "lat_scale": 0.1}
    numbers |= {"line_off": 40, "line_scale": 40, "long_off": 2.3, "long_scale": 0.1}
    numbers |= {"samp_off": 40, "samp_scale": 40}
    terms = ("line_num_coeff", "line_den_coeff", "samp_num_coeff", "samp_den_coeff")
    return bench.change(path, rpcs=RPC(**numbers, **dict.fromkeys(terms, one + rest)))


def loop_of_directories(bench):
    path = bench.tif()
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    path.write_bytes(data)
    return path


def cut(bench):
    noise = np.random.default_rng(1).random(bench.grid.shape)
    path = bench.tif(noise.astype("float32"), compress="lzw")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    return path


def sparse(bench, side):
    """A tiled BigTIFF that declares ``4 * side**2`` bytes and holds one tile, over the town."""
    path = bench.folder / "sparse.tif"
    place = {"crs": bench.grid.crs, "transform": bench.grid.transform, "BIGTIFF": "YES"}
    profile = {"count": 1, "dtype": "float32", "width": side, "height": side, "nodata": -1}
    with rasterio.open(
        path, "w", driver="GTiff", tiled=True, blockxsize=512, blockysize=512, sparse_ok=True,
        **profile, **place,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((512, 512), 7, "float32"), 1, window=((0, 512), (0, 512)))
    return path


def bomb(bench, side, compress):
    """One tile that unpacks to ``4 * side**2`` bytes of zero; GDAL writes it when it is closed."""
    path = bench.folder / "bomb.tif"
    tile = {"tiled": True, "blockxsize": side, "blockysize": side, "compress": compress}
    place = {"crs": bench.grid.crs, "transform": bench.grid.transform}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=side,
        height=side,
        count=1,
        dtype="float32",
        **tile,
        **place,
    ) as dataset:
        dataset.write(np.zeros((1, side), "float32"), 1, window=((0, 1), (0, side)))
    return path


def tagged_elsewhere(bench, where):
    path = bench.tif()
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=where)
    return path


REFUSED = {
    "a VRT named .tif": (lambda b: b.text(VRT.format("/etc/passwd")), ForbiddenFormat, "VRT"),
    "a VRT named .asc": (lambda b: b.text(VRT.format("x"), "a.asc"), ForbiddenFormat, "VRT"),
    "a VRT with blanks before it": (lambda b: b.text("\n\t " + VRT), ForbiddenFormat, "VRT"),
    "a VRT that leads to an address": (
        lambda b: b.text(VRT.format("/vsicurl/http://127.0.0.1:9/a.tif")), ForbiddenFormat, "VRT",
    ),
    "a WMS document": (lambda b: b.text("<GDAL_WMS><Service/></GDAL_WMS>"), ForbiddenFormat, "WMS"),
    "an MRF document": (lambda b: b.text("<MRF_META><Raster/></MRF_META>"), ForbiddenFormat, "XML"),
    "a tile index": (
        lambda b: b.text("<GDALTileIndexDataset></GDALTileIndexDataset>"), ForbiddenFormat, "XML",
    ),
    "a connection string": (
        lambda b: b.text("WMS:http://127.0.0.1:9/?layers=a"), ForbiddenFormat, "unknown",
    ),
    "a zip named .tif": (lambda b: zipped(b, "a.tif"), ForbiddenFormat, "zip"),
    "a zip bomb": (lambda b: zipped(b, "a.zip", 50 << 20), ForbiddenFormat, "zip"),
    "overviews in another file": (
        lambda b: tagged_elsewhere(b, "/etc/passwd"), ForbiddenFormat, "OVERVIEW_FILE",
    ),
    "complex numbers": (lambda b: b.tif(dtype="complex64"), ForbiddenFormat, "complex64"),
    "a palette": (lambda b: b.tif(7, dtype="uint8", photometric="palette"), ForbiddenFormat, "pal"),
    "160 GB declared by a sparse file": (
        lambda b: sparse(b, 200_000), OversizedHeader, "200000 x 200000",
    ),
    "65535 x 900 cells in 65535 bands": (
        lambda b: tiny_tiff(b.folder / "a.tif", width=65_535, rows=900, samples=65_535),
        OversizedHeader, "65535 bands",
    ),
    "one block of 100,000 x 100,000": (
        lambda b: tiny_tiff(b.folder / "a.tif", width=100_000, rows=100_000),
        OversizedHeader, "100000 x 100000",
    ),
    "one tile that unpacks to 600 MB": (
        lambda b: bomb(b, 12_288, "deflate"), OversizedHeader, "12288 x 12288",
    ),
    "a codec that does not exist": (
        lambda b: patched(b.tif(compress="lzw"), 259, 50_999), UnreadableFile, "file.tif",
    ),
    "another codec than said": (
        lambda b: patched(b.tif(compress="lzw"), 259, 8), UnreadableFile, "",
    ),
    "two thirds missing": (cut, UnreadableFile, ""),
    "rotated": (
        lambda b: b.tif(transform=b.grid.transform @ Affine.rotation(3)), UnusableGrid, "rotated",
    ),
    "control points only": (control_points, UnusableGrid, "control points"),
    "rational polynomials only": (rational_polynomials, UnusableGrid, "control points"),
    "no CRS": (lambda b: b.tif(crs=None), MissingCrs, "none"),
    "a CRS of the building site": (lambda b: b.tif(crs=LOCAL), MissingCrs, "no place on Earth"),
    "Mars": (lambda b: b.tif(crs=MARS), MissingCrs, "not the Earth"),
    "the North Pole": (
        lambda b: b.tif(crs="EPSG:3413", transform=Affine(100, 0, -4000, 0, -100, 4000)),
        NoOverlap, "lon/lat",
    ),
    "nothing but the declared nodata": (lambda b: b.tif(-5.0, nodata=-5.0), EmptySource, "nodata"),
    "three bands": (lambda b: b.tif(np.ones((3, 9, 9), "uint8")), BandNeeded, "bands 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_words_that_help(bench, stage, name):
    make, kind, says = REFUSED[name]
    path = make(bench)
    with pytest.raises(DataError) as caught:
        stage(path)
    error = caught.value
    assert type(error) is kind
    assert path.name in error.where
    assert says in error.got
    assert all(error.as_dict().values()), error.as_dict()


def test_no_address_inside_a_file_is_visited(bench, stage):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"/vsicurl/http://127.0.0.1:{server.getsockname()[1]}/a.tif"
        with pytest.raises(ForbiddenFormat, match="refers to other files"):
            stage(tagged_elsewhere(bench, address))
        with pytest.raises(TimeoutError):
            server.accept()


# --- understood ----------------------------------------------------------------------------------


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
        lambda b: patched(
            b.tif(ramp(b.grid).astype("uint8"), nodata=255), 42_113, b"999\0"
        ), 1,
    ),
    "40 GB declared by an honest sparse file": (lambda b: sparse(b, 100_000), "seven"),
    "a tile that unpacks a thousandfold": (lambda b: bomb(b, 4096, "deflate"), "zero"),
    "the same with LZW": (lambda b: bomb(b, 4096, "lzw"), "zero"),
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
