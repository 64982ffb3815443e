"""Polygons as flat arrays of rings: what is done to every corner of every polygon at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.types import Array

Shapes: TypeAlias = NDArray[Any]
"""Polygons, one an element."""


def straightened(polygons: Shapes) -> Shapes:
    """The same polygons without corners that lie on a straight line, rings in one fixed order.

    For coordinates that are whole numbers: the test is exact, so the same region gives the same
    bytes however it was put together.
    """
    xy, (ring_of, polygon_of) = shapely.to_ragged_array(polygons)[1:]
    starts, ends = ring_of[:-1], ring_of[1:] - 1  # the last point of a ring is its first
    before = np.arange(len(xy)) - 1
    before[starts] = ends - 1
    after = np.arange(len(xy)) + 1
    after[ends] = starts + 1
    into, out = xy - xy[before], xy[after] - xy
    corner = into[:, 0] * out[:, 1] != into[:, 1] * out[:, 0]
    corner[ends] = False
    counts = np.add.reduceat(corner, starts, dtype=np.int64)
    rings = np.split(xy[corner], np.cumsum(counts)[:-1])
    closed = np.concatenate([np.concatenate([ring, ring[:1]]) for ring in rings])
    offsets = np.concatenate([[0], np.cumsum(counts + 1)])
    kind = shapely.GeometryType.POLYGON
    return shapely.normalize(shapely.from_ragged_array(kind, closed, (offsets, polygon_of)))


def filled(polygons: Shapes, least_area: float) -> Shapes:
    """The same polygons without their holes smaller than ``least_area``."""
    out = polygons.copy()
    for i in np.flatnonzero(shapely.get_num_interior_rings(polygons)):
        holes = polygons[i].interiors
        kept = [hole for hole in holes if shapely.Polygon(hole).area >= least_area]
        if len(kept) < len(holes):
            out[i] = shapely.Polygon(polygons[i].exterior, kept)
    return out


def redrawn(polygon: shapely.Polygon, ring: Callable[[Array], Array | None]) -> shapely.Geometry:
    """The polygon with each ring redrawn: (corners, 2) open in, the same or None out.

    A hole that becomes None is filled; an outer ring that does makes the polygon empty.
    """
    outer = ring(np.asarray(polygon.exterior.coords)[:-1])
    if outer is None:
        return shapely.Polygon()
    holes = [ring(np.asarray(hole.coords)[:-1]) for hole in polygon.interiors]
    return shapely.Polygon(outer, [hole for hole in holes if hole is not None])
