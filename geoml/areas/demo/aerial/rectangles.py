"""A footprint of right angles as the rectangles that it is made of."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from geoml.areas.demo.aerial.sketch import Frame
from geoml.types import Array

APART_M = 0.12
"""Edges nearer than this are one: corners are rounded to the centimetre, then turned."""

Part = tuple[Frame, tuple[float, float]]


def rectangles(shape: Polygon) -> list[Part]:
    """The largest rectangles inside a footprint, largest first, u along their longer side.

    They overlap where wings meet and cover the footprint whole; none where it has other angles.
    """
    corners = np.asarray(shape.exterior.coords)[:, :2]
    edges = np.diff(corners, axis=0)
    longest = edges[np.hypot(edges[:, 0], edges[:, 1]).argmax()]
    turn = float(np.arctan2(longest[1], longest[0]))
    frame = Frame((float(corners[0, 0]), float(corners[0, 1])), turn)
    level = shapely.transform(shape, lambda points: _local(points, frame))
    boxes = _largest(level)
    whole = shapely.union_all([shapely.box(*box) for box in boxes])
    if whole.symmetric_difference(level).area > 0.03 * level.area:
        return []
    return [_part(frame, box) for box in boxes]


def _local(points: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
    x, y = (points - np.array(frame.at)).T
    cos, sin = np.cos(frame.turn), np.sin(frame.turn)
    return np.column_stack([cos * x + sin * y, cos * y - sin * x])


def _largest(level: Polygon) -> list[tuple[float, float, float, float]]:
    """Boxes between the edges of a level footprint that lie inside and inside no other box."""
    corners = shapely.get_coordinates(level)
    u, v = _lines(corners[:, 0]), _lines(corners[:, 1])
    inside = level.buffer(APART_M)
    found = [
        (u0, v0, u1, v1)
        for u0, u1 in combinations(u, 2)
        for v0, v1 in combinations(v, 2)
        if inside.covers(shapely.box(u0, v0, u1, v1))
    ]
    found.sort(key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
    return [box for n, box in enumerate(found) if not any(_within(box, b) for b in found[:n])]


def _within(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    low = other[0] <= box[0] and other[1] <= box[1]
    return low and other[2] >= box[2] and other[3] >= box[3]


def _lines(values: Array) -> list[float]:
    """Distinct coordinates, those of one edge merged into their mean."""
    ordered = np.sort(values)
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > APART_M) + 1)
    return [float(group.mean()) for group in groups]


def _part(frame: Frame, box: tuple[float, float, float, float]) -> Part:
    u, v = box[2] - box[0], box[3] - box[1]
    middle = frame.inner((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return (middle, (u, v)) if u >= v else (middle.inner(0, 0, np.pi / 2), (v, u))
