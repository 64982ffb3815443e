import numpy as np
import pytest

from geoml.areas.demo.light import SHADOW, photograph, reflectance, sensed, shadows
from geoml.areas.demo.materials import BANDS, CODE, MATERIALS
from geoml.areas.demo.surface import empty
from geoml.raster.grid import Grid

GRID = Grid("EPSG:2154", 0.0, 100.0, 2.5, 2.5, 40, 40)


@pytest.fixture
def surface():
    return empty(GRID)


def test_a_tower_throws_its_shadow_away_from_the_sun(surface):
    surface.height_m[20, 20] = 20.0
    dark = np.argwhere(shadows(surface) == SHADOW)
    # The sun stands in the south-east: the shadow falls to the north-west, 20 m / tan(58) long.
    assert len(dark) >= 3
    assert (dark < 20).all()
    assert np.hypot(*(dark - 20).T).max() * 2.5 == pytest.approx(20 / np.tan(np.deg2rad(58)), abs=3)


def test_a_tower_at_the_edge_shades_nothing_on_the_other_side(surface):
    surface.height_m[0, 0] = 20.0
    assert (shadows(surface) == 1).all()


@pytest.mark.parametrize("band", BANDS)
def test_reflectance_is_the_materials_own_times_light(surface, band):
    surface.material[:] = CODE["paving"]
    lit = np.full(GRID.shape, 0.5, np.float32)
    expected = 0.5 * MATERIALS[CODE["paving"]].reflectance[BANDS.index(band)]
    np.testing.assert_allclose(reflectance(surface, lit, band), expected, rtol=1e-6)


def test_bare_ground_looks_like_soil(surface):
    lit = np.ones(GRID.shape, np.float32)
    surface.bare[:] = 1.0
    soil = MATERIALS[CODE["soil"]].reflectance[BANDS.index("red")]
    np.testing.assert_allclose(reflectance(surface, lit, "red"), soil, rtol=1e-6)


def test_the_sensor_adds_noise_without_bias():
    seen = sensed(np.full((200, 200), 0.2, np.float32), np.random.default_rng(1), 0.004)
    assert seen.mean() == pytest.approx(0.2, abs=2e-4)
    assert seen.std() == pytest.approx(0.004, rel=0.1)
    assert sensed(np.zeros((50, 50), np.float32), np.random.default_rng(1)).min() > 0


def test_the_photograph_is_bright_on_roofs_and_dark_on_water(surface):
    surface.material[:20] = CODE["metal roof"]
    surface.material[20:] = CODE["river"]
    lit = np.ones(GRID.shape, np.float32)
    image = photograph(surface, lit, lit)
    assert image.shape == (3, 40, 40)
    assert image.dtype == np.uint8
    assert image[:, :20].min() > 150 > 90 > image[:, 20:].max()
