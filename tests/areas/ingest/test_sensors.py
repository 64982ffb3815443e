import math

import numpy as np
import pytest

from geoml.areas.ingest import sensors
from geoml.areas.ingest.sun import Sun
from geoml.errors import InvalidArgument, UnknownUnit

JULY = Sun(61.4, 125.8, 1.0161)


def one(value: float) -> np.ndarray:
    return np.float32([value])


def test_toa_reflectance():
    """Chander et al. 2009, eq. 2, by hand: red DN 41 on 20 July 2002."""
    radiance = 0.61922 * 41 - 5.0
    expected = math.pi * radiance * 1.0161**2 / (1533.0 * math.sin(math.radians(61.4)))
    got = sensors.quantity(sensors.get("landsat7"), "red", one(41), when="2002-07-20", sun=JULY)
    assert got[0] == pytest.approx(expected, rel=1e-5)
    assert expected == pytest.approx(0.0492, abs=1e-4)


def test_brightness_temperature():
    """DN 133 of band 61 is 8.8555 W/(m2 sr um), 296.0 K."""
    got = sensors.quantity(sensors.get("landsat7"), "thermal", one(133), when=None, sun=None)
    assert got[0] == pytest.approx(1282.71 / math.log(666.09 / (0.067087 * 133 - 0.067087) + 1))
    assert got[0] == pytest.approx(296.0, abs=0.1)


def test_landsat_surface_reflectance():
    assert sensors.landsat_surface_reflectance(one(18_181))[0] == pytest.approx(0.3, abs=1e-4)


def test_landsat_surface_temperature():
    assert sensors.landsat_surface_temperature(one(44_177))[0] == pytest.approx(299.998, abs=1e-3)


@pytest.mark.parametrize(
    ("sensor", "when", "expected"),
    [
        ("sentinel2", "2022-01-24", 0.3),
        ("sentinel2", "2022-01-25", 0.2),
        ("sentinel2", "2024-07-01T10:50:31Z", 0.2),
        ("sentinel2-harmonized", "2024-07-01", 0.3),
    ],
)
def test_sentinel2_reflectance(sensor, when, expected):
    got = sensors.quantity(sensors.get(sensor), "nir", one(3000), when=when, sun=None)
    assert got[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sensor", "fill", "saturated"),
    [("landsat7", 0, 255), ("landsat8", 0, 65_535), ("sentinel2", 0, 65_535)],
)
def test_without_fill(sensor, fill, saturated):
    dn = np.float32([fill, fill + 1, saturated - 1, saturated, np.nan])
    kept = np.isfinite(sensors.without_fill(dn, sensors.get(sensor)))
    assert kept.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("sensor", ["landsat7", "sentinel2"])
def test_a_date_is_needed(sensor):
    with pytest.raises(InvalidArgument, match="--date YYYY-MM-DD"):
        sensors.quantity(sensors.get(sensor), "red", one(50), when=None, sun=None)


def check(name: str, key: str, dn: np.ndarray, when: str = "2024-07-01") -> None:
    sensor = sensors.get(name)
    result = sensors.quantity(sensor, key, dn, when=when, sun=JULY)
    sensors.check_sample(sensor, key, "scene.tif", dn, result)


def test_already_physical():
    rng = np.random.default_rng(1)
    with pytest.raises(UnknownUnit, match="leave --sensor out"):
        check("sentinel2", "red", rng.random(500, np.float32))
    with pytest.raises(UnknownUnit, match="leave --sensor out"):
        check("landsat8", "lst", np.float32(290) + rng.random(500, np.float32) * 20)


def test_offset_already_removed():
    dark = np.float32([200, 400, 700, 900, 1500] * 20)
    with pytest.raises(UnknownUnit, match="sentinel2-harmonized"):
        check("sentinel2", "red", dark)
    check("sentinel2-harmonized", "red", dark)
    check("sentinel2", "red", dark + 1000)
    check("sentinel2", "red", dark, when="2020-07-01")


def test_another_level_or_collection_is_told():
    collection_1 = np.float32([2950] * 50)  # 0.1 K steps
    with pytest.raises(UnknownUnit, match="check --sensor") as caught:
        check("landsat8", "lst", collection_1)
    assert caught.value.where == "lst=scene.tif"


def test_numbers_of_modis_are_not_landsats():
    modis = np.float32([14_900, 15_000, 15_100] * 20)  # 0.02 K each; 200 K by Landsat's rule
    with pytest.raises(UnknownUnit, match="check --sensor/--unit"):
        check("landsat8", "lst", modis)


@pytest.mark.parametrize("kelvin", [241.0, 300.0, 343.0])
def test_the_coldest_and_the_hottest_town_are_plausible(kelvin):
    check("landsat8", "lst", np.float32([round((kelvin - 149.0) / 0.00341802)] * 20))


def test_a_temperature_in_degrees_is_told_to_come_in_a_call_of_its_own():
    celsius = np.float32(25) + np.random.default_rng(1).random(500, np.float32)
    with pytest.raises(UnknownUnit, match="the bands with --sensor in one call, lst=FILE without"):
        check("landsat8", "lst", celsius)


def test_nothing_known_passes_for_the_empty_check_to_speak():
    check("landsat8", "red", np.float32([0, 0, np.nan]))


def test_support_is_that_of_the_thermal_band():
    assert sensors.get("landsat7").support_of("thermal") == 90.0
    assert sensors.get("landsat8").support_of("lst") == 100.0
    assert sensors.get("landsat5-l2").support_of("lst") == 120.0
    assert sensors.get("landsat8").support_of("red") is None
