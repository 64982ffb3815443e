"""What was seen from the air beside an official layer of buildings: the same, missing or new.

The official geometry stays as it is; what was seen adds columns to it. A building counts as missing
only where the picture shows its ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.areas.matching import one_to_one
from geoml.errors import GridMismatch
from geoml.types import Array

HALF = 0.5
SEEN = "seen_"
"""What the columns of an outline begin with beside those of its building."""


@dataclass(frozen=True, slots=True)
class Conflated:
    """``buildings``: the official rows in their order, geometry untouched, with new columns.

    ``status`` is "found" (one outline is this building), "covered" (outlines cover half of it, but
    none is it alone: a block, or a house in pieces), "missing" (they do not) or "unseen" (the
    picture shows less than half of its ground); ``overlap`` the IoU with its outline, NaN without
    one; ``seen_<name>`` each column of that outline. ``new`` are the outlines, in their order, of
    which buildings cover less than half and that are none of them.
    """

    buildings: geopandas.GeoDataFrame
    new: geopandas.GeoDataFrame

    @property
    def missing(self) -> geopandas.GeoDataFrame:
        """The official buildings of which nothing was seen where the picture shows their ground."""
        return self.buildings[self.buildings["status"] == "missing"]

    def counts(self) -> dict[str, int]:
        """How many buildings have each status, and how many outlines are new."""
        told = self.buildings["status"].value_counts()
        names = ("found", "covered", "missing", "unseen")
        return {**{name: int(told.get(name, 0)) for name in names}, "new": len(self.new)}


def match_buildings(outlines: NDArray[Any], buildings: NDArray[Any]) -> list[tuple[int, int]]:
    """Pairs (index in ``outlines``, index in ``buildings``) that are the same, one to one.

    Looser than ``matching.matched``, since one is drawn by a machine: they share half of their
    union, or half of either lies in the other. The largest shared part of the union goes first.
    Polygons of one projected CRS; other kinds match nothing.
    """
    i, j, shared = _shared(outlines, buildings)
    ours, theirs = shapely.area(outlines)[i], shapely.area(buildings)[j]
    same = (shared > 0) & (shared >= HALF * np.minimum(ours, theirs))
    iou = shared / np.maximum(ours + theirs - shared, 1e-9)
    return one_to_one(i[same], j[same], -iou[same], set(), set())


def conflate(
    outlines: geopandas.GeoDataFrame,
    buildings: geopandas.GeoDataFrame,
    *,
    ground: shapely.Geometry | None = None,
) -> Conflated:
    """Lay ``outlines`` beside the official ``buildings``; see ``Conflated``.

    ``ground`` is what the picture shows (``geoml.vector.outlines.footprint``), None all of it. All
    three are in one projected CRS. Raises GridMismatch when the tables are not.
    """
    if outlines.crs != buildings.crs:
        raise GridMismatch(
            "outlines and buildings do not share a CRS",
            expected=str(buildings.crs),
            got=str(outlines.crs),
            next_step="bring both to the CRS of the area",
        )
    seen, known = _geometries(outlines), _geometries(buildings)
    pairs = match_buildings(seen, known)
    i, j, shared = _shared(seen, known)
    table = buildings.copy()
    table["status"] = _status(pairs, j, shared, known, ground)
    table["overlap"] = _overlap(pairs, seen, known)
    rows = np.full(len(known), -1)
    rows[[building for _, building in pairs]] = [outline for outline, _ in pairs]
    for name in outlines.columns.drop(outlines.geometry.name):
        column = outlines[name].reset_index(drop=True).reindex(rows)
        table[SEEN + str(name)] = column.to_numpy()
    unknown = np.bincount(i, shared, len(seen)) < HALF * shapely.area(seen)
    unknown[[outline for outline, _ in pairs]] = False
    return Conflated(table, outlines[unknown])


def _status(
    pairs: list[tuple[int, int]],
    j: NDArray[np.intp],
    shared: Array,
    known: NDArray[Any],
    ground: shapely.Geometry | None,
) -> NDArray[np.str_]:
    area = shapely.area(known)
    covered = np.bincount(j, shared, len(known)) >= HALF * area
    status = np.where(covered, "covered", "missing")
    if ground is not None:
        shapely.prepare(ground)
        inside = shapely.contains_properly(ground, known)
        shown = np.where(inside, area, 0.0)
        shown[~inside] = shapely.area(shapely.intersection(known[~inside], ground))
        status[~covered & (shown < HALF * area)] = "unseen"
    status[[building for _, building in pairs]] = "found"
    return status


def _overlap(pairs: list[tuple[int, int]], seen: NDArray[Any], known: NDArray[Any]) -> Array:
    overlap = np.full(len(known), np.nan)
    ours, theirs = np.array(pairs, np.intp).reshape(-1, 2).T
    shared = shapely.area(shapely.intersection(seen[ours], known[theirs]))
    union = shapely.area(seen[ours]) + shapely.area(known[theirs]) - shared
    overlap[theirs] = np.round(shared / union, 4)
    return overlap


def _shared(
    one: NDArray[Any], other: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """(index in ``one``, index in ``other``, area that both cover) of those that meet."""
    i, j = shapely.STRtree(other).query(one, predicate="intersects")
    shared: Array = shapely.area(shapely.intersection(one[i], other[j]))
    return i, j, shared


def _geometries(frame: geopandas.GeoDataFrame) -> NDArray[Any]:
    return np.asarray(frame.geometry.array, dtype=object)
