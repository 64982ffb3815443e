"""Polygon operations with the types that shapely's stubs leave open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, cast

import shapely
from shapely import MultiPolygon, Polygon

Shape: TypeAlias = Polygon | MultiPolygon


def minus(shape: Shape, other: Shape) -> Shape:
    """What of ``shape`` lies outside ``other``."""
    return cast("Shape", shapely.difference(shape, other))


def common(shape: Shape, other: Shape) -> Shape:
    """What of ``shape`` lies inside ``other``; pieces of lines and points are dropped."""
    parts = shapely.get_parts(shapely.intersection(shape, other))
    flat = [part for part in parts if part.geom_type == "Polygon"]
    return flat[0] if len(flat) == 1 else MultiPolygon(flat)


def joined(shapes: Iterable[Shape]) -> Shape:
    """All of ``shapes`` as one."""
    return cast("Shape", shapely.union_all(list(shapes)))


def largest(shape: Shape) -> Polygon:
    """The part of the greatest area."""
    return cast("Polygon", max(shapely.get_parts(shape), key=lambda part: float(part.area)))
