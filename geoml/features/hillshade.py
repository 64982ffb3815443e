"""Relief as light: what a low sun in the north-west would show."""

from __future__ import annotations

import numpy as np

from geoml.raster.grid import Grid
from geoml.types import Array


def hillshade(
    elevation_m: Array, grid: Grid, azimuth_deg: float = 315.0, altitude_deg: float = 45.0
) -> Array:
    """Illumination of the ground, 0 (shadow) to 1 (facing the light); NaN where unknown.

    Lambert's cosine law on the central-difference gradient, oblong cells too; ``azimuth_deg`` is
    where the light comes from, clockwise from north, ``altitude_deg`` its height. Cells at
    the edge use the one-sided gradient.
    """
    if min(elevation_m.shape) < 2:
        return np.where(np.isfinite(elevation_m), np.sin(np.radians(altitude_deg)), np.nan)
    gradient = np.gradient(elevation_m.astype(np.float64), grid.pixel_y, grid.pixel_x)
    down, right = np.asarray(gradient[0]), np.asarray(gradient[1])
    north: Array = -down  # rows run southward
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    # The surface normal (-dz/dx, -dz/dy, 1) against the unit vector towards the light.
    toward = -right * np.sin(azimuth) - north * np.cos(azimuth)
    light: Array = (toward * np.cos(altitude) + np.sin(altitude)) / np.sqrt(right**2 + north**2 + 1)
    return np.clip(light, 0.0, 1.0)
