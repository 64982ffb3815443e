import numpy as np
import pytest

from geoml.errors import GridMismatch, InvalidArgument
from geoml.raster.grid import Grid
from geoml.services.flood.target import target_of

GRID = Grid("EPSG:2154", 0.0, 0.0, 10.0, 10.0, 2, 2)
DEPTH = np.array([[0.0, 0.2], [0.5, np.nan]], np.float32)


@pytest.mark.parametrize(
    ("mode", "wet", "years"),
    [
        ("auto", 2, None),
        ("0.1", 2, None),
        ("0.3", 1, None),
        ("0.3@100y", 1, 100),
        ("2@20y", 0, 20),
        ("auto@100y", 2, 100),
    ],
)
def test_the_threshold_and_the_return_period_are_told(mode, wet, years):
    target, told = target_of(DEPTH, {}, GRID, inside=None, mode=mode)
    assert target.dtype == np.float32
    assert np.nansum(target) == wet
    assert np.isnan(target[1, 1])
    assert told["return_period_years"] == years
    assert told["flooded_percent"] == pytest.approx(100 * wet / 3, abs=0.01)
    assert str(years or "unknown") in told["text"]["en"]
    assert str(years or "inconnue") in told["text"]["fr"]


def test_every_class_of_an_extent_is_water():
    classes = np.array([[0, 1], [3, np.nan]], np.float32)
    np.testing.assert_array_equal(
        target_of(classes, {}, GRID, inside=None)[0], [[0, 1], [1, np.nan]]
    )


def test_an_extent_says_nothing_about_depth():
    classes = np.array([[0, 1], [3, np.nan]], np.float32)
    _, told = target_of(classes, {}, GRID, inside=None, mode="auto@100y", source="flood_extent")
    assert told["threshold_m"] is None
    assert "inside the mapped extent" in told["text"]["en"]
    assert "m of water" not in told["text"]["en"]
    assert "100" in told["text"]["fr"]
    with pytest.raises(InvalidArgument, match="nothing about depth"):
        target_of(classes, {}, GRID, inside=None, mode="12", source="flood_extent")


@pytest.mark.parametrize("mode", ["ring", "", "-1", "0.3 m", "0.3@0y", "nan", "1e9", "0.3@y"])
def test_what_is_no_depth_is_refused(mode):
    with pytest.raises(InvalidArgument) as told:
        target_of(DEPTH, {}, GRID, inside=None, mode=mode)
    assert "0.3@100y" in told.value.expected


def test_another_grid_is_refused():
    with pytest.raises(GridMismatch):
        target_of(DEPTH[:1], {}, GRID, inside=None)
