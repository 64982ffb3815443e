"""Making geometries valid, and keeping those of the shape that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Shape: TypeAlias = Literal["polygon", "line", "point"]

_TYPES: dict[Shape, tuple[int, ...]] = {"point": (0, 4), "line": (1, 2, 5), "polygon": (3, 6)}
_COLLECTION = 7


def usable(
    geometries: NDArray[Any], shapes: Sequence[Shape]
) -> tuple[NDArray[Any], NDArray[np.intp], int]:
    """(valid geometries of the wanted shapes, index of each in the input, number of repaired).

    An invalid geometry is repaired and keeps its part of the wanted shapes, the first in
    ``shapes`` that it has; a polygon without area, a line without length and a missing or empty
    geometry are left out.
    """
    good = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    index = np.flatnonzero(good)
    kept = geometries[index].copy()
    broken = ~shapely.is_valid(kept)
    kept[broken] = shapely.make_valid(kept[broken], method="structure", keep_collapsed=False)
    mixed = np.flatnonzero(shapely.get_type_id(kept) == _COLLECTION)
    for i in mixed:
        kept[i] = _part(kept[i], shapes)
    wanted = np.isin(shapely.get_type_id(kept), [t for shape in shapes for t in _TYPES[shape]])
    wanted &= ~shapely.is_empty(kept) & ~_degenerate(kept)
    return kept[wanted], index[wanted], int(np.count_nonzero(broken & wanted))


def _degenerate(geometries: NDArray[Any]) -> NDArray[np.bool_]:
    kinds = shapely.get_type_id(geometries)
    flat = np.isin(kinds, _TYPES["polygon"]) & (shapely.area(geometries) == 0)
    short = np.isin(kinds, _TYPES["line"]) & (shapely.length(geometries) == 0)
    degenerate: NDArray[np.bool_] = flat | short
    return degenerate


def _part(collection: shapely.Geometry, shapes: Sequence[Shape]) -> shapely.Geometry | None:
    """The parts of a collection of the first wanted shape that it has, as one geometry."""
    leaves = np.asarray(_leaves(collection), dtype=object)
    kinds = shapely.get_type_id(leaves)
    for shape in shapes:
        parts = shapely.get_parts(leaves[np.isin(kinds, _TYPES[shape])])
        if len(parts) == 1:
            one: shapely.Geometry = parts[0]
            return one
        if len(parts):
            return shapely.union_all(parts)
    return None


def _leaves(collection: shapely.Geometry) -> list[shapely.Geometry]:
    if not isinstance(collection, shapely.GeometryCollection):
        return [collection]
    return [leaf for part in collection.geoms for leaf in _leaves(part)]
