import numpy as np
import pytest

from geoml.errors import GridMismatch, NotEnoughData
from geoml.learning.samples import TARGET, gather, join, some, take
from geoml.learning.support import support_mean
from geoml.raster.grid import Grid

GRID = Grid("EPSG:2154", 1000.0, 5000.0, 30, 30, 61, 47)


def rasters(seed: int = 0):
    rng = np.random.default_rng(seed)
    features = {name: rng.random(GRID.shape).astype(np.float32) for name in ("ndvi", "elevation")}
    features["not_declared"] = np.zeros(GRID.shape, np.float32)
    return features, rng.normal(0, 3, GRID.shape).astype(np.float32)


def test_samples_are_the_support_mean_at_every_third_cell(service):
    features, target = rasters()
    got = take(service, features, target, GRID, 90, area="here")
    assert len(got) == 20 * 16
    want = support_mean(target, 3)[1::3, 1::3].ravel()
    np.testing.assert_array_equal(got.target, want.astype(np.float64))
    assert set(got.features) == {"ndvi", "elevation"}
    assert (got.easting_m[0], got.northing_m[0]) == (1000 + 1.5 * 30, 5000 - 1.5 * 30)
    assert np.diff(got.easting_m[:2]) == got.cell_m == 90


def test_unknown_target_or_too_few_features_leave_the_cell_out(service):
    features, target = rasters()
    target[:30] = np.nan
    features["ndvi"][:, :20] = np.nan
    got = take(service, features, target, GRID, 30, area="here")
    assert len(got) == 31 * 27
    assert np.isfinite(got.features["ndvi"]).all()


def test_a_limit_makes_the_stride_longer_not_the_cell_larger(service):
    features, target = rasters()
    got = take(service, features, target, GRID, 90, area="here", limit=50, seed=4)
    again = take(service, features, target, GRID, 90, area="here", limit=50, seed=4)
    assert 0 < len(got) <= 50
    assert got.cell_m == 90
    assert np.diff(np.unique(got.easting_m)).min() > 90
    np.testing.assert_array_equal(got.target, again.target)
    columns = np.rint((got.easting_m - 1000) / 30 - 0.5).astype(int)
    rows = np.rint((5000 - got.northing_m) / 30 - 0.5).astype(int)
    np.testing.assert_array_equal(got.target, support_mean(target, 3)[rows, columns])


def test_strips_read_no_more_than_they_need(service):
    tall = Grid("EPSG:2154", 0, 0, 30, 30, 1000, 10)
    seen = []

    def read(name, window):
        seen.append(window.rows)
        return np.full((window.rows, window.cols), 0.5, np.float32)

    got = gather(service, read, ["ndvi"], tall, 90, area="here")
    assert max(seen) <= 64 * 3
    assert len(got) == 333 * 3


@pytest.mark.parametrize("names", [["ndvi"], []])
def test_no_usable_cell_is_an_error_that_says_what_is_needed(service, names):
    def read(name, window):
        return np.full((window.rows, window.cols), np.nan if name == TARGET else 0.5)

    with pytest.raises(NotEnoughData, match="ndvi or building_density"):
        gather(service, read, names, GRID, 90, area="here")


def test_areas_join_and_what_one_lacks_is_unknown(service):
    features, target = rasters()
    north = take(service, features, target, GRID, 90, area="north")
    south = take(service, {"ndvi": features["ndvi"]}, target, GRID, 90, area="south")
    both = join([north, south])
    assert both.areas == ("north", "south")
    assert len(both) == len(north) + len(south)
    assert np.isnan(both.features["elevation"][both.area == 1]).all()
    assert np.isfinite(both.features["elevation"][both.area == 0]).all()
    assert len(some(both, both.area == 1)) == len(south)


def test_areas_of_different_supports_do_not_join(service):
    features, target = rasters()
    fine = take(service, features, target, GRID, 30, area="fine")
    coarse = take(service, features, target, GRID, 90, area="coarse")
    with pytest.raises(GridMismatch, match="coarse 90 m"):
        join([fine, coarse])


def test_a_class_is_taken_from_the_middle_cell_and_unknown_is_a_class_of_its_own(service):
    features, target = rasters()
    classes = np.arange(GRID.rows * GRID.cols, dtype=np.float32).reshape(GRID.shape)
    classes[:30] = np.nan
    layers = {**features, TARGET: target, "valley": classes}
    got = gather(
        service,
        lambda name, window: layers[name][window.slices],
        tuple(features),
        GRID,
        90,
        area="here",
        group="valley",
    )
    want = classes[1::3, 1::3].ravel()
    np.testing.assert_array_equal(got.group, np.where(np.isnan(want), -1, want))
    assert "valley" not in got.features
