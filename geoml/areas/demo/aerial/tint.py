"""The compiled part of the painter: the colour of every cell, and the view from aside."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoml.types import Array, Mask

Index = NDArray[np.int32]
WAVE = 8.0
"""Cells of the noise tile to one length of a pattern."""
BLOCK = 8
"""Cells of a block of the ceiling."""


@njit(cache=True, error_model="numpy")
def _noise(tile: Array, u: float, v: float) -> float:
    """The tile at a place in cells, bilinear, repeated without a seam."""
    last = tile.shape[0] - 1  # the side is a power of two
    low_u, low_v = int(np.floor(u)), int(np.floor(v))
    a, b = u - low_u, v - low_v
    r0, c0 = low_v & last, low_u & last
    r1, c1 = (r0 + 1) & last, (c0 + 1) & last
    top = tile[r0, c0] * (1 - a) + tile[r0, c1] * a
    bottom = tile[r1, c0] * (1 - a) + tile[r1, c1] * a
    return float(top * (1 - b) + bottom * b)


@njit(cache=True)
def _seen(period: float, cell: float) -> float:
    """How much of a pattern a camera of this cell size still resolves, 0..1."""
    return min(max((period / cell - 1.6) / 1.6, 0.0), 1.0)


@njit(cache=True)
def _hash(a: int, b: int, k: int) -> float:
    """A number -1..1 that belongs to a panel."""
    h = (a * 73856093) ^ (b * 19349663) ^ (k * 83492791)
    return ((h * 2654435761) & 65535) / 32768.0 - 1.0


@njit(cache=True)
def _part(x: float) -> float:
    """What follows the point, 0..1."""
    return float(x - np.floor(x))


@njit(cache=True, error_model="numpy")
def _pattern(paint: Array, u: float, v: float, k: int, cell: float) -> float:
    """Waves, courses and panels: a factor on the brightness."""
    tone = 1.0
    if paint[13] > 0:
        wave = abs(_part(u / paint[14]) - 0.5)
        tone += paint[13] * _seen(paint[14], cell) * (4 * wave - 1)
    if paint[15] > 0:
        tone += paint[15] * _seen(paint[16], cell) * (0.5 - _part(v / paint[16]))
    if paint[17] > 0 or paint[20] > 0:
        a, b = u / paint[18], v / paint[19]
        tone += paint[17] * _hash(int(np.floor(a)), int(np.floor(b)), k)
        near_u = (0.5 - abs(_part(a) - 0.5)) * paint[18]
        near_v = (0.5 - abs(_part(b) - 0.5)) * paint[19]
        if min(near_u, near_v) < max(0.04, 0.5 * cell):
            tone -= paint[20] * min(0.08 / cell, 1.0)
    return tone


@njit(cache=True, error_model="numpy")
def _albedo(
    paint: Array, noise: Array, u: float, v: float, k: int, cell: float, out: Array
) -> None:
    """Reflectance of a paint at a local place, red, green, blue, into ``out``."""
    last = noise.shape[1] - 1
    shift = 37.0 * k
    part = 0.0
    if paint[6] > -2.9:
        step = WAVE / paint[7]
        part = (_noise(noise[0], u * step + shift, v * step - shift) + paint[6]) / paint[8]
        part = min(max(part + 0.5, 0.0), 1.0)
    step = WAVE / 2.5 / paint[10]
    fine = noise[2, int(np.floor(v * step + shift)) & last, int(np.floor(u * step - shift)) & last]
    tone = 1 + paint[9] * max(_seen(paint[10] * 2, cell), 0.3) * fine
    if paint[11] > 0.03:
        step = WAVE / paint[12]
        tone += paint[11] * _noise(noise[0], u * step + 2 * shift, v * step)
    tone = max(tone * _pattern(paint, u, v, k, cell), 0.05)
    for band in range(3):
        out[band] = (paint[band] * (1 - part) + paint[3 + band] * part) * tone


@njit(cache=True)
def _slope_light(gx: float, gy: float, sun: Array) -> float:
    """Direct light on a plane rising by ``gx`` to the east and ``gy`` to the north; 1 if level."""
    facing = (sun[2] - gx * sun[0] - gy * sun[1]) / np.sqrt(1 + gx * gx + gy * gy)
    return float(max(facing, 0.0) / sun[2])


@njit(cache=True, error_model="numpy")
def colour(
    pieces: Array,
    crowns: Array,
    paints: Array,
    noise: Array,
    view: tuple[float, float, float],
    layers: tuple[Array, Index, Index, Array, Array],
    sun: Array,
    edge: int,
    out: Array,
) -> None:
    """Radiance of every cell seen from above into ``out``, shape (rows, cols, 3).

    The outermost ``edge`` cells are left as they are.

    ``layers`` are height, piece, crown, lit and open sky; ``sun`` is the unit vector to it (east,
    north, up), the share of sky light, and how strongly shiny metal mirrors the sky.
    """
    height, piece, crown, lit, sky = layers
    west, north, cell = view
    rows, cols = height.shape
    for r in range(edge, rows - edge):
        for c in range(edge, cols - edge):
            x, y = west + (c + 0.5) * cell, north - (r + 0.5) * cell
            k = piece[r, c]
            row = pieces[k]
            tree = crown[r, c]
            which = int(crowns[tree - 1, 5]) if tree > 0 else int(row[5])
            paint = paints[which]
            dx, dy = x - row[8], y - row[9]
            u, v = row[6] * dx + row[7] * dy, -row[7] * dx + row[6] * dy
            if tree > 0:
                u, v, k = x, y, tree
            _albedo(paint, noise, u, v, k, cell, out[r, c])
            gx, gy = row[3], row[4]
            if paint[22] > 0:
                c0, c1 = max(c - 1, 0), min(c + 1, cols - 1)
                r0, r1 = max(r - 1, 0), min(r + 1, rows - 1)
                gx = paint[22] * (height[r, c1] - height[r, c0]) / (2 * cell)
                gy = paint[22] * (height[r0, c] - height[r1, c]) / (2 * cell)
                gx, gy = min(max(gx, -1.6), 1.6), min(max(gy, -1.6), 1.6)
            direct = _slope_light(gx, gy, sun)
            light = sun[3] * sky[r, c] + (1 - sun[3]) * direct * lit[r, c]
            light += paint[21] * sun[4] * (0.25 * sky[r, c] + max(direct - 1.0, 0.0) * lit[r, c])
            # The blue of the sky is what lights a shadow.
            blue = (1 - lit[r, c]) * 0.12
            out[r, c, 0] *= light * (1 - blue)
            out[r, c, 1] *= light
            out[r, c, 2] *= light * (1 + blue)


@njit(cache=True, error_model="numpy")
def aslant(
    height: Array,
    piece: Index,
    pieces: Array,
    paints: Array,
    lean: tuple[float, float, float],
    cell: float,
    ceiling: Array,
    edge: int,
    radiance: Array,
    roof: Mask,
    seen: Array,
    seen_roof: Mask,
    seen_height: Array,
) -> None:
    """What a camera sees that looks a little from aside: tall things lean, walls show.

    ``piece`` is -1 under leaves; ``cell`` is in metres. ``lean`` is how far the picture of a point
    moves right and down, in cells per metre of height, and the light on walls, 0..1. ``ceiling`` is
    the greatest height around, by blocks of ``BLOCK`` cells; the outermost ``edge`` cells are left
    as they are. A roof is where its top is seen: its walls are not roof.
    """
    rows, cols = height.shape
    right, down, wall = lean
    reach = np.hypot(right, down)
    step = 1.0 / max(reach, 1e-6)
    for r in range(edge, rows - edge):
        for c in range(edge, cols - edge):
            count = int(ceiling[r // BLOCK, c // BLOCK] * reach) + 1
            for n in range(count, -1, -1):
                z = n * step
                r0 = min(max(int(r - down * z + 0.5), 0), rows - 1)
                c0 = min(max(int(c - right * z + 0.5), 0), cols - 1)
                if height[r0, c0] >= z - 0.5 * step or n == 0:
                    # A slope may rise by 3 cells in 2 without being a wall.
                    side = height[r0, c0] - z > 0.75 * step + 1.5 * cell and n > 0
                    if side and piece[r0, c0] < 0:  # leaves below the top ones, in their shade
                        r1 = min(max(r0 + (31 * r + 17 * c) % 9 - 4, 0), rows - 1)
                        c1 = min(max(c0 + (13 * r + 29 * c) % 9 - 4, 0), cols - 1)
                        if piece[r1, c1] >= 0:
                            r1, c1 = r0, c0
                        for band in range(3):
                            seen[r, c, band] = 0.7 * radiance[r1, c1, band]
                        seen_roof[r, c] = roof[r0, c0]
                    elif side and n < count:
                        row = pieces[piece[r0, c0]]
                        storey = z % 3.0
                        dark = 0.55 if 0.9 < storey < 2.2 and ((r + c) // 5) % 2 == 0 else 1.0
                        for band in range(3):
                            seen[r, c, band] = paints[int(row[12]), band] * wall * dark
                        seen_roof[r, c] = False
                    else:
                        seen[r, c] = radiance[r0, c0]
                        seen_roof[r, c] = roof[r0, c0]
                    seen_height[r, c] = z if side else height[r0, c0]
                    break
