"""Foreign rasters on our grid: known answers, unknown stays unknown, blocks never show."""

import math

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from geoml import errors
from geoml.raster.formats import ORTHO_DRIVERS
from geoml.raster.grid import Grid, transformer
from geoml.raster.header import probe
from geoml.raster.warp import resampling_for, source_pixel_m, warp, warp_rgb

WEST, NORTH = 500_000.0, 5_000_000.0


def raster(path, values, *, crs="EPSG:32631", transform=None, driver="GTiff", **options):
    values = values if values.ndim == 3 else values[None]
    count, rows, cols = values.shape
    transform = transform or Affine(10.0, 0.0, WEST, 0.0, -10.0, NORTH)
    profile = {"width": cols, "height": rows, "count": count, "dtype": values.dtype}
    with rasterio.open(
        path, "w", driver=driver, crs=crs, transform=transform, **profile, **options
    ) as dataset:
        dataset.write(values)
    return path


def grid(pixel=10.0, rows=8, cols=8, crs="EPSG:32631", west=WEST, north=NORTH):
    return Grid(crs, west, north, pixel, pixel, rows, cols)


def whole(header, target, **options):
    out = np.full(target.shape, np.nan, np.float32)
    for window, values in warp(header, target, **options):
        out[window.slices] = values
    return out


@pytest.fixture
def ramp():
    values = np.arange(64, dtype=np.float32).reshape(8, 8)
    values[0, 0] = np.nan
    return values


def test_the_same_grid_gives_the_same_numbers(tmp_path, ramp):
    header = probe(raster(tmp_path / "a.tif", ramp))
    for method in ("nearest", "bilinear", "average", "sum", "mode"):
        np.testing.assert_array_equal(whole(header, grid(), resampling=method), ramp)


def test_average_is_the_mean_of_the_known_cells(tmp_path, ramp):
    got = whole(probe(raster(tmp_path / "a.tif", ramp)), grid(20, 4, 4), resampling="average")
    np.testing.assert_allclose(got, np.nanmean(ramp.reshape(4, 2, 4, 2), axis=(1, 3)), rtol=1e-6)


def test_south_up_equals_north_up(tmp_path, ramp):
    up = Affine(10.0, 0.0, WEST, 0.0, 10.0, NORTH - 80)
    flipped = probe(raster(tmp_path / "s.tif", ramp[::-1], transform=up))
    np.testing.assert_array_equal(whole(flipped, grid(), resampling="bilinear"), ramp)


def test_oblong_cells(tmp_path):
    values = np.arange(16, dtype=np.float32).reshape(8, 2)
    wide = Affine(40.0, 0.0, WEST, 0.0, -10.0, NORTH)
    got = whole(
        probe(raster(tmp_path / "a.tif", values, transform=wide)), grid(), resampling="nearest"
    )
    np.testing.assert_array_equal(got, np.repeat(values, 4, axis=1))


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_sum_keeps_the_total(tmp_path, factor):
    persons = np.random.default_rng(0).poisson(5, (12, 12)).astype(np.int32)
    header = probe(raster(tmp_path / "a.tif", persons))
    side = int(12 / factor)
    got = whole(header, grid(10 * factor, side, side), resampling="sum", block=3)
    assert np.nansum(got) == pytest.approx(persons.sum(), rel=1e-5)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_nodata_of_the_file_is_unknown(tmp_path, dtype):
    values = np.full((4, 4), 5, dtype)
    values[0, :2] = 7
    header = probe(raster(tmp_path / "a.tif", values, nodata=7))
    got = whole(header, grid(20, 2, 2), resampling="average")
    np.testing.assert_array_equal(got, np.full((2, 2), 5, np.float32))
    fine = whole(header, grid(10, 4, 4), resampling="nearest")
    assert np.isnan(fine[0, :2]).all()
    assert (fine[1:] == 5).all()


def test_zero_is_a_value_unless_the_file_says_otherwise(tmp_path):
    header = probe(raster(tmp_path / "a.tif", np.zeros((4, 4), np.uint8)))
    got = whole(header, grid(10, 6, 6), resampling="nearest")
    assert (got[:4, :4] == 0).all()
    assert np.isnan(got[4:]).all()
    assert np.isnan(got[:, 4:]).all()


def test_alpha_and_mask_bands_are_honoured(tmp_path):
    values = np.stack([np.full((4, 4), 9, np.uint8), np.zeros((4, 4), np.uint8)])
    values[1, 2:] = 255
    path = raster(tmp_path / "alpha.tif", values)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    got = whole(probe(path), grid(10, 4, 4), resampling="average")
    assert np.isnan(got[:2]).all()
    assert (got[2:] == 9).all()
    masked = tmp_path / "mask.tif"
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            masked, "w", driver="GTiff", width=4, height=4, count=1, dtype="uint8",
            crs="EPSG:32631", transform=Affine(10.0, 0.0, WEST, 0.0, -10.0, NORTH),
        ) as dataset,
    ):  # fmt: skip
        dataset.write(values[:1])
        dataset.write_mask(values[1])
    np.testing.assert_array_equal(whole(probe(masked), grid(10, 4, 4), resampling="average"), got)


def test_scale_and_offset_are_applied_on_request(tmp_path):
    path = raster(tmp_path / "a.tif", np.full((4, 4), 40_000, np.uint16), nodata=0)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.00341802,), (149.0,)
    header = probe(path)
    target = grid(10, 4, 4)
    assert whole(header, target, resampling="average")[0, 0] == pytest.approx(285.7208, abs=1e-3)
    assert whole(header, target, resampling="average", unscale=False)[0, 0] == 40_000
    with pytest.raises(errors.InvalidArgument):
        next(warp(header, target, resampling="sum"))


def test_another_crs_keeps_a_plane_a_plane(tmp_path):
    lon, lat = np.meshgrid(
        2.9 + (np.arange(200) + 0.5) / 1000, 45.2 - (np.arange(200) + 0.5) / 1000
    )
    degrees = Affine(0.001, 0.0, 2.9, 0.0, -0.001, 45.2)
    path = raster(
        tmp_path / "a.tif", (lon + 10 * lat).astype("float64"), crs="EPSG:4326", transform=degrees
    )
    target = grid(30, 100, 100, west=500_000, north=4_995_000)
    cols, rows = np.meshgrid(np.arange(100) + 0.5, np.arange(100) + 0.5)
    x, y = transformer("EPSG:32631", "EPSG:4326").transform(
        500_000 + 30 * cols, 4_995_000 - 30 * rows
    )
    got = whole(probe(path), target, resampling="bilinear", block=37)
    np.testing.assert_allclose(got, x + 10 * y, atol=1e-4)


@pytest.mark.parametrize("method", ["nearest", "mode", "bilinear", "average", "sum"])
@pytest.mark.parametrize("pixel", [4.0, 10.0, 35.0])
def test_blocks_never_show(tmp_path, method, pixel):
    values = np.random.default_rng(1).random((60, 60)).astype(np.float32)
    if method == "mode":  # of random numbers every one is a mode
        values = np.kron(
            np.arange(36, dtype=np.float32).reshape(6, 6), np.ones((10, 10), np.float32)
        )
    header = probe(raster(tmp_path / "a.tif", values, crs="EPSG:2154"))
    x, y = transformer("EPSG:2154", "EPSG:32631").transform(WEST + 300, NORTH - 300)
    target = grid(pixel, 40, 40, west=x - 20 * pixel, north=y + 20 * pixel)
    one = whole(header, target, resampling=method, block=40)
    many = whole(header, target, resampling=method, block=7)
    assert np.isfinite(one).any()
    assert np.isclose(one, many, rtol=2e-3, equal_nan=True).mean() > (
        0.99 if method == "mode" else 1 - 1e-9
    )


def test_a_small_image_in_a_large_block_is_not_lost(tmp_path):
    fine = Affine(0.15, 0.0, WEST + 3000, 0.0, -0.15, NORTH - 3000)
    header = probe(raster(tmp_path / "a.tif", np.full((230, 380), 9, np.uint8), transform=fine))
    got = whole(header, grid(30, 200, 200), resampling="average")
    assert np.nanmean(got) == 9


def test_across_the_dateline(tmp_path):
    values = np.zeros((1, 180, 360), np.float32) + np.arange(-180, 180, dtype=np.float32)
    path = raster(
        tmp_path / "a.tif",
        values,
        crs="EPSG:4326",
        transform=Affine(1.0, 0.0, -180.0, 0.0, -1.0, 90.0),
    )
    target = grid(2000, 100, 150, crs="EPSG:32701", west=100_000, north=8_100_000)
    got = whole(probe(path), target, resampling="nearest", block=64)
    cols, rows = np.meshgrid(np.arange(150) + 0.5, np.arange(100) + 0.5)
    lon, _ = transformer("EPSG:32701", "EPSG:4326").transform(
        100_000 + 2000 * cols, 8_100_000 - 2000 * rows
    )
    assert lon.min() < -179
    assert lon.max() > 179
    assert (got == np.floor(lon)).mean() > 0.99


def test_truncated_pixels_are_an_error_not_zeros(tmp_path):
    values = np.random.default_rng(0).integers(0, 255, (600, 600)).astype(np.uint8)
    path = raster(tmp_path / "a.tif", values, tiled=True)
    path.write_bytes(path.read_bytes()[:-150_000])
    header = probe(path)
    with pytest.raises(errors.UnreadableFile) as caught:
        whole(header, grid(10, 600, 600), resampling="nearest")
    assert caught.value.next_step


def test_blocks_cover_the_grid_and_what_the_raster_misses_is_unknown(tmp_path, ramp):
    header = probe(raster(tmp_path / "a.tif", ramp))
    target = grid(10, 8, 16)
    seen = np.zeros(target.shape, int)
    got = np.empty(target.shape, np.float32)
    for window, values in warp(header, target, resampling="bilinear", block=5):
        seen[window.slices] += 1
        got[window.slices] = values
    assert (seen == 1).all()
    assert np.isfinite(got).sum() == 63
    np.testing.assert_array_equal(got[:, :8], ramp)


def test_a_jpeg_with_a_georeference_beside_it(tmp_path):
    rgb = np.zeros((3, 32, 32), np.uint8)
    rgb[0] = 200
    path = raster(tmp_path / "a.jpg", rgb, driver="JPEG", quality=100)
    header = probe(path, drivers=ORTHO_DRIVERS, allow_multiband=True)
    assert header.crs == "EPSG:32631"
    [(_, got, mask)] = warp_rgb(header, grid(10, 40, 32), drivers=ORTHO_DRIVERS)
    assert abs(int(got[0, 5, 5]) - 200) < 4
    assert (mask[:32] == 255).all()
    assert (mask[32:] == 0).all()
    assert (got[:, 32:] == 0).all()


def test_choice_of_method():
    assert resampling_for("continuous", 10, 30) == "average"
    assert resampling_for("continuous", 30, 10) == "bilinear"
    assert resampling_for("continuous", 30, 30) == "bilinear"
    assert resampling_for("class", 10, 30) == "mode"
    assert resampling_for("class", 30, 10) == "nearest"
    assert resampling_for("count", 100, 30) == resampling_for("count", 30, 100) == "sum"


def test_cell_size_in_metres_of_the_grid(tmp_path):
    degrees = Affine(0.001, 0.0, 2.9, 0.0, -0.001, 45.2)
    path = raster(tmp_path / "a.tif", np.ones((9, 9), np.uint8), crs="EPSG:4326", transform=degrees)
    x, y = source_pixel_m(probe(path), grid())
    assert x == pytest.approx(111_320 * 0.001 * math.cos(math.radians(45.15)), rel=5e-3)
    assert y == pytest.approx(111.1, rel=5e-3)
