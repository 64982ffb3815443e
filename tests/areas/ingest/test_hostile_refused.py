"""Hostile rasters made here: each has its line in a table of the words that refuse it."""

import socket
import struct
import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC

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

MARS = CRS.from_proj4("+proj=eqc +R=3396190 +units=m")
LOCAL = CRS.from_wkt('LOCAL_CS["site",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]')


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


def cut(bench):
    noise = np.random.default_rng(1).random(bench.grid.shape)
    path = bench.tif(noise.astype("float32"), compress="lzw")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
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
        lambda b: b.sparse(200_000), OversizedHeader, "200000 x 200000",
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
        lambda b: b.bomb(12_288, "deflate"), OversizedHeader, "12288 x 12288",
    ),
    "a codec that does not exist": (
        lambda b: b.patched(b.tif(compress="lzw"), 259, 50_999), UnreadableFile, "file.tif",
    ),
    "another codec than said": (
        lambda b: b.patched(b.tif(compress="lzw"), 259, 8), UnreadableFile, "",
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


SLOW = ("one tile that unpacks to 600 MB",)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in REFUSED]
)
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
