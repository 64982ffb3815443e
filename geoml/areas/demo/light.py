"""What a camera sees of a surface: reflectance by band, cast shadows, an aerial photograph."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from geoml.areas.demo.materials import CODE, table
from geoml.areas.demo.surface import Surface
from geoml.types import Array, Bytes2D

SUN_ELEVATION_DEG = 58.0
SUN_AZIMUTH_DEG = 141.0
"""The sun over western France in mid-July at about 10:50 solar time, a Landsat overpass."""
SHADOW = 0.45
"""What is left of the light in a cast shadow, as a factor on reflectance at the sensor."""


def shadows(surface: Surface) -> Array:
    """Share of the light that reaches each cell, 1 or ``SHADOW``, float32.

    Shadows fall on flat ground, from what stands there, up to 20 m far.
    """
    up, azimuth = np.deg2rad(SUN_ELEVATION_DEG), np.deg2rad(SUN_AZIMUTH_DEG)
    height, lit = surface.height_m, np.ones(surface.grid.shape, np.float32)
    for step in range(1, 9):
        way = step * surface.grid.pixel_x
        rows, cols = (round(v) for v in (-step * np.cos(azimuth), step * np.sin(azimuth)))
        caster, here = _overlap(height, rows, cols)
        lit[here][caster - np.float32(way * np.tan(up)) > height[here]] = SHADOW
    return lit


def _overlap(height: Array, rows: int, cols: int) -> tuple[Array, tuple[slice, slice]]:
    """The cells that have a cell ``rows`` down and ``cols`` right of them: that cell, and where."""
    n_rows, n_cols = height.shape
    here = (
        slice(max(-rows, 0), n_rows - max(rows, 0)),
        slice(max(-cols, 0), n_cols - max(cols, 0)),
    )
    there = (
        slice(max(rows, 0), n_rows - max(-rows, 0)),
        slice(max(cols, 0), n_cols - max(-cols, 0)),
    )
    return height[there], here


def reflectance(surface: Surface, lit: Array, band: str) -> Array:
    """Reflectance of one band on the surface's own cells, float32, shadows and bare soil in it."""
    values = table(band)
    soil = values[CODE["soil"]]
    green = values[surface.material]
    mixed: Array = green + (soil - green) * surface.bare
    mixed *= surface.tone
    mixed *= lit
    return mixed


def sensed(values: Array, rng: Generator, noise: float = 0.003) -> Array:
    """What a sensor makes of clean reflectance: blurred by half a cell, noisy, not below 0.001."""
    blurred = ndimage.gaussian_filter(values, 0.5)
    noisy = blurred + noise * rng.standard_normal(values.shape, np.float32)
    out: Array = np.clip(noisy, 0.001, 1.0).astype(np.float32)
    return out


def photograph(surface: Surface, lit: Array, slope_light: Array) -> Bytes2D:
    """A natural-colour aerial photograph, uint8, shape (3, rows, cols).

    ``slope_light`` is the light on the relief, 1 on flat ground, on the surface's cells.
    """
    out = np.empty((3, *surface.grid.shape), np.uint8)
    for layer, band in zip(out, ("red", "green", "blue"), strict=True):
        haze = {"red": 0.004, "green": 0.007, "blue": 0.011}[band]
        light = reflectance(surface, lit, band) * slope_light + np.float32(haze)
        # A film-like curve: shadows open, white roofs do not burn out.
        layer[...] = (255 * (1 - np.exp(-5.4 * light)) ** 0.86).astype(np.uint8)
    return out
