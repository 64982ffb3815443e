"""Who stands in the sun: the horizon around a place on a surface model, and what it takes away."""

from __future__ import annotations

import numpy as np

from geoml.features.solar.days import Days
from geoml.types import Array

SECTORS = 36
STEP_GROWTH = 0.08
"""Steps grow with distance: what is far must be wide to take much sky."""


def horizon(
    heights: Array,
    cell: tuple[float, float],
    places: tuple[Array, Array, Array],
    *,
    reach_m: float,
    north_deg: float = 0.0,
    noise_m: float = 0.2,
) -> Array:
    """Elevation of the horizon in degrees, [0, 90), in 36 directions from n places: (n, 36).

    ``heights`` in metres (rows, cols), row 0 in the north, NaN unknown (it hides nothing); ``cell``
    is its (x, y) size in metres; ``places`` are rows, columns (of cells, fractions allowed) and
    heights of the eyes. Direction k is 10 k degrees from true north, clockwise, when ``north_deg``
    is the bearing of the grid's north. What rises less than ``noise_m`` above an eye is not seen.
    Looked for from one and a half cells to ``reach_m``; what lies outside the raster hides nothing.
    """
    row, col, eye = (np.asarray(part, np.float64) for part in places)
    bearing = np.radians(np.arange(SECTORS) * 360.0 / SECTORS - north_deg)
    away = _steps(max(cell), reach_m)
    down = -np.cos(bearing)[:, None] * away / cell[1]
    right = np.sin(bearing)[:, None] * away / cell[0]
    best = np.zeros((row.size, SECTORS))
    for number in range(row.size):  # one place at a time: (36, steps) stays in the cache
        r = np.rint(row[number] + down).astype(np.int64)
        c = np.rint(col[number] + right).astype(np.int64)
        seen = (r >= 0) & (r < heights.shape[0]) & (c >= 0) & (c < heights.shape[1])
        z = np.where(seen, heights[r * seen, c * seen], np.nan)
        rise = np.where(np.isnan(z), 0.0, (z - eye[number] - noise_m) / away)
        best[number] = rise.max(axis=1)
    angle: Array = np.degrees(np.arctan(np.maximum(best, 0.0)))
    return angle


def lost(day: Days, tilt: float, compass: float, horizon_deg: Array) -> Array:
    """Share of each month's sun that a horizon takes from a plane, (12,), in [0, 1].

    Mean over the n places of ``horizon_deg`` (n, 36). The beam and the bright sky around the sun
    are lost while the sun is behind the horizon; of the rest of the sky, the share that is hidden,
    weighted as the plane sees it: the integral of cos(incidence) cos(e) de over elevations e from
    the horizon to the zenith, over every direction, divided by the same above the plane itself.
    The light from the ground is left as it is, and a plane that gets nothing loses nothing.
    """
    slope, facing = np.radians(tilt), np.radians(compass)
    zenith, azimuth = np.radians(day.zenith), np.radians(day.azimuth)
    cosine = np.maximum(
        np.cos(slope) * np.cos(zenith) + np.sin(slope) * np.sin(zenith) * np.cos(azimuth - facing),
        0.0,
    )
    lit = zenith < np.pi / 2
    bright = np.minimum(day.direct / day.outside, 1.0)  # Hay and Davies: the sky near the sun
    near_sun = np.where(lit, bright * day.diffuse / np.maximum(np.cos(zenith), 0.01745), 0.0)
    aimed = (day.direct * lit + near_sun) * cosine
    even = (1 - bright) * day.diffuse * lit * (1 + np.cos(slope)) / 2
    hidden = _hidden(day, horizon_deg) * lit
    view = _sky_view(slope, facing, horizon_deg)
    ground = day.level * 0.2 * (1 - np.cos(slope)) / 2
    whole = (aimed + even + ground).sum(axis=1)
    gone = (aimed * hidden).sum(axis=1) + even.sum(axis=1) * (1 - view)
    share: Array = np.divide(gone, whole, out=np.zeros(12), where=whole > 0)
    return share


def _steps(cell: float, reach_m: float) -> Array:
    away = [1.5 * cell]
    while away[-1] < reach_m:
        away.append(away[-1] + max(cell, STEP_GROWTH * away[-1]))
    return np.asarray(away[:-1] or away, np.float64)


def _hidden(day: Days, horizon_deg: Array) -> Array:
    """Share of the places from which the sun is behind the horizon, (12, steps)."""
    at = day.azimuth / (360.0 / SECTORS)
    low = np.floor(at).astype(np.int64) % SECTORS
    part = at - np.floor(at)
    edge = horizon_deg[:, low] * (1 - part) + horizon_deg[:, (low + 1) % SECTORS] * part
    share: Array = (edge > 90.0 - day.zenith).mean(axis=0)
    return share


def _sky_view(slope: float, facing: float, horizon_deg: Array) -> float:
    turn = np.arange(SECTORS) * 2 * np.pi / SECTORS - facing
    own = np.maximum(np.arctan2(-np.sin(slope) * np.cos(turn), np.cos(slope)), 0.0)

    def above(edge: Array) -> Array:
        """Integral from ``edge`` to the zenith."""
        level = np.cos(slope) * np.cos(edge) ** 2 / 2
        lean = np.sin(slope) * np.cos(turn)
        rest: Array = level + lean * ((np.pi / 2 - edge) / 2 - np.sin(2 * edge) / 4)
        return rest

    open_sky = above(own).sum()
    seen = above(np.maximum(np.radians(horizon_deg), own)).sum(axis=1).mean()
    return float(np.clip(seen / open_sky, 0.0, 1.0)) if open_sky > 0 else 1.0
