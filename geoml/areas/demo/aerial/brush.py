"""The compiled part of the painter: pieces and crowns into height and paint, cell by cell."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoml.types import Array, Mask

Index = NDArray[np.int32]


@njit(cache=True)
def _crossings(points: Array, start: int, count: int, y: float, out: Array) -> int:
    """Where an outline crosses a line of constant y, sorted, into ``out``; how often."""
    found = 0
    for k in range(count):
        x0, y0 = points[start + k]
        x1, y1 = points[start + (k + 1) % count]
        if (y0 <= y) != (y1 <= y) and found < out.size:
            x = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            at = found
            while at > 0 and out[at - 1] > x:
                out[at] = out[at - 1]
                at -= 1
            out[at] = x
            found += 1
    return found


@njit(cache=True)
def lay(
    points: Array,
    pieces: Array,
    view: tuple[float, float, float],
    height: Array,
    piece: Index,
    roof: Mask,
) -> None:
    """Paint pieces into ``height`` (m), ``piece`` (their row) and ``roof``, in place.

    ``view`` is west, north and the cell size in metres. A piece shows where it is not below what
    is there already, or everywhere if it lies over it.
    """
    west, north, cell = view
    rows, cols = height.shape
    line = np.empty(64)
    for k in range(pieces.shape[0]):
        start, count = int(pieces[k, 0]), int(pieces[k, 1])
        top, bottom = -1e30, 1e30
        for p in range(start, start + count):
            top, bottom = max(top, points[p, 1]), min(bottom, points[p, 1])
        first = max(int(np.ceil((north - top) / cell - 0.5)), 0)
        last = min(int(np.floor((north - bottom) / cell - 0.5)) + 1, rows)
        for r in range(first, last):
            y = north - (r + 0.5) * cell
            found = _crossings(points, start, count, y, line)
            for pair in range(0, found - 1, 2):
                left = max(int(np.ceil((line[pair] - west) / cell - 0.5)), 0)
                right = min(int(np.ceil((line[pair + 1] - west) / cell - 0.5)), cols)
                z = pieces[k, 2] + pieces[k, 4] * (y - pieces[k, 9])
                for c in range(left, right):
                    here = z + pieces[k, 3] * (west + (c + 0.5) * cell - pieces[k, 8])
                    if here >= height[r, c] or pieces[k, 11] > 0:
                        height[r, c] = here
                        piece[r, c] = k
                        roof[r, c] = pieces[k, 10] == 1.0


@njit(cache=True)
def plant(
    crowns: Array, view: tuple[float, float, float], noise: Array, height: Array, crown: Index
) -> None:
    """Grow crowns into ``height`` and ``crown`` (row + 1), in place: ragged, clumpy domes."""
    west, north, cell = view
    rows, cols = height.shape
    size = noise.shape[1]
    for k in range(crowns.shape[0]):
        x, y, radius, foot, top, _, turn = crowns[k]
        reach = 1.3 * radius
        first, last = (
            max(int((north - y - reach) / cell), 0),
            min(int((north - y + reach) / cell) + 2, rows),
        )
        left, right = (
            max(int((x - reach - west) / cell), 0),
            min(int((x + reach - west) / cell) + 2, cols),
        )
        shift = int(abs(turn) * 1000)
        for r in range(first, last):
            for c in range(left, right):
                dx, dy = west + (c + 0.5) * cell - x, north - (r + 0.5) * cell - y
                # Clumps are a seventh of the crown wide: the tile has 8 cells to the wave.
                at_r = int((dy + 4 * radius) / radius * 28 + shift) % size
                at_c = int((dx + 4 * radius) / radius * 28 + shift // 7) % size
                bump = noise[1, at_r, at_c]
                away = np.sqrt(dx * dx + dy * dy) / radius * (1 + 0.16 * bump)
                if away < 1.0:
                    z = foot + (top - foot) * np.sqrt(1 - away * away) + 0.09 * radius * bump
                    if z > height[r, c]:
                        height[r, c] = z
                        crown[r, c] = k + 1


@njit(cache=True)
def shade(height: Array, cell: float, azimuth: float, elevation: float, lit: Array) -> None:
    """Share of sunlight 0..1 that reaches each cell past what stands sunward, into ``lit``.

    Rows are swept away from the sun; the edge of the shadow is carried along by interpolation,
    which softens it a little, as the sun's disc does. Angles in radians, azimuth from north.
    """
    east, north = np.sin(azimuth), np.cos(azimuth)
    by_row = abs(north) >= abs(east)
    rows, cols = height.shape
    lines, along = (rows, cols) if by_row else (cols, rows)
    lead, side = (-north, east) if by_row else (east, -north)
    fall = np.tan(elevation) * cell / abs(lead)
    # Towards the sun: one line back is ``shift`` cells aside.
    shift = side / abs(lead)
    before = np.full(along, -1e3)
    here = np.empty(along)
    for n in range(lines):
        line = lines - 1 - n if lead > 0 else n
        for a in range(along):
            at = a + shift
            low = int(np.floor(at))
            part = at - low
            first = before[min(max(low, 0), along - 1)]
            second = before[min(max(low + 1, 0), along - 1)]
            shadow = first * (1 - part) + second * part - fall
            z = height[line, a] if by_row else height[a, line]
            # A shadow's edge blurs over a tenth of a metre of height.
            light = 1 - min(max((shadow - z) / 0.1, 0.0), 1.0)
            if by_row:
                lit[line, a] = light
            else:
                lit[a, line] = light
            here[a] = max(z, shadow)
        before[:] = here
