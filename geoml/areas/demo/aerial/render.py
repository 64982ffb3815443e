"""From a sketch to a photograph: heights, shadows, colours, the view, the film."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from geoml.areas.demo.aerial.camera import Light
from geoml.areas.demo.aerial.sketch import Sketch
from geoml.types import Array, Mask

Index = NDArray[np.int32]
TILE = 512
BLOCK = 8
"""Cells of a block of the ceiling, as in ``tint``."""


@dataclass(frozen=True, slots=True)
class View:
    """A window on a sketch: its north-west corner and cell in metres, its size in cells."""

    west: float
    north: float
    cell_m: float
    rows: int
    cols: int

    @property
    def corner(self) -> tuple[float, float, float]:
        """West, north and the cell size, as the painter takes them."""
        return self.west, self.north, self.cell_m


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is seen: radiance (rows, cols, 3), whether it is a roof, and its height in metres.

    ``piece`` is the number of the piece straight below the camera, -1 under leaves.
    """

    radiance: Array
    roof: Mask
    height_m: Array
    piece: Index


@lru_cache(maxsize=1)
def noise() -> Array:
    """Three tiles of seamless noise, float32, deviation 1: clouds, clumps of 8 cells, grain."""
    rng = np.random.default_rng(20_250_712)
    wave = fft.fftfreq(TILE)[:, None] ** 2 + fft.rfftfreq(TILE) ** 2
    wave[0, 0] = np.inf
    shapes = (
        1 / (wave + (1 / 64) ** 2) ** 0.65,
        np.exp(-wave / (2 * 0.055**2)),
        np.exp(-wave / (2 * 0.22**2)),
    )
    tiles = []
    for shape in shapes:
        white = fft.rfft2(rng.standard_normal((TILE, TILE)))
        tile = fft.irfft2(white * np.where(np.isinf(wave), 0, shape), s=(TILE, TILE))
        tiles.append(tile / tile.std())
    return np.stack(tiles).astype(np.float32)


def render(
    sketch: Sketch,
    view: View,
    sun: Light,
    lean: tuple[float, float] = (0.0, 0.0),
    edge: int = 0,
    ground: Index | None = None,
) -> Rendered:
    """Paint a sketch as a camera straight above would see it, or one a little aside.

    ``lean`` is how far tall things lean east and south, metres per metre of height. The
    outermost ``edge`` cells are only there to cast shadows: they may stay black. ``ground`` numbers
    the piece of each cell on which everything is laid.
    """
    from geoml.areas.demo.aerial import brush, tint

    points, pieces, crowns, paints = sketch.tables()
    shape, tile = (view.rows, view.cols), noise()
    height, roof = np.full(shape, -1.0), np.zeros(shape, bool)
    piece, crown = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    if ground is not None:
        piece[:], height[:] = ground, 0.0
    brush.lay(points, pieces, view.corner, height, piece, roof)
    brush.plant(crowns, view.corner, tile, height, crown)
    below = np.where(crown > 0, np.int32(-1), piece)
    lit, vector = np.ones(shape), sun.vector()
    azimuth, elevation = np.deg2rad(sun.azimuth_deg), np.deg2rad(sun.elevation_deg)
    brush.shade(height, view.cell_m, float(azimuth), float(elevation), lit)
    radiance = np.zeros((*shape, 3), np.float32)
    layers = (height, piece, crown, lit, _sky(height, view.cell_m))
    right, down = lean[0] / view.cell_m, lean[1] / view.cell_m
    reach = int(np.hypot(right, down) * height.max()) + 1
    seen_from = max(edge - reach - 1, 0)
    tint.colour(pieces, crowns, paints, tile, view.corner, layers, vector, seen_from, radiance)
    if reach < 2:
        return Rendered(radiance, roof, height, below)
    seen, seen_roof, seen_height = np.zeros_like(radiance), roof.copy(), height.copy()
    # A wall is seen on the side away from the lean; the sun lights it if it stands there.
    facing = -(lean[0] * vector[0] - lean[1] * vector[1]) / max(np.hypot(*lean), 1e-9)
    wall = 0.55 * sun.sky + (1 - sun.sky) * max(facing, 0.0) / max(vector[2], 0.3)
    aside, ceiling = (right, down, float(wall)), _ceiling(height, reach)
    tint.aslant(
        *(height, below, pieces, paints, aside, view.cell_m, ceiling, edge, radiance, roof),
        *(seen, seen_roof, seen_height),
    )
    return Rendered(seen, seen_roof, seen_height, below)


def _ceiling(height: Array, reach: int) -> Array:
    """The greatest height within ``reach`` cells, by blocks."""
    rows, cols = (-(-side // BLOCK) for side in height.shape)
    whole = np.pad(
        height,
        ((0, rows * BLOCK - height.shape[0]), (0, cols * BLOCK - height.shape[1])),
        mode="edge",
    )
    blocks = whole.reshape(rows, BLOCK, cols, BLOCK).max(axis=(1, 3))
    around: Array = ndimage.maximum_filter(blocks, 2 * (reach // BLOCK + 1) + 1, mode="nearest")
    return around


def _sky(height: Array, cell_m: float) -> Array:
    """How much open sky each cell sees, 0.35..1: alleys and courtyards are dim."""
    step = max(round(0.5 / cell_m), 1)
    small = height[::step, ::step]
    around = ndimage.uniform_filter(small, max(round(5.0 / (cell_m * step)), 3), mode="nearest")
    wide = np.repeat(np.repeat(around, step, axis=0), step, axis=1)
    wide = wide[: height.shape[0], : height.shape[1]]
    sky: Array = 1 / (1 + 0.16 * np.maximum(wide - height, 0))
    return np.maximum(sky, 0.35)


def mean(values: NDArray[Any], factor: int) -> Array:
    """Mean of blocks of cells, float32."""
    total = np.zeros((values.shape[0] // factor, *values.shape[1:]), np.float32)
    for row in range(factor):
        total += values[row::factor]
    across = sum(total[:, col::factor] for col in range(factor))
    out: Array = np.asarray(across) / np.float32(factor * factor)
    return out
