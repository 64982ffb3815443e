"""The ``bbox`` parameter: four or six numbers, across the antimeridian, in any offered CRS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geoml.api.ogc.crs import Crs, around, drawn, extent, plausible
from geoml.api.ogc.parameters import Parameter, decimal, wrong
from geoml.catalog.collections import Collection
from geoml.vector.packed import Box, Rows

_AT_ONCE = 20_000


def numbers(text: str) -> tuple[float, float, float, float]:
    """The four numbers of a box in the plane; of six, the heights are checked and left out."""
    values = [decimal("bbox", part) for part in text.split(",")[:7]]
    if len(values) == 6:
        if values[2] > values[5]:
            raise _upside_down(text)
        del values[5], values[2]
    if len(values) != 4:
        raise wrong("bbox", "not a box", expected="4 or 6 numbers with commas", got=text)
    return values[0], values[1], values[2], values[3]


def checked(values: tuple[float, float, float, float], crs: Crs) -> tuple[Box, ...]:
    """The box in x, y order; two boxes where it crosses the antimeridian.

    What lies beyond the extent of the CRS, be it by little, is refused, not clipped or wrapped:
    the values "SHALL be within the extent specified for the coordinate reference system" (OGC
    17-069r4, /req/core/fc-bbox-response).
    """
    first, second, third, fourth = values
    west, south, east, north = (second, first, fourth, third) if crs.swapped else values
    told = ",".join(f"{value:g}" for value in values)
    if south > north or (west > east and not crs.degrees):
        raise _upside_down(told)
    if not crs.degrees:
        if not all(plausible(value, crs) for value in values):
            raise wrong("bbox", "not on Earth", expected=f"coordinates of {crs.uri}", got=told)
        return ((west, south, east, north),)
    if max(-south, north) > 90 or max(abs(west), abs(east)) > 180:
        expected = "longitudes from -180 to 180 and latitudes from -90 to 90"
        raise wrong("bbox", "not on Earth", expected=expected, got=told)
    if west > east:
        return (west, south, 180.0, north), (-180.0, south, east, north)
    return ((west, south, east, north),)


def search(collection: Collection, boxes: Sequence[Box], crs: Crs) -> Rows:
    """Rows whose geometry meets any of ``boxes`` of ``crs``; exact in that CRS."""
    if crs.degrees:
        return collection.search(boxes)
    return _projected(collection, boxes[0], crs)


def _projected(collection: Collection, box: Box, crs: Crs) -> Rows:
    # Far from where the features are a projection may wrap: nothing of the box is needed there.
    box = _overlap(box, extent(collection.bbox, crs))
    if box[0] > box[2] or box[1] > box[3]:
        return np.arange(0)
    outer, inner = around(box, crs)
    rows = collection.search([outer])
    sure = collection.search([inner]) if inner[0] < inner[2] and inner[1] < inner[3] else rows[:0]
    doubtful = np.setdiff1d(rows, sure, assume_unique=True)
    west, south, east, north = box
    # Its corners stand in the order in which ``drawn`` writes coordinates.
    corners = (south, west, north, east) if crs.swapped else box
    shape = shapely.box(*corners)
    met = [
        part[shapely.intersects(_geometries(collection, part, crs), shape)]
        for part in np.array_split(doubtful, max(1, -(-len(doubtful) // _AT_ONCE)))
    ]
    return np.sort(np.concatenate([sure, *met]))


def _overlap(one: Box, other: Box) -> Box:
    low = max(one[0], other[0]), max(one[1], other[1])
    return *low, min(one[2], other[2]), min(one[3], other[3])


def _geometries(collection: Collection, rows: Rows, crs: Crs) -> Any:  # noqa: ANN401 - an array
    shapes = np.asarray(collection.frame(rows).geometry.array, dtype=object)
    return drawn(shapes, collection.crs, crs)


def _upside_down(text: str) -> Exception:
    return wrong("bbox", "the lower corner lies above the upper", expected="lower first", got=text)


BBOX = Parameter(
    "bbox",
    numbers,
    {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 6,
        "example": [-180, -90, 180, 90],
    },
    "Only features whose geometry meets this box: the lower corner, then the upper, in the axis "
    "order of `bbox-crs`; with six numbers the third and the last are heights, which no feature "
    "here has. In degrees, a western longitude larger than the eastern means a box across the "
    "antimeridian.",
)
