import numpy as np
import pytest

from geoml.areas.demo import canvas, heat
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.materials import BANDS, CODE, MATERIALS
from geoml.areas.demo.surface import empty


def covered(layout, name):
    """The temperature of the town if one material covered it all, and its bands."""
    surface = empty(layout.plan.grid(2.5))
    surface.material[:] = CODE[name]
    shape = layout.ground.shape
    clean = {
        band: np.full(shape, value, np.float32)
        for band, value in zip(BANDS, MATERIALS[CODE[name]].reflectance, strict=True)
    }
    return heat.balance(layout, surface, clean)


@pytest.fixture(scope="module")
def flat(valley):
    """The valley town ironed flat."""
    level = np.full_like(valley.elevation_m, 100.0)
    parts = {name: getattr(valley, name) for name in Layout.__slots__}
    return Layout(**{**parts, "elevation_m": level})


def test_the_formula_by_hand_on_flat_ground_far_from_water(flat):
    meadow = MATERIALS[CODE["meadow"]]
    water = canvas.distance_m(flat.ground, canvas.mask(flat.ground, *flat.water.polygons()))
    row, col = np.unravel_index(np.argmax(water), water.shape)
    air = flat.plan.air_k - 1.2 * np.exp(-water[row, col] / flat.plan.breeze_m)
    down = 850 * np.sin(np.deg2rad(58)) + 120
    blue, _, red, nir, swir1, swir2 = meadow.reflectance
    albedo = 0.356 * blue + 0.130 * red + 0.373 * nir + 0.085 * swir1 + 0.072 * swir2 - 0.0018
    net = (1 - albedo) * down + 0.96 * (350 - 5.670374e-8 * air**4)
    expected = air + net * (1 - 0.10) * (1 - meadow.evaporative) / meadow.conductance
    assert covered(flat, "meadow")[row, col] == pytest.approx(expected, abs=0.02)


def test_sealed_ground_is_hottest_and_water_coolest(flat):
    means = [covered(flat, name).mean() for name in ("river", "broadleaf", "meadow", "asphalt")]
    assert means == sorted(means)
    assert 5 < means[3] - means[2] < 14


def test_it_is_cooler_higher_up_and_near_water(valley, flat):
    water = canvas.distance_m(flat.ground, canvas.mask(flat.ground, *flat.water.polygons()))
    level = covered(flat, "meadow")
    assert level[water < 30].mean() < level[water > 800].mean() - 0.5
    relief = covered(valley, "conifer") - covered(flat, "conifer")
    height = valley.elevation_m - valley.elevation_m.mean()
    slope = np.polyfit(height.ravel(), relief.ravel(), 1)[0]
    assert slope == pytest.approx(-0.0065, abs=0.003)


def test_the_hidden_effects_have_their_declared_size(valley):
    surface = empty(valley.plan.grid(2.5))
    surface.material[:] = CODE["maize"]
    hidden = heat.unseen(valley, surface)
    assert hidden.max() == pytest.approx(heat.PLANT_K, abs=0.05)
    assert hidden.min() == pytest.approx(heat.IRRIGATION_K, abs=0.05)
    assert 0.1 < (hidden < -1.9).mean() < 0.22
