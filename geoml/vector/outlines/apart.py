"""Polygons that do not overlap: where two claim the same ground, the better one has it."""

from __future__ import annotations

import numpy as np
import shapely

from geoml.types import Array
from geoml.vector.outlines.rings import Shapes

GAP_M = 0.02
"""Left between two that overlapped, so that rounding on the way to a file joins none again."""


def parted(polygons: Shapes, probability: Array) -> Shapes:
    """The same polygons without overlaps; what nothing is left of is empty, (n,) in and out.

    The more probable one keeps the ground that two of them claim, then the larger one, then the
    first; of what is cut in two the largest part stays. Coordinates are in metres.
    """
    out = polygons.copy()
    i, j = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    rank = np.empty(len(polygons), np.int64)
    order = np.lexsort((np.arange(len(polygons)), -shapely.area(polygons), -probability))
    rank[order] = np.arange(len(polygons))
    yields = rank[i] > rank[j]
    i, j = i[yields], j[yields]
    claimed = shapely.area(shapely.intersection(polygons[i], polygons[j])) > 0
    i, j = i[claimed], j[claimed]
    sequence = np.lexsort((rank[j], rank[i]))
    for k in sequence:
        out[i[k]] = _without(out[i[k]], out[j[k]])
    return out


def _without(polygon: shapely.Geometry, better: shapely.Geometry) -> shapely.Geometry:
    """``polygon`` without the ground of ``better`` and a gap, its largest part."""
    if not shapely.intersects(polygon, better):
        return polygon
    rest = shapely.difference(polygon, shapely.buffer(better, GAP_M, join_style="mitre"))
    parts = shapely.get_parts(rest)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if not len(parts):
        return shapely.Polygon()
    largest: shapely.Geometry = parts[np.argmax(shapely.area(parts))]
    return largest
