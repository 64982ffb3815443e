"""Seeded randomness: one independent stream per purpose, smooth noise and correlated noise."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.random import Generator
from scipy import fft

from geoml.raster.grid import Grid
from geoml.types import Array


def stream(seed: int, purpose: str) -> Generator:
    """A random generator of its own for one purpose.

    Changing how many numbers one step draws leaves every other step as it was.
    """
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def fractal(
    grid: Grid, rng: Generator, wavelength_m: float, octaves: int = 4, gain: float = 0.5
) -> Array:
    """Smooth noise on a grid, float32, mean about 0 and standard deviation about 1.

    Octave k has the wavelength ``wavelength_m / 2**k`` and the weight ``gain**k``. Each is a random
    lattice under a uniform cubic B-spline, evaluated tap by tap (no BLAS: same bits everywhere).
    """
    total = np.zeros(grid.shape, np.float32)
    weights = gain ** np.arange(octaves)
    for octave, weight in enumerate(weights):
        total += np.float32(weight) * _lattice(grid, rng, wavelength_m / 2 / 2**octave)
    # 0.479: standard deviation of a unit normal lattice under the 2-D cubic B-spline.
    scale = 0.479 * float(np.sqrt((weights**2).sum()))
    return total / np.float32(scale)


def _lattice(grid: Grid, rng: Generator, spacing_m: float) -> Array:
    row_knots, row_taps = _spline(grid.rows, grid.pixel_y / spacing_m)
    col_knots, col_taps = _spline(grid.cols, grid.pixel_x / spacing_m)
    # From the extent, not from the cells: coarse and fine grids of one town share their noise.
    shape = (
        int(np.ceil(grid.rows * grid.pixel_y / spacing_m)) + 4,
        int(np.ceil(grid.cols * grid.pixel_x / spacing_m)) + 4,
    )
    knots = rng.standard_normal(shape, dtype=np.float32)
    by_row = sum(row_taps[k][:, None] * knots[row_knots + k] for k in range(4))
    by_col: Array = np.zeros(grid.shape, np.float32)
    for k in range(4):
        by_col += col_taps[k] * np.asarray(by_row)[:, col_knots + k]
    return by_col


def _spline(count: int, step: float) -> tuple[np.ndarray, list[Array]]:
    position = (np.arange(count) + 0.5) * step
    knot = np.floor(position).astype(np.int64)
    t = (position - knot).astype(np.float32)
    taps = [
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    ]
    return knot, taps


def correlated(grid: Grid, rng: Generator, sd: float, range_m: float) -> Array:
    """Gaussian noise with the covariance ``sd**2 * exp(-3 h / range_m)``, float32.

    ``range_m`` is the practical range: at that distance h the correlation is 5 %. Made by filtering
    white noise in the frequency domain on a torus twice as wide, so that opposite edges stay
    independent (Dietrich & Newsam 1997, doi:10.1137/S1064827592240555).
    """
    rows, cols = 2 * grid.rows, 2 * grid.cols
    row_m = np.minimum(np.arange(rows), rows - np.arange(rows)) * grid.pixel_y
    col_m = np.minimum(np.arange(cols), cols - np.arange(cols)) * grid.pixel_x
    covariance = np.exp(-3 * np.hypot(row_m[:, None], col_m) / range_m)
    spectrum = np.maximum(fft.rfft2(covariance).real, 0)
    white = fft.rfft2(rng.standard_normal((rows, cols)))
    field = fft.irfft2(np.sqrt(spectrum) * white, s=(rows, cols))
    out: Array = (sd * field[: grid.rows, : grid.cols]).astype(np.float32)
    return out
