"""Surface temperature from an energy balance, plus what no feature can see, plus noise.

For every 10 m cell, at the overpass::

    K_down = 850 W m-2 * cos(i) + 120 W m-2        direct on the slope + diffuse
    R_net  = (1 - albedo) * K_down + 0.96 * (350 - sigma * T_air**4)
    T_air  = air_k - 0.0065 * (z - z_mean) - 1.2 * exp(-d_water / breeze_m)
    signal = T_air + R_net * response + 2.2 * built_200m

``response`` is the cell's mean of (1 - ground) * (1 - evaporative) / conductance over its materials
(``materials.py``): evaporation cools, storage delays, rough surfaces give their heat to the air.
``built_200m`` is the built share within about 200 m: heat kept between walls. The form is the
linearised surface energy balance (Oke et al. 2017, Urban Climates, ch. 6,
doi:10.1017/9781139016476).

What the features cannot see: a plant that emits heat (+3 K at its middle, Gaussian, 220 m) and
parcels irrigated on the day before (-2 K). Noise: exponential covariance, standard deviation 0.8 K,
practical range 600 m. The sensor sees all of it through a Gaussian of 90 m full width at half
maximum and adds 0.15 K of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geoml.areas.demo import canvas
from geoml.areas.demo.fields import Parcels, parcels
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.light import SUN_AZIMUTH_DEG, SUN_ELEVATION_DEG
from geoml.areas.demo.materials import table
from geoml.areas.demo.noise import correlated, stream
from geoml.areas.demo.relief import lit
from geoml.areas.demo.surface import Surface
from geoml.raster.grid import Grid
from geoml.types import Array

LABEL_M = 30.0
SUPPORT_M = 90.0
NOISE_K, NOISE_RANGE_M, SENSOR_K = 0.8, 600.0, 0.15
PLANT_K, PLANT_M, IRRIGATION_K = 3.0, 220.0, -2.0
LAPSE_K_PER_M, WATER_K, WALLS_K = -0.0065, -1.2, 2.2
DIRECT_W, DIFFUSE_W, SKY_W, EMISSIVITY = 850.0, 120.0, 350.0, 0.96
STEFAN_BOLTZMANN = 5.670374e-8
_LIANG = {"blue": 0.356, "red": 0.130, "nir": 0.373, "swir1": 0.085, "swir2": 0.072}


@dataclass(frozen=True, slots=True)
class Truth:
    """The parts of the surface temperature on the label grid, float32 kelvin, seen by the sensor.

    ``signal`` follows from what features can know, ``hidden`` does not, ``noise`` is random;
    ``lst`` is their sum plus the sensor's own noise.
    """

    signal: Array
    hidden: Array
    noise: Array
    lst: Array


def temperature(layout: Layout, surface: Surface, clean: dict[str, Array]) -> Truth:
    """The surface temperature of a town; ``clean`` are its noise-free bands on 10 m cells."""
    ground, grid = layout.ground, layout.plan.grid(LABEL_M)
    signal = _seen(balance(layout, surface, clean), ground)
    hidden = _seen(unseen(layout, surface), ground)
    rng = stream(layout.plan.seed, "heat")
    noise = _seen(correlated(ground, rng, NOISE_K, NOISE_RANGE_M), ground)
    own = SENSOR_K * rng.standard_normal(grid.shape, np.float32)
    return Truth(signal, hidden, noise, signal + hidden + noise + own)


def albedo(clean: dict[str, Array]) -> Array:
    """Broadband albedo, 0..1 (Liang 2001, doi:10.1016/S0034-4257(00)00205-4)."""
    total = np.full_like(clean["red"], -0.0018)
    for band, weight in _LIANG.items():
        total += weight * clean[band]
    out: Array = np.clip(total, 0, 1)
    return out


def balance(layout: Layout, surface: Surface, clean: dict[str, Array]) -> Array:
    """The noise-free temperature that follows from what features can know, on 10 m cells."""
    plan, ground = layout.plan, layout.ground
    factor = round(ground.pixel_x / surface.grid.pixel_x)
    response = canvas.coarse(table("response")[surface.material], factor)
    built = canvas.coarse((table("cover") == 50)[surface.material], factor)
    walls = ndimage.gaussian_filter(built, 100.0 / ground.pixel_x)
    water = canvas.distance_m(ground, canvas.mask(ground, *layout.water.polygons()))
    height = layout.elevation_m - float(layout.elevation_m.mean())
    air = plan.air_k + LAPSE_K_PER_M * height + WATER_K * np.exp(-water / plan.breeze_m)
    light = lit(layout.elevation_m, ground, SUN_ELEVATION_DEG, SUN_AZIMUTH_DEG)
    down = DIRECT_W * light + DIFFUSE_W
    net = (1 - albedo(clean)) * down + EMISSIVITY * (SKY_W - STEFAN_BOLTZMANN * air**4)
    out: Array = (air + net * response + WALLS_K * walls).astype(np.float32)
    return out


def unseen(layout: Layout, surface: Surface) -> Array:
    """What no feature can see, on 10 m cells: heat of a plant, parcels irrigated yesterday."""
    x, y = canvas.axes(layout.ground)
    east, north = layout.plan.at(*layout.plan.plant)
    plume = PLANT_K * np.exp(-((x - east) ** 2 + (y - north) ** 2) / (2 * PLANT_M**2))
    fields: Parcels = parcels(layout.plan, layout.ground)
    crop = canvas.coarse(surface.made_of("maize", "beet", "sunflower"), 4)
    watered = crop * (fields.chance(31) < 0.16)
    out: Array = (plume + IRRIGATION_K * watered).astype(np.float32)
    return out


def _seen(values: Array, ground: Grid) -> Array:
    """Through the sensor's Gaussian support, then on the label grid."""
    sigma = SUPPORT_M / 2.3548 / ground.pixel_x
    return canvas.coarse(ndimage.gaussian_filter(values, sigma), round(LABEL_M / ground.pixel_x))
