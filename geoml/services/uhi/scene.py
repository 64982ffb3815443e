"""A tiny synthetic town on a river, with a known surface temperature."""

from __future__ import annotations

import numpy as np

from geoml.contract import Scene
from geoml.learning.support import support_mean
from geoml.raster.grid import Grid
from geoml.types import Array

_SIDE = 96


def scene() -> Scene:
    """A town 2.9 km wide: round, built, a park in it, a river beside it, hills in the north.

    The truth is linear in vegetation, building and height, plus the cool breath of the river:
    ``-6 ndvi + 5 building_density - 2 exp(-water_distance / 150 m) - 0.0065 elevation``, in kelvin
    above the median of the open countryside. The label adds noise of 0.3 K.
    """
    grid = Grid("EPSG:2154", 650_000.0, 6_700_000.0, 30.0, 30.0, _SIDE, _SIDE)
    rng = np.random.default_rng(7)
    row, col = np.mgrid[:_SIDE, :_SIDE].astype(np.float64)
    centre = np.hypot(row - 48, col - 48)
    inside = centre < 34
    park = np.hypot(row - 40, col - 58) < 6
    built = np.clip(0.75 - centre / 45, 0, 1) * (0.6 + 0.8 * _smooth(rng, 5)) * ~park
    density = np.clip(np.where(built < 0.03, 0, built), 0, 1)
    ndvi = np.clip(0.82 - 0.9 * density - 0.25 * _smooth(rng, 3), -0.1, 0.9)
    water = np.abs(col - 16 - 5 * np.sin(row / 14)) * grid.pixel_x
    elevation = 120 + 1.2 * np.maximum(40 - row, 0) + 4 * _smooth(rng, 9)
    signal = -6 * ndvi + 5 * density - 2 * np.exp(-water / 150) - 0.0065 * elevation
    open_country = ~inside & (ndvi >= 0.5) & (density < 0.05)
    truth = signal - np.median(signal[open_country])
    label = 296 + truth + rng.normal(0, 0.3, grid.shape)
    layers = {
        "ndvi": ndvi,
        "building_density": density,
        "water_distance": water,
        "elevation": elevation,
    }
    return Scene(
        grid=grid,
        features={name: values.astype(np.float32) for name, values in layers.items()},
        label=label.astype(np.float32),
        inside=inside,
        truth=truth.astype(np.float32),
        support_m=90.0,
    )


def _smooth(rng: np.random.Generator, k: int) -> Array:
    """Correlated noise, uniform-looking, 0..1."""
    noise = support_mean(support_mean(rng.random((_SIDE, _SIDE)), k), k)
    return np.asarray((noise - noise.min()) / np.ptp(noise))
