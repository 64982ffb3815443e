"""Files whose numbers or place are not what their headers say."""

from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.sources import read_on_grid, sources


@pytest.fixture
def stored(home, town):
    """Ingest a file and read it on the grid of the town; with what the report notes."""

    def run(path, key="dem", area=town, **options):
        report = ingest(home, area.id, [f"{key}={path}"], **options)
        values = read_on_grid(sources(home, area)[key], area.grid, area.grid.whole())
        return SimpleNamespace(values=values, notes=report.sources[0].notes)

    return run


@pytest.mark.parametrize("odd", [-9999.0, -32768.0, np.finfo("float32").min])
@pytest.mark.parametrize("pixel", [25.0, 40.0])
def test_a_nodata_that_is_not_declared_never_mixes_with_heights(stored, raster, odd, pixel):
    """Resampling would blend it into cells of -500 to 100 m all around."""
    values = np.full((100, 100), 120, np.float32)
    values[20:30, 20:40] = odd
    got = stored(raster(values, pixel=pixel))
    known = np.isfinite(got.values)
    assert not known.all()
    np.testing.assert_allclose(got.values[known], 120)
    assert any("taken for nodata" in note for note in got.notes)


def test_several_impossible_numbers_are_no_nodata(stored, raster):
    values = np.full((80, 80), 120, np.float32)
    values[20, 20:22] = -9999, -8888
    got = stored(raster(values))
    assert not any("taken for nodata" in note for note in got.notes)
    assert any("2 cells outside" in note for note in got.notes)


@pytest.mark.parametrize(
    ("key", "fine", "odd", "told"),
    [("red", 0.2, -0.4, "2 cells outside 0 to 1: unknown"),
     ("dem", 120, -9000, "2 cells outside -500 to 9000 m: unknown")],
)  # fmt: skip
def test_a_ratio_is_told_without_its_unit(stored, raster, key, fine, odd, told):
    values = np.full((80, 80), fine, np.float32)
    values[20, 20:22] = odd, odd * 0.99
    assert told in stored(raster(values), key).notes


def test_a_mask_band_and_a_forgotten_nodata_both_count(stored, raster, town):
    values = np.full((80, 80), 120, np.float32)
    values[20:30, 20:40] = -9999
    mask = np.full(values.shape, 255, np.uint8)
    mask[50:60, 50:60] = 0
    path = raster(values)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    got = stored(path).values
    rows, cols = town.grid.shape
    unknown = (values == -9999) | (mask == 0)
    assert (np.isnan(got) == unknown[:rows, :cols]).all()


def test_celsius_with_a_forgotten_nodata_is_still_a_temperature(stored, raster):
    values = np.full((80, 80), 30, np.float32)
    values[20:30, 20:40] = -9999
    got = stored(raster(values), "lst", units={"lst": "degC"}).values
    np.testing.assert_allclose(got[np.isfinite(got)], 303.15, rtol=1e-6)
    assert np.isnan(got).sum() == 200


def test_a_mask_beside_the_file_is_told_of(stored, raster):
    path = raster(np.full((80, 80), 120, np.float32))
    path.with_name(path.name + ".msk").touch()
    assert any("file.tif.msk" in note for note in stored(path).notes)


@pytest.mark.parametrize(
    ("west", "east", "place"),
    [
        (179, 181, (179.5, -16.9, 179.6, -16.8)),
        (179, 181, (-179.6, -16.9, -179.5, -16.8)),
        (-181, -179, (179.5, -16.9, 179.6, -16.8)),
        (0, 360, (-61.1, -16.9, -61.0, -16.8)),
        (-180, 180, (-61.1, -16.9, -61.0, -16.8)),
    ],
    ids=["east of it", "west of it", "the other way", "0 to 360", "-180 to 180"],
)
def test_degrees_beyond_the_date_line_find_their_place(home, stored, raster, west, east, place):
    """Longitude as the value: it shows where the cells came to lie."""
    area = areas.create(home, "isle", "Isle", bbox=place, resolution_m=100)
    step = 0.01 if east - west < 10 else 0.05
    count = round((east - west) / step)
    lon = (west + (np.arange(count) + 0.5) * step + 180) % 360 - 180
    values = np.tile(lon + 200, (40, 1)).astype(np.float32)
    grid = {"crs": "EPSG:4326", "transform": Affine(step, 0, west, 0, -0.02, -16.4)}
    got = stored(raster(values, **grid), area=area).values
    assert np.isfinite(got).all()
    half = (place[2] - place[0]) / 2 + 0.02 + step
    np.testing.assert_allclose(got, (place[0] + place[2]) / 2 + 200, atol=half)
