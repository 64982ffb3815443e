"""From the stairs of the pixels to a smooth line of many points."""

from __future__ import annotations

import numpy as np

from geoml.types import Array
from geoml.vector.outlines.rings import Shapes, redrawn


def dense(ring: Array) -> Array:
    """The middle of every side of a pixel along a ring, (n, 2); corners on whole pixels in.

    A slanted edge that was a staircase becomes a line that halves it; a square corner loses an
    eighth of a pixel. The first point lies farthest from the middle: a corner, where there is one.
    """
    ahead = np.roll(ring, -1, axis=0) - ring
    lengths = np.rint(np.abs(ahead).sum(axis=1)).astype(np.int64)
    step = np.repeat(ahead / lengths[:, None], lengths, axis=0)
    number = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    points = np.repeat(ring, lengths, axis=0) + step * (number + 0.5)[:, None]
    far = int(np.argmax(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
    found: Array = np.roll(points, -far, axis=0)
    return found


def smoothed(polygons: Shapes, pixel_m: tuple[float, float]) -> Shapes:
    """Smooth outlines in metres, x right and y up, from outlines in pixels, y down."""
    scale = np.array([pixel_m[0], -pixel_m[1]])
    out = [redrawn(polygon, lambda ring: dense(ring) * scale) for polygon in polygons]
    return np.array(out, dtype=object)
