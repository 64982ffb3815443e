"""Foreign headers: every lie gets its own error, every honest file passes."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.env import get_gdal_config

from geoml import errors
from geoml.raster.formats import ORTHO_DRIVERS
from geoml.raster.grid import Grid, transformer
from geoml.raster.header import Limits, opened, probe
from geoml.raster.warp import warp

HOSTILE = Path(__file__).parents[2].parent / "shared" / "data" / "hostile"
NORTH_UP = Affine(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0)


def raster(path, values=None, *, driver="GTiff", crs="EPSG:32631", transform=NORTH_UP, **options):
    values = np.ones((1, 8, 6), "float32") if values is None else values
    count, rows, cols = values.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path,
            "w",
            driver=driver,
            width=cols,
            height=rows,
            count=count,
            dtype=values.dtype,
            crs=crs,
            transform=transform,
            **options,
        ) as dataset:
            dataset.write(values)
    return path


def assert_helpful(error):
    parts = error.as_dict()
    assert all(parts[name] for name in ("what", "where", "expected", "got", "next_step")), parts


def refuse(kind, path, **options):
    with pytest.raises(kind) as caught:
        probe(path, **options)
    assert type(caught.value) is kind
    assert_helpful(caught.value)
    return caught.value


def test_it_reads_what_the_file_says(tmp_path):
    path = raster(tmp_path / "a.tif", nodata=-9999.0)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets, dataset.units = (0.1,), (5.0,), ("K",)
        dataset.set_band_description(1, "lst")
    header = probe(path)
    assert (header.driver, header.shape, header.band, header.bands) == (
        "GTiff",
        (8, 6),
        1,
        ("lst",),
    )
    assert header.crs == "EPSG:32631"
    assert header.bounds == (500_000, 4_999_920, 500_060, 5_000_000)
    assert header.pixel == (10, 10)
    assert (header.nodata, header.scale, header.offset, header.unit) == (-9999, 0.1, 5, "K")


def test_south_up_and_oblong_are_fine(tmp_path):
    upside_down = Affine(20.0, 0.0, 500_000.0, 0.0, 5.0, 4_999_960.0)
    header = probe(raster(tmp_path / "a.tif", transform=upside_down))
    assert header.bounds == (500_000, 4_999_960, 500_120, 5_000_000)
    assert header.pixel == (20, 5)


def test_a_vrt_with_another_name_is_refused_by_its_content(tmp_path):
    raster(tmp_path / "real.tif")
    disguised = tmp_path / "image.tif"
    disguised.write_text(
        '<VRTDataset rasterXSize="8" rasterYSize="8"><VRTRasterBand dataType="Byte" band="1">'
        "<SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    error = refuse(errors.ForbiddenFormat, disguised)
    assert "VRT" in error.got


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"hello world", "unknown"),
        (b"<html>", "HTML"),
    ],
)
def test_other_formats_are_refused_by_name(tmp_path, content, found):
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    assert found in refuse(errors.ForbiddenFormat, path).got


def test_an_image_is_an_ortho_only(tmp_path):
    path = raster(tmp_path / "a.png", np.ones((3, 8, 8), "uint8"), driver="PNG")
    refuse(errors.ForbiddenFormat, path)


def test_missing_empty_and_truncated_files_are_unreadable(tmp_path):
    refuse(errors.UnreadableFile, tmp_path / "none.tif")
    empty = tmp_path / "empty.tif"
    empty.touch()
    refuse(errors.UnreadableFile, empty)
    cut = tmp_path / "cut.tif"
    cut.write_bytes(raster(tmp_path / "a.tif").read_bytes()[:9])
    refuse(errors.UnreadableFile, cut)


def test_blocks_that_are_read_twice_are_kept(tmp_path):
    """A cache of 128 bytes keeps none: each row of a coarse reading then unpacks its tiles."""
    with opened(raster(tmp_path / "a.tif")):
        assert get_gdal_config("GDAL_CACHEMAX") == 128 << 20


def test_no_crs_or_no_position(tmp_path):
    refuse(errors.MissingCrs, raster(tmp_path / "a.tif", crs=None))
    refuse(errors.MissingCrs, raster(tmp_path / "b.tif", crs=None, transform=Affine.identity()))
    refuse(errors.UnusableGrid, raster(tmp_path / "c.tif", transform=Affine.identity()))


def test_mars_is_not_on_earth(tmp_path):
    mars = CRS.from_proj4("+proj=eqc +R=3396190 +units=m")
    error = refuse(errors.MissingCrs, raster(tmp_path / "a.tif", crs=mars))
    assert "not the Earth" in error.got


def test_rotated_and_control_points_only(tmp_path):
    turned = NORTH_UP @ Affine.rotation(10)
    error = refuse(errors.UnusableGrid, raster(tmp_path / "turned.tif", transform=turned))
    assert "EPSG:32631" in error.next_step
    refuse(errors.UnusableGrid, raster(tmp_path / "a.tif", transform=turned))
    points = [GroundControlPoint(r, c, 5 + c, 45 - r) for r, c in ((0, 0), (0, 7), (7, 0))]
    path = raster(tmp_path / "b.tif", crs=None, transform=Affine.identity())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "r+") as dataset:
            dataset.gcps = (points, CRS.from_epsg(4326))
    assert "control points" in refuse(errors.UnusableGrid, path).got


def test_complex_numbers_are_refused(tmp_path):
    refuse(errors.ForbiddenFormat, raster(tmp_path / "a.tif", np.ones((1, 4, 4), "complex64")))


def test_a_band_must_be_chosen_and_must_exist(tmp_path):
    path = raster(tmp_path / "a.tif", np.ones((4, 8, 8), "uint8"), photometric="RGB", alpha="yes")
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[3] is ColorInterp.alpha
    error = refuse(errors.BandNeeded, path)
    assert "1 (red), 2 (green), 3 (blue)" in error.got
    refuse(errors.BandNeeded, path, band=5)
    refuse(errors.BandNeeded, path, band=0)
    assert probe(path, band=2).band == 2
    several = probe(path, allow_multiband=True)
    assert several.band is None
    assert several.bands == ("red", "green", "blue")


def test_grey_with_alpha_is_one_band(tmp_path):
    path = raster(tmp_path / "a.tif", np.ones((2, 8, 8), "uint8"), alpha="yes")
    assert probe(path).band == 1


def test_a_header_that_declares_too_much(tmp_path):
    path = raster(tmp_path / "a.tif", np.ones((1, 64, 64), "float32"))
    refuse(errors.OversizedHeader, path, limits=Limits(total=1000))
    refuse(errors.OversizedHeader, path, limits=Limits(block=1000))
    refuse(errors.OversizedHeader, path, limits=Limits(bands=0))


@pytest.mark.parametrize(("limit", "told"), [(2 << 30, "2 GiB"), (32 << 20, "32 MiB")])
def test_a_limit_is_told_in_units_of_its_size(tmp_path, limit, told):
    profile = {"width": 40_000, "height": 40_000, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:32631", "transform": NORTH_UP, "tiled": True, "sparse_ok": True}
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", **profile, **place):
        pass
    for limits in (Limits(total=limit), Limits(block=0, total=1 << 40)):
        error = refuse(errors.OversizedHeader, tmp_path / "a.tif", limits=limits)
        assert (told if limits.block else "0 MiB") in error.expected


def test_an_honest_sparse_raster_passes_and_a_lying_one_does_not(tmp_path):
    path = tmp_path / "a.tif"
    profile = {"width": 40_000, "height": 40_000, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:32631", "transform": NORTH_UP, "tiled": True}
    with rasterio.open(path, "w", driver="GTiff", sparse_ok=True, **profile, **place):
        pass
    assert path.stat().st_size < 1e6
    assert probe(path).shape == (40_000, 40_000)
    liar = tmp_path / "b.asc"
    liar.write_text("ncols 90000\nnrows 90000\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3\n")
    refuse(errors.OversizedHeader, liar)


def test_files_beside_it_are_not_followed(tmp_path):
    path = raster(tmp_path / "a.tif", np.full((1, 8, 8), 7, "uint8"))
    (tmp_path / "a.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand>'
        "</PAMDataset>"
    )
    raster(tmp_path / "a.tif.msk", np.zeros((1, 8, 8), "uint8"))
    raster(tmp_path / "a.tif.ovr", np.zeros((1, 4, 4), "uint8"))
    header = probe(path)
    assert header.nodata is None
    grid = Grid("EPSG:32631", 500_000, 5_000_000, 10, 10, 8, 8)
    _, values = next(warp(header, grid, resampling="nearest"))
    assert (values == 7).all()


def test_an_ascii_grid_takes_its_crs_from_prj(tmp_path):
    path = tmp_path / "a.asc"
    path.write_text("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 2\n3 4\n")
    refuse(errors.MissingCrs, path)
    (tmp_path / "a.prj").write_text(CRS.from_epsg(2154).to_wkt())
    header = probe(path)
    assert (header.crs, header.driver, header.bounds) == ("EPSG:2154", "AAIGrid", (0, 0, 20, 20))


def test_a_jpeg_2000_passes(tmp_path):
    path = raster(tmp_path / "a.jp2", np.ones((1, 64, 64), "uint16"), driver="JP2OpenJPEG")
    assert probe(path).driver == "JP2OpenJPEG"


def hostile_files():
    found = sorted(HOSTILE.glob("geo/*.tif")) + sorted(HOSTILE.glob("tiff/*"))
    return [pytest.param(path, id=path.name) for path in found] or [
        pytest.param(None, marks=pytest.mark.skip(reason=f"{HOSTILE} is absent"))
    ]


EXPECTED = {
    "cint16.tif": errors.ForbiddenFormat,
    "cog_gcps.tif": errors.UnusableGrid,
    "cog_hirise_mars.tif": errors.MissingCrs,
    "rotated.tif": errors.UnusableGrid,
    "zero_byte.tif": errors.UnreadableFile,
    "float.tif": errors.MissingCrs,
    "libtiff_segfault.tif": errors.OversizedHeader,
    "RGB2.byte.tif": errors.BandNeeded,
    "multipage.tiff": errors.MissingCrs,
}


@pytest.mark.real_data
@pytest.mark.parametrize("path", hostile_files())
def test_hostile_files_end_in_a_clear_error_or_a_correct_result(path):
    expected = EXPECTED.get(path.name)
    if expected:
        refuse(expected, path)
    for band in (1, 2, 3):
        try:
            header = probe(path, band=band, drivers=ORTHO_DRIVERS)
            values = [part for _, part in warp(header, _grid(header), resampling="average")]
        except errors.DataError as error:
            assert_helpful(error)
        else:
            known = np.concatenate([part.ravel() for part in values])
            known = known[np.isfinite(known)]
            assert known.size > 0 or path.name == "all-nodata.tif" or header.nodata is not None
            assert path.name != "all-nodata.tif" or known.size == 0


def _grid(header):
    west, south, east, north = header.bounds
    to_lonlat = transformer(header.crs, "OGC:CRS84")
    lon, lat = to_lonlat.transform((west + east) / 2, (south + north) / 2)
    crs = f"EPSG:{(32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6), 59) + 1}"
    x, y = transformer("OGC:CRS84", crs).transform(lon, lat)
    return Grid(crs, x - 3000, y + 3000, 30, 30, 200, 200)
