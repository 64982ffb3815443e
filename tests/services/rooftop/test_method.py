"""The laws of ``method.md``, by their numbers; ``tests/services/test_laws.py`` compares the two."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import shapely

from geoml.contract import Ground
from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.energy import peak_power
from geoml.features.solar.planes import planes
from geoml.features.solar.sky import sky_at
from geoml.features.solar.usable import module_area
from geoml.services.rooftop import SERVICE
from geoml.services.rooftop.answers import SOMEWHERE, answers_of, assumptions

LATITUDES = np.array([-60.0, -35.0, -10.0, 0.0, 12.5, 27.7, 45.0, 52.3, 65.9])
SIZES = (4, 6), (10, 12), (20, 30)
TILTS, SIDES = np.array([0.0, 15.0, 30.0, 45.0]), np.arange(0.0, 360.0, 30.0)


@pytest.fixture(scope="module")
def roofs():
    """Three roofs in the east of Lyon, of 24, 120 and 600 m2."""
    shapes = [
        shapely.box(843_000 + 50 * i, 6_519_000, 843_000 + 50 * i + a, 6_519_000 + b)
        for i, (a, b) in enumerate(SIZES)
    ]
    return geopandas.GeoDataFrame(geometry=shapes, crs="EPSG:2154", index=[7, 3, 5])


def test_law_1_without_a_latitude_there_is_no_answer(model):
    got = model.predict({"tilt": np.array([30.0]), "azimuth": np.array([180.0])})
    arrays = (got.target, got.lower, got.upper, got.applicability, *got.contributions.values())
    assert all(np.isnan(one).all() for one in arrays)


def test_law_2_more_shade_never_gives_more_sun(sun):
    got = sun(latitude=45, tilt=30, azimuth=170, shading=np.linspace(0, 1, 41)).target
    assert (np.diff(got) < 0).all()
    assert got[-1] == 0


def test_law_3_average_and_contributions_add_up(sun):
    for known in ({}, {"tilt": 30}, {"azimuth": 90}, {"tilt": 40, "azimuth": 5, "shading": 0.2}):
        got = sun(latitude=LATITUDES, **known)
        total = got.average + sum(got.contributions.values())
        np.testing.assert_allclose(total, got.target, atol=1e-6, rtol=0)
        for name in {"tilt", "shading"} - set(known):
            assert (got.contributions[name] == 0).all()


def test_law_4_the_interval_holds_the_answer(sun):
    for shade in (np.nan, 0.0, 0.4, 1.0):
        for side in (np.nan, *SIDES):
            got = sun(latitude=LATITUDES, tilt=25, azimuth=side, shading=shade)
            assert (got.lower >= 0).all()
            assert (got.lower <= got.target).all()
            assert (got.target <= got.upper).all()


def test_law_5_an_unknown_orientation_holds_every_orientation(sun):
    tilt, side = (one.ravel() for one in np.meshgrid(TILTS, SIDES))
    for latitude in LATITUDES:
        unknown = sun(latitude=latitude, shading=0.1)
        every = sun(latitude=latitude, tilt=tilt, azimuth=side, shading=0.1).target
        assert unknown.lower[0] <= every.min()
        assert every.max() <= unknown.upper[0]
        assert every.min() < unknown.target[0] < every.max()


@pytest.mark.parametrize("latitude", [25.0, 38.4, 60.0, -25.0, -44.0, -60.0])
def test_law_6_most_sun_towards_the_equator(sun, latitude):
    got = sun(latitude=latitude, tilt=30, azimuth=SIDES, shading=0).target
    towards = 180 if latitude > 0 else 0
    assert SIDES[got.argmax()] == towards
    assert SIDES[got.argmin()] == 180 - towards
    east, west = got[SIDES == 90][0], got[SIDES == 270][0]
    assert east == pytest.approx(west, rel=1e-3)


def test_law_7_a_level_roof_faces_everywhere(sun):
    for side in SIDES:
        got = sun(latitude=LATITUDES, tilt=0, azimuth=side)
        np.testing.assert_allclose(got.target, sun(latitude=LATITUDES, tilt=0).target, rtol=1e-12)


def test_law_8_the_score_is_linear_between_600_and_1800():
    got = SERVICE.score.score(np.array([0, 600, 1200, 1800, 3000, np.nan]))
    np.testing.assert_allclose(got, [0, 0, 50, 100, 100, np.nan])


@pytest.mark.parametrize(
    "wrong", [{"latitude": 80}, {"tilt": 120}, {"azimuth": -5}, {"shading": 2}]
)
def test_law_9_outside_its_ranges_it_says_so(sun, wrong):
    fine = {"latitude": 45, "tilt": 30, "azimuth": 180, "shading": 0.1}
    assert sun(**fine).applicability[0] <= 1
    assert sun(**fine | wrong).applicability[0] > 1


def test_law_10_electricity_is_power_times_sun_times_ratio(roofs):
    got = answers_of(roofs, Ground(45.7, 4.9))
    ratio = assumptions()["performance_ratio"]["value"]
    made = got["kwp"] * got["irradiation_kwh_m2"] * ratio
    np.testing.assert_allclose(got["kwh_yr"], made, rtol=5e-3, atol=1)
    assert list(got.index) == [7, 3, 5]
    assert (got["kwp"].iloc[1:] > 0).all()
    for months, year in zip(got["kwh_month"], got["kwh_yr"], strict=True):
        assert len(json.loads(months)) == 12
        assert sum(json.loads(months)) == pytest.approx(year, abs=8)


def test_law_11_an_unknown_place_holds_every_latitude(roofs):
    nowhere = answers_of(roofs, Ground())
    assert nowhere["kwh_month"].isna().all()
    for latitude in SOMEWHERE:
        there = answers_of(roofs, Ground(latitude, 0.0))
        for value, low, high in (
            SERVICE.segmentation.answer,
            ("kwh_yr", "kwh_yr_low", "kwh_yr_high"),
        ):
            assert (nowhere[low] <= there[value]).all()
            assert (there[value] <= nowhere[high]).all()


def test_law_12_the_same_input_gives_the_same_bytes(sun, roofs):
    first, again = (sun(latitude=LATITUDES, tilt=TILTS[2], shading=0.1) for _ in range(2))
    assert first.target.tobytes() == again.target.tobytes()
    assert first.upper.tobytes() == again.upper.tobytes()
    tables = [answers_of(roofs, Ground(45.7, 4.9)).to_json() for _ in range(2)]
    assert tables[0] == tables[1]


def test_law_13_electricity_of_an_unknown_shape_holds_that_of_every_face(roofs):
    """One face from eave to eave, without its setback; too little sun, and it carries nothing."""
    place, told = planes(45.0, sky_at(45.0)), Assumptions()
    got = answers_of(roofs, Ground(45.0, 5.0))
    best = place.table.sum(axis=0).max()
    for tilt, side in ((one, other) for one in TILTS for other in SIDES):
        sun = place.yearly(np.array([tilt]), CompassAzimuth(np.array([side])))
        for (width, depth), low, high in zip(
            SIZES, got["kwh_yr_low"], got["kwh_yr_high"], strict=True
        ):
            free = np.array([(width - 2 * told.setback_m) * (depth - 2 * told.setback_m)])
            area = module_area(free, np.array([tilt]), told, sunny=sun >= told.least_sun * best)
            made = float((peak_power(area, told) * sun * told.performance_ratio)[0])
            assert low <= made <= high + 0.5, (tilt, side, width)
    assert (got["kwh_yr"].iloc[1:] > got["kwh_yr_low"].iloc[1:]).all()
