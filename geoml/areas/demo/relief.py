"""The lie of the land: hills, an incised valley with a flood plain, or a low coast with dunes."""

from __future__ import annotations

import numpy as np
import shapely
from scipy import ndimage
from shapely import LineString

from geoml.areas.demo import canvas
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Plan
from geoml.areas.demo.water import Water
from geoml.raster.grid import Grid
from geoml.types import Array

VALLEY_FALL = 0.0008
"""How steeply the river of the valley falls eastward (m/m)."""


def elevation(plan: Plan, grid: Grid, water: Water) -> Array:
    """Ground height in metres, float32, shape of ``grid``; water surfaces are flat across.

    Water runs downhill: the sea lies at 0, river and brooks fall from where they rise to where
    they end.
    """
    ground = _coast(plan, grid, water) if plan.setting == "coast" else _valley(plan, grid, water)
    rng = stream(plan.seed, "ground")
    beds = (line.buffer(1.5 * grid.pixel_x) for line in water.brook_lines)
    wet = canvas.mask(grid, water.main, *water.ponds, *beds)
    ground += 0.25 * fractal(grid, rng, 120, octaves=2) * ~wet
    return ground.astype(np.float32)


def _valley(plan: Plan, grid: Grid, water: Water) -> Array:
    """River level + flood plain + valley side + hills, the sides cut by the brooks.

    The level falls 0.8 m per km downstream (eastward). Within the flood plain (200 to 450 m from
    the river) the ground rises by 2 m; beyond, over a kilometre, to 45 m and more.
    """
    rng = stream(plan.seed, "relief")
    x, y = canvas.axes(grid)
    level = 112.0 - VALLEY_FALL * (x - grid.west)
    from_river = canvas.distance_m(grid, canvas.mask(grid, water.axis.buffer(grid.pixel_x)))
    plain = 300 + 110 * np.clip(fractal(grid, rng, 1800, 2), -1.2, 2)
    hills = fractal(grid, rng, 3000, 5, gain=0.48)
    rise = canvas.smoothstep(from_river - plain, 0, 1100)
    # The north side is the steep one, as on a river that presses against its northern bluff.
    north = canvas.smoothstep(y - plan.centre[1], -600, 600)
    sides = rise * (38 + 16 * north + 17 * hills + 8 * fractal(grid, rng, 900, 3))
    for line in water.brook_lines:
        gap = canvas.distance_m(grid, canvas.mask(grid, line.buffer(grid.pixel_x)))
        sides *= 0.42 + 0.58 * canvas.smoothstep(gap, 0, 480)
    bank = 0.6 + 2.0 * canvas.smoothstep(from_river, 20, 300)
    ground = level + bank + np.maximum(sides, 0)
    for line in water.brook_lines:
        ground = _cut_down(ground, grid, line)
    wet = canvas.mask(grid, water.main, *water.ponds)
    return np.where(wet, level, ground).astype(np.float32)


def _cut_down(ground: Array, grid: Grid, line: LineString) -> Array:
    """``ground`` with the valley of a brook, from its spring (the start of ``line``), cut downhill.

    The bed follows a graded profile, steep at the spring and gentle at the mouth, or the ground
    where that is lower, and never rises. What is cut away at the bed fades to 0 at 480 m.
    """
    bed = canvas.mask(grid, line.buffer(0.75 * grid.pixel_x))
    row, col = np.nonzero(bed)
    x, y = canvas.axes(grid)
    way = np.asarray(shapely.line_locate_point(line, shapely.points(x[col], y[row, 0])))
    order = np.argsort(way)
    before = ground[row, col][order]
    left = 1 - way[order] / line.length
    graded = before[-1] + (before[0] - before[-1]) * left**1.6
    profile = np.minimum.accumulate(np.minimum(before, graded))
    cut = np.zeros(grid.shape, np.float32)
    cut[row[order], col[order]] = before - profile
    gap, nearest = ndimage.distance_transform_edt(~bed, return_indices=True)
    beside = ndimage.gaussian_filter(cut[tuple(nearest)], 4)
    near = 1 - canvas.smoothstep(gap * grid.pixel_x, 0, 480)
    out: Array = ground - near * np.where(bed, cut, beside)
    return out


def _coast(plan: Plan, grid: Grid, water: Water) -> Array:
    """A plain that climbs slowly from the beach, a dune ridge, marsh near sea level."""
    rng = stream(plan.seed, "relief")
    sea = canvas.mask(grid, water.main)
    from_sea = canvas.distance_m(grid, sea)
    climb = 3.0 + 24 * (1 - np.exp(-from_sea / 2600))
    hills = 7 * canvas.smoothstep(from_sea, 500, 2200) * fractal(grid, rng, 2200, 4)
    ridge = np.exp(-(((from_sea - 110) / 60) ** 2)) * (4 + 2 * fractal(grid, rng, 240, 2))
    wild = canvas.smoothstep(_from_centre(plan, grid), plan.core_m, plan.core_m + 500)
    marsh = np.ones(grid.shape, np.float32)
    for pond in water.ponds[:3]:
        gap = canvas.distance_m(grid, canvas.mask(grid, pond))
        marsh *= 0.12 + 0.88 * canvas.smoothstep(gap, 120, 700)
    ground = np.maximum(climb + hills, 1.5) * marsh + ridge * wild + 1.0
    ground[canvas.mask(grid, *water.ponds)] = 1.0
    return np.where(sea, 0.0, ground).astype(np.float32)


def _from_centre(plan: Plan, grid: Grid) -> Array:
    x, y = canvas.axes(grid)
    away: Array = np.hypot(x - plan.centre[0], y - plan.centre[1])
    return away


def steepness(elevation_m: Array, grid: Grid) -> Array:
    """Slope as rise over run, float32."""
    d_row, d_col = np.gradient(elevation_m, grid.pixel_y, grid.pixel_x)
    out: Array = np.hypot(d_row, d_col).astype(np.float32)
    return out


def lit(elevation_m: Array, grid: Grid, sun_elevation_deg: float, sun_azimuth_deg: float) -> Array:
    """Cosine of the angle between the ground's normal and the sun, 0 where turned away.

    Azimuth is clockwise from north. Flat ground gives the sine of the sun's elevation.
    """
    d_row, d_col = np.gradient(elevation_m, grid.pixel_y, grid.pixel_x)
    up, azimuth = np.deg2rad(sun_elevation_deg), np.deg2rad(sun_azimuth_deg)
    east, north = np.cos(up) * np.sin(azimuth), np.cos(up) * np.cos(azimuth)
    # Rows run south, so the normal of z(x, y) is (-dz/dx, +dz/drow, 1).
    facing = -d_col * east + d_row * north + np.sin(up)
    out: Array = np.maximum(facing / np.sqrt(1 + d_row**2 + d_col**2), 0).astype(np.float32)
    return out
