"""Roof against roof: which of two sets are the same, and how far their corners lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.types import Array

Polygons: TypeAlias = NDArray[Any] | Sequence[shapely.Geometry]
LEAST_IOU = 0.5


def same_objects(
    predicted: Polygons, truth: Polygons, *, least_iou: float = LEAST_IOU
) -> list[tuple[int, int]]:
    """Pairs (index in ``predicted``, index in ``truth``) with an IoU of ``least_iou`` or more.

    One to one, the best pairs first; equal ones in the order of their indices. Both sets share
    one projected CRS, in metres.
    """
    ours, theirs = np.asarray(predicted, dtype=object), np.asarray(truth, dtype=object)
    i, j = shapely.STRtree(theirs).query(ours, predicate="intersects")
    shared = shapely.area(shapely.intersection(ours[i], theirs[j]))
    union = shapely.area(ours[i]) + shapely.area(theirs[j]) - shared
    iou = shared / np.maximum(union, 1e-12)
    pairs: list[tuple[int, int]] = []
    seen: tuple[set[int], set[int]] = set(), set()
    for k in np.lexsort((j, i, -iou)):
        one, other = int(i[k]), int(j[k])
        if iou[k] >= least_iou and one not in seen[0] and other not in seen[1]:
            seen[0].add(one)
            seen[1].add(other)
            pairs.append((one, other))
    return pairs


def polis(a: Polygons, b: Polygons) -> Array:
    """PoLiS distance of each polygon of ``a`` to that of ``b``, in the unit of the CRS, shape (n,).

    The mean distance of the corners of one to the outline of the other, averaged over both ways:
    Avbelj, Mueller & Bamler 2015, eq. 3 (doi:10.1109/LGRS.2014.2330695). Corners of holes count
    as well. 0 for equal polygons; symmetric; it grows linearly with small shifts.
    """
    first, second = np.asarray(a, dtype=object), np.asarray(b, dtype=object)
    return (_mean_distance(first, second) + _mean_distance(second, first)) / 2


def corners(polygons: Polygons) -> NDArray[np.int64]:
    """Number of corners of each polygon, holes included; the closing point does not count."""
    shapes = np.asarray(polygons, dtype=object)
    rings = np.maximum(shapely.get_num_interior_rings(shapes), 0) + 1
    number: NDArray[np.int64] = shapely.get_num_coordinates(shapes) - rings
    return number


def _mean_distance(polygons: NDArray[Any], others: NDArray[Any]) -> Array:
    """Mean distance of the corners of each polygon to the outline of the other of its pair."""
    if not len(polygons):
        return np.zeros(0)
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.flatnonzero(np.diff(ring, append=-1))
    kept = np.ones(len(xy), bool)
    kept[closing] = False
    of = owner[ring[kept]]
    apart = shapely.distance(shapely.points(xy[kept]), shapely.boundary(others)[of])
    counts = np.bincount(of, minlength=len(polygons))
    mean: Array = np.bincount(of, weights=apart, minlength=len(polygons)) / counts
    return mean
