"""The farmed countryside: parcels cut from larger holdings, each with a crop and rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geoml.areas.demo import canvas
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Plan
from geoml.raster.grid import Grid
from geoml.types import Array, Mask

Integers = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Parcels:
    """Parcel number per cell, whether a cell lies on a parcel's edge, and the rows of the crop.

    ``rows_m`` is the distance across the direction of work: tramlines are stripes of it.
    """

    number: Integers
    edge: Mask
    rows_m: Array

    def chance(self, salt: int) -> Array:
        """A number in [0, 1) for every cell, the same all over a parcel; float32."""
        return _chance(self.number, salt)


def parcels(plan: Plan, grid: Grid) -> Parcels:
    """Holdings of about 700 m, each cut into oblong fields in a direction of its own."""
    rng = stream(plan.seed, "parcels")
    x, y = canvas.axes(grid)
    warp = [60 * fractal(grid, rng, 2400, 1) + 6 * fractal(grid, rng, 300, 1) for _ in range(2)]
    east = (x - grid.west).astype(np.float32) + warp[0]
    north = (grid.north - y).astype(np.float32) + warp[1]
    seeds = _jittered(plan, 640.0, rng)
    holding = _nearest(seeds, east, north)
    turn = rng.uniform(0, np.pi, len(seeds)).astype(np.float32)[holding]
    long, wide = (
        rng.uniform(low, high, len(seeds)).astype(np.float32)[holding]
        for low, high in ((210, 420), (70, 190))
    )
    along = east * np.cos(turn) + north * np.sin(turn)
    across = north * np.cos(turn) - east * np.sin(turn)
    strip = np.floor(across / wide).astype(np.int32)
    # Each strip starts somewhere else, so that the short edges do not line up.
    offset = _chance(_mixed(holding, strip), 1)
    field = np.floor(along / long + offset).astype(np.int32)
    number = _mixed(holding, strip, field)
    edge = np.zeros(grid.shape, bool)
    edge[1:] |= number[1:] != number[:-1]
    edge[:, 1:] |= number[:, 1:] != number[:, :-1]
    return Parcels(number, edge, across.astype(np.float32))


def _jittered(plan: Plan, spacing_m: float, rng: np.random.Generator) -> Array:
    x = np.arange(-spacing_m, plan.width_m + spacing_m, spacing_m)
    y = np.arange(-spacing_m, plan.height_m + spacing_m, spacing_m)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    out: Array = points + rng.uniform(0, 0.85 * spacing_m, points.shape)
    return out


def _nearest(seeds: Array, east: Array, north: Array) -> NDArray[np.int32]:
    """Index of the nearest seed per cell, looked up on every second cell: edges are hedges."""
    points = np.column_stack([east[::2, ::2].ravel(), north[::2, ::2].ravel()])
    index = KDTree(seeds).query(points)[1].astype(np.int32)
    shape = east[::2, ::2].shape
    out = canvas.repeat(index.reshape(shape), 2)[: east.shape[0], : east.shape[1]]
    return np.asarray(out, np.int32)


def hashed(first: Array, second: Array) -> Array:
    """A number in [0, 1) for every pair of whole numbers, float32; the same pair, the same one."""
    return _chance(_mixed(first.astype(np.int32), second.astype(np.int32)), 5)


def _mixed(*parts: NDArray[np.int32]) -> Integers:
    """A hash of some whole numbers per cell (multiply and xor-shift, as in MurmurHash3)."""
    value = np.zeros(parts[0].shape, np.uint32)
    for part in parts:
        value = (value ^ part.astype(np.uint32)) * np.uint32(0x85EBCA6B)
        value ^= value >> np.uint32(13)
        value *= np.uint32(0xC2B2AE35)
        value ^= value >> np.uint32(16)
    return value


def _chance(number: Integers, salt: int) -> Array:
    mixed = _mixed(number.view(np.int32), np.full((1, 1), salt, np.int32))
    out: Array = (mixed >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)
    return out
