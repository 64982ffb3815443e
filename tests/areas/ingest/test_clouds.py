import numpy as np
import pytest

from geoml.areas.ingest.clouds import NEEDED, cold_enough, judged, land_probability, whiteness

FOREST = {
    "blue": 0.09, "green": 0.07, "red": 0.04, "nir": 0.24,
    "swir1": 0.14, "swir2": 0.045, "thermal": 296.0,
}  # fmt: skip
CLOUD = {
    "blue": 0.35, "green": 0.34, "red": 0.34, "nir": 0.40,
    "swir1": 0.35, "swir2": 0.25, "thermal": 285.0,
}  # fmt: skip
HOT_SOIL = {
    "blue": 0.13, "green": 0.14, "red": 0.16, "nir": 0.24,
    "swir1": 0.28, "swir2": 0.20, "thermal": 306.0,
}  # fmt: skip
WATER = {
    "blue": 0.08, "green": 0.06, "red": 0.04, "nir": 0.02,
    "swir1": 0.01, "swir2": 0.005, "thermal": 293.0,
}  # fmt: skip


def scene(side: int = 60, **patches):
    """Forest with soil fields, and rectangles of other surfaces: name=(rows, cols, spectrum)."""
    rng = np.random.default_rng(5)
    bands = {}
    for name in NEEDED:
        values = np.full((side, side), FOREST[name])
        values[: side // 3, : side // 3] = HOT_SOIL[name]
        for rows, cols, spectrum in patches.values():
            values[rows, cols] = spectrum[name]
        noise = 0.3 if name == "thermal" else 0.003
        bands[name] = (values + rng.normal(0, noise, values.shape)).astype(np.float32)
    return bands


def test_a_cloud_is_found_and_soil_and_water_are_not():
    box = slice(30, 40), slice(30, 44)
    found = judged(scene(cloud=(*box, CLOUD), lake=(slice(50, 58), slice(0, 9), WATER)))
    expected = np.zeros((60, 60), bool)
    expected[box] = True
    np.testing.assert_array_equal(found.cloud, expected)
    assert found.known.all()
    assert found.low_k == pytest.approx(296, abs=1)


def test_a_clear_scene_has_no_cloud():
    assert judged(scene()).cloud.mean() < 0.001


def test_saturated_visible_bands_are_cloud_and_unknown_cells_are_not():
    bands = scene(cloud=(slice(30, 40), slice(30, 44), CLOUD))
    for name in ("blue", "green", "red"):
        bands[name][30:40, 30:44] = np.nan
    for values in bands.values():
        values[:5] = np.nan
    found = judged(bands)
    assert found.cloud[30:40, 30:44].all()
    assert not found.cloud[:5].any()
    assert not found.known[:5].any()


def test_a_scene_that_is_all_cloud_is_judged_by_the_spectral_tests_alone():
    found = judged(scene(cloud=(slice(None), slice(None), CLOUD)))
    assert found.cloud.mean() > 0.99
    assert np.isnan(found.low_k)


def test_one_saturated_band_in_the_heart_of_a_cloud_leaves_no_hole():
    box = slice(30, 40), slice(30, 44)
    bands = scene(cloud=(*box, CLOUD))
    bands["swir1"][33:36, 33:36] = np.nan
    assert judged(bands).cloud[box].all()


def test_bright_roofs_as_warm_as_the_land_are_no_cloud():
    patches = np.zeros((20, 20), bool)
    patches[2:6, 2:6] = patches[10:14, 10:14] = True
    thermal = np.full((20, 20), 296.0)
    thermal[10:14, 10:14] = 285.0
    kept = cold_enough(patches, thermal, 295.0)
    assert kept[10:14, 10:14].all()
    assert kept.sum() == 16
    assert not cold_enough(np.zeros((3, 3), bool), thermal[:3, :3], 295.0).any()


def test_whiteness_of_grey_is_nothing():
    bands = {name: np.float32([0.3]) for name in ("blue", "green", "red")}
    assert whiteness(bands)[0] == pytest.approx(0.0, abs=1e-6)
    bands["blue"] = np.float32([0.6])
    assert whiteness(bands)[0] == pytest.approx((0.2 + 0.1 + 0.1) / 0.4)


def test_colder_land_is_likelier_cloud():
    def chance(kelvin: float) -> float:
        bands = {name: np.float32([CLOUD[name]]) for name in NEEDED}
        bands["thermal"] = np.float32([kelvin])
        return float(land_probability(bands, np.array([False]), 294.0, 302.0)[0])

    assert chance(280) > chance(290) > chance(300) > chance(307) == 0.0
