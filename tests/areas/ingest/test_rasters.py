import numpy as np
import pytest
from rasterio.enums import ColorInterp

from geoml.areas import keys
from geoml.areas.ingest import rasters
from geoml.areas.ingest.rasters import Scene, stage_raster, stored_factor, within
from geoml.errors import (
    BandNeeded,
    EmptySource,
    ForbiddenFormat,
    NoOverlap,
    OutOfRange,
    UnknownUnit,
)
from geoml.raster.cog import open_cog, read
from geoml.raster.grid import Grid


@pytest.fixture
def scene(town, tmp_path):
    def make(sensor=None, when=None, units=None, sun_elevation=None) -> Scene:
        folder = tmp_path / "staged"
        folder.mkdir(exist_ok=True)
        return Scene(town.grid, folder, sensor, when, units or {}, sun_elevation)

    return make


def stage(scene, key, path, band=None):
    facts = stage_raster(keys.get(key), path, band, scene)
    return facts, read(scene.folder / facts["file"])


def test_a_file_on_the_grid_is_stored_cell_by_cell(scene, raster, town):
    values = np.random.default_rng(1).random(town.grid.shape).astype(np.float32) * 0.5 + 0.1
    facts, stored = stage(scene(), "nir", raster(values))
    np.testing.assert_allclose(stored, values, rtol=1e-6)
    assert (facts["factor"], facts["coverage_percent"], facts["unit"]) == (1, 100.0, "1")


def test_between_water_and_dry_ground_nothing_is_interpolated(scene, raster, town):
    """A coarse depth brought to finer cells keeps its shore; a height is drawn out into a slope."""
    rows, cols = town.grid.shape
    coarse = np.zeros((rows // 3 + 1, cols // 3 + 1), np.float32)
    coarse[:, 5:] = 2.0
    path = raster(coarse, pixel=90.0)
    _, depth = stage(scene(), "flood_depth", path)
    assert set(np.unique(depth[np.isfinite(depth)])) == {0.0, 2.0}
    _, height = stage(scene(), "dem", path)
    assert len(np.unique(height[np.isfinite(height)])) > 2


def test_finer_cells_nest_in_the_grid_and_coarser_ones_are_interpolated(scene, raster, town):
    rows, cols = town.grid.shape
    fine = np.full((rows * 4, cols * 4), 0.2, np.float32)
    facts, stored = stage(scene(), "red", raster(fine, "fine.tif", pixel=7.5))
    assert facts["factor"] == 4
    assert stored.shape == (rows * 4, cols * 4)
    coarse = np.full((rows // 3 + 1, cols // 3 + 1), 0.2, np.float32)
    facts, stored = stage(scene(), "nir", raster(coarse, "coarse.tif", pixel=90.0))
    assert facts["factor"] == 1
    assert stored.shape == town.grid.shape
    assert facts["native_m"] == pytest.approx(90, rel=0.01)
    assert facts["notes"] == []
    coarse = raster(np.full((6, 6), 0.2, np.float32), "coarser.tif", pixel=400.0)
    facts, _ = stage(scene(), "nir", coarse)
    assert facts["notes"] == ["400 m cells stored at 30 m: much coarser than the grid"]


@pytest.mark.parametrize(
    ("native", "factor"),
    [(30.0, 1), (29.99, 1), (15.0, 2), (14.996, 2), (10.0, 3), (11.0, 2), (300.0, 1)],
)
def test_the_stored_factor(native, factor):
    assert stored_factor(Grid("EPSG:2154", 0, 0, 30, 30, 10, 10), native) == factor


def test_the_stored_factor_is_bounded_by_the_number_of_cells():
    grid = Grid("EPSG:2154", 0, 0, 30, 30, 2_000, 2_000)
    factor = stored_factor(grid, 0.1)
    assert factor == 10
    assert factor**2 * 2_000**2 <= rasters.MAX_STORED_CELLS


def test_any_overlap_is_enough_and_its_share_is_told(scene, raster, town):
    west, north = town.grid.west, town.grid.north
    corner = (west + 30 * (town.grid.cols - 10), north - 30 * (town.grid.rows - 5))
    facts, stored = stage(scene(), "dem", raster(np.ones((40, 40), np.float32), corner=corner))
    expected = 50 / (town.grid.rows * town.grid.cols)
    assert facts["coverage_percent"] == round(100 * expected, 1) > 0
    assert np.isfinite(stored).sum() == 50


def test_no_overlap_names_both_places(scene, raster):
    path = raster(np.ones((10, 10), np.float32), corner=(100_000.0, 6_300_000.0))
    with pytest.raises(NoOverlap) as caught:
        stage(scene(), "dem", path)
    error = caught.value
    assert error.where == f"dem={path}"
    assert "lon/lat 2.2" in error.expected or "lon/lat 2.3" in error.expected
    assert "lon/lat -4." in error.got
    assert "geoml area show" in error.next_step


def test_all_nodata_is_an_empty_source(scene, raster):
    path = raster(np.full((80, 80), -9999, np.float32), nodata=-9999)
    with pytest.raises(EmptySource, match="declared nodata: -9999"):
        stage(scene(), "dem", path)


def test_an_undeclared_nodata_number_is_not_a_height(scene, raster, town):
    values = np.full(town.grid.shape, 100, np.float32)
    values[3, 4] = -9999
    facts, stored = stage(scene(), "dem", raster(values, unit="m"))
    assert np.isnan(stored[3, 4])
    assert np.isfinite(stored).sum() == stored.size - 1
    (note,) = facts["notes"]
    assert note.startswith("-9999 taken for nodata, which the file does not declare: ")
    with pytest.raises(OutOfRange, match="no cell has a possible value"):
        stage(scene(), "dem", raster(np.full((80, 80), -9999, np.float32), "b.tif"))


def test_several_bands_need_a_choice(scene, raster):
    path = raster(np.ones((3, 80, 80), np.float32))
    with pytest.raises(BandNeeded, match=r"file\.tif:BAND"):
        stage(scene(), "dem", path)
    assert stage(scene(), "dem", path, band=2)[0]["coverage_percent"] == 100.0


def test_temperatures_become_kelvin(scene, raster):
    celsius = np.full((80, 80), 31.5, np.float32)
    for made, options in (
        (raster(celsius, "tag.tif", unit="degC"), {}),
        (raster(celsius, "told.tif"), {"units": {"lst": "degC"}}),
        (raster(celsius + 273.15, "kelvin.tif"), {}),
    ):
        _, stored = stage(scene(**options), "lst", made)
        np.testing.assert_allclose(stored, 304.65, atol=1e-3)
    with pytest.raises(UnknownUnit, match="--unit lst=degC"):
        stage(scene(), "lst", raster(celsius, "silent.tif"))


def test_scale_and_offset_of_the_file_are_applied_without_a_sensor(scene, raster):
    stored_as = np.full((80, 80), 3_000, np.uint16)
    _, stored = stage(scene(), "nir", raster(stored_as, scale=(1e-4, -0.1)))
    np.testing.assert_allclose(stored, 0.2, atol=1e-6)


def test_digital_numbers_without_a_sensor_are_refused(scene, raster):
    with pytest.raises(UnknownUnit, match="--sensor landsat7") as caught:
        stage(scene(), "nir", raster(np.full((80, 80), 3_000, np.uint16)))
    assert caught.value.got == "values up to 3000"


def test_a_sensor_reads_its_own_numbers_whatever_the_file_says(scene, raster):
    numbers = np.full((80, 80), 18_181, np.uint16)
    numbers[0, 0] = 0
    path = raster(numbers, scale=(1e-4, 0.0))
    facts, stored = stage(scene("landsat8", "2023-07-01"), "red", path)
    np.testing.assert_allclose(stored[1:, 1:], 0.3, atol=1e-4)
    assert np.isnan(stored[0, 0])
    assert facts["quantity"] == "surface reflectance, red"


def test_what_is_not_a_band_of_the_sensor_is_left_alone(scene, raster):
    facts, stored = stage(
        scene("landsat7", "2002-07-20"), "dem", raster(np.full((80, 80), 255, np.uint8))
    )
    assert (stored == 255).all()
    assert facts["sensor"] is None


def test_fill_does_not_bleed_into_its_neighbours(scene, raster, town):
    """Landsat 7 files carry 0 for no data and do not say so."""
    rng = np.random.default_rng(2)
    numbers = rng.integers(100, 140, (400, 400)).astype(np.uint8)
    numbers[:, :150] = 0
    path = raster(numbers, pixel=6.0)
    _, stored = stage(scene("landsat7", "2002-07-20"), "nir", path)
    known = stored[np.isfinite(stored)]
    bare = scene("landsat7", "2002-07-20")
    from geoml.areas.ingest.sensors import get, quantity

    low, high = (
        quantity(get("landsat7"), "nir", np.float32([dn]), when=bare.when, sun=bare.sun())[0]
        for dn in (100, 140)
    )
    assert known.min() >= low
    assert known.max() <= high


def test_a_given_sun_elevation_is_believed(scene):
    computed, given = scene("landsat7", "2002-07-20"), scene("landsat7", "2002-07-20", None, 61.4)
    assert given.sun().elevation == 61.4
    assert computed.sun().azimuth == given.sun().azimuth
    assert scene("landsat7").sun() is None


def test_classes_stay_whole_numbers(scene, raster, town):
    values = np.random.default_rng(4).choice([10, 50, 80], (town.grid.rows * 3, town.grid.cols * 3))
    facts, stored = stage(scene(), "landcover", raster(values.astype(np.uint8), pixel=10.0))
    assert set(np.unique(stored)) <= {10.0, 50.0, 80.0}
    with open_cog(scene().folder / facts["file"]) as dataset:
        assert dataset.dtypes == ("uint16",)
    with pytest.raises(OutOfRange, match="whole numbers"):
        stage(scene(), "landcover", raster(np.full((80, 80), 1.5, np.float32), "b.tif"))


@pytest.mark.parametrize("pixel", [10.0, 25.0, 30.0, 100.0])
def test_people_are_neither_made_nor_lost(scene, raster, town, pixel):
    size = int(30 * max(town.grid.shape) / pixel) + 8
    people = np.zeros((size, size), np.float32)
    middle = slice(size // 4, size // 2)
    people[middle, middle] = np.random.default_rng(6).integers(0, 50, people[middle, middle].shape)
    _, stored = stage(scene(), "population", raster(people, pixel=pixel))
    assert np.nansum(stored) == pytest.approx(people.sum(), rel=0.01)


def test_an_index_into_a_colour_table_is_no_height(scene, raster, tmp_path):
    import rasterio

    path = raster(np.full((80, 80), 7, np.uint8), photometric="palette")
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {7: (255, 0, 0, 255)})
        assert dataset.colorinterp == (ColorInterp.palette,)
    with pytest.raises(ForbiddenFormat, match="colour table"):
        stage(scene(), "dem", path)
    _, stored = stage(scene(), "landcover", path)
    assert (stored == 7).all()


def test_an_aerial_image_keeps_its_colours_and_says_where_it_is(scene, raster, town):
    image = np.zeros((3, 300, 300), np.uint8)
    image[0], image[1] = 200, 120
    path = raster(image, pixel=3.0, photometric="rgb")
    facts = stage_raster(keys.get("ortho"), path, None, scene())
    with open_cog(scene().folder / facts["file"]) as dataset:
        bands, nodata = dataset.read(), dataset.nodata
    assert facts["factor"] == 10
    assert (bands.shape[0], nodata) == (3, 0)
    assert bands.shape[1:] == tuple(10 * side for side in facts["window"][2:])
    inside = bands[0] > 0
    assert inside.sum() == pytest.approx(300 * 300, rel=0.01)
    share = 300 * 300 * 9 / (900 * town.grid.rows * town.grid.cols)
    assert facts["coverage_percent"] == pytest.approx(100 * share, abs=0.1)
    assert (bands[:, inside] == np.array([[200], [120], [1]])).all()  # black is not unknown
    assert (bands[:, ~inside] == 0).all()


def test_feet_become_metres(scene, raster):
    _, stored = stage(scene(), "dem", raster(np.full((80, 80), 1000, np.float32), unit="ft"))
    np.testing.assert_allclose(stored, 304.8, rtol=1e-6)


def test_feet_that_only_the_caller_knows_become_metres(scene, raster):
    told = scene(units={"dem": "us-ft"})
    facts, stored = stage(told, "dem", raster(np.full((80, 80), 3937, np.float32)))
    np.testing.assert_allclose(stored, 1200, rtol=1e-6)
    assert facts["notes"] == ["us-ft brought to m"]


def test_impossible_reflectance_is_unknown_and_glare_is_white():
    values = np.float32([-0.01, 0.0, 0.001, 1.0, 1.4, 2.5, np.nan])
    got = within(keys.get("red"), values)
    np.testing.assert_allclose(got, [np.nan, np.nan, 0.001, 1.0, 1.0, np.nan, np.nan], rtol=1e-6)
