import math

import numpy as np
import pytest

from geoml.areas.ingest.clouds import Judged
from geoml.areas.ingest.shadows import Step, clouds_by_size, shadows, step_of
from geoml.areas.ingest.sun import Sun

STEP = step_of(Sun(45.0, 135.0, 1.0), 30.0, 30.0)  # sun in the south-east, half way up


def test_a_shadow_falls_away_from_the_sun():
    assert STEP.rows == pytest.approx(-math.sqrt(0.5) / 30)  # north: up
    assert STEP.cols == pytest.approx(-math.sqrt(0.5) / 30)  # west: left
    low = step_of(Sun(30.0, 180.0, 1.0), 30.0, 15.0)
    assert low.rows == pytest.approx(-math.sqrt(3) / 15)  # oblong cells
    assert low.cols == pytest.approx(0.0, abs=1e-12)


def bands_with(dark: np.ndarray, cloud: np.ndarray) -> dict[str, np.ndarray]:
    nir = np.where(dark, 0.06, 0.24)
    swir1 = np.where(dark, 0.02, 0.14)
    thermal = np.where(cloud, 285.0, 297.0)
    red = np.full(dark.shape, 0.04)
    return {"nir": nir, "swir1": swir1, "thermal": thermal, "red": red}


def scene(cloud: np.ndarray) -> Judged:
    return Judged(cloud, np.ones(cloud.shape, bool), 295.0, 300.0)


def rectangle(rows: slice, cols: slice) -> np.ndarray:
    mask = np.zeros((120, 120), bool)
    mask[rows, cols] = True
    return mask


def test_the_shadow_of_a_cloud_is_found_and_a_dark_wood_is_not():
    """A cloud 1,500 m up: 1500 * cot 45 / 30 m = 50 cells off, 35 up and 35 left."""
    cloud = rectangle(slice(70, 80), slice(70, 82))
    shade = rectangle(slice(35, 45), slice(35, 47))
    wood = rectangle(slice(60, 70), slice(5, 20))
    found = shadows(bands_with(shade | wood, cloud), scene(cloud), STEP)
    assert found[shade].all()
    assert not found[wood].any()
    assert not found[~shade].any()


def test_dark_land_at_the_sunny_edge_may_be_shadow_of_a_cloud_out_of_sight():
    cloud = rectangle(slice(70, 80), slice(70, 82))
    shade = rectangle(slice(35, 45), slice(35, 47))
    beyond = rectangle(slice(104, 112), slice(60, 70))  # its cloud would lie below the last row
    lake = rectangle(slice(104, 112), slice(90, 100))
    bands = bands_with(shade | beyond | lake, cloud)
    bands["red"][lake] = 0.08
    found = shadows(bands, scene(cloud), STEP)
    assert found[beyond].all()
    assert not found[lake].any()


def test_without_clouds_there_are_no_shadows():
    nothing = rectangle(slice(0, 0), slice(0, 0))
    dark = rectangle(slice(100, 115), slice(100, 115))
    assert not shadows(bands_with(dark, nothing), scene(nothing), STEP).any()


def test_a_band_that_is_saturated_somewhere_does_not_hide_the_shadows():
    cloud = rectangle(slice(70, 80), slice(70, 82))
    shade = rectangle(slice(35, 45), slice(35, 47))
    bands = bands_with(shade, cloud)
    bands["nir"][0, 0] = np.nan
    assert shadows(bands, scene(cloud), STEP)[shade].all()


def test_a_small_patch_alone_proves_no_far_shadow():
    """A bright roof that was taken for cloud meets some dark wood at some height."""
    roof = rectangle(slice(70, 73), slice(70, 73))
    wood = rectangle(slice(20, 21), slice(18, 24))
    assert not shadows(bands_with(wood, roof), scene(roof), STEP).any()


def test_clouds_come_by_size():
    cloud = rectangle(slice(0, 2), slice(0, 2)) | rectangle(slice(50, 60), slice(50, 60))
    assert [len(cells) for cells in clouds_by_size(cloud)] == [100, 4]
    assert isinstance(STEP, Step)
