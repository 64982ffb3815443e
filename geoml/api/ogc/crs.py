"""Coordinate reference systems by URI, with the axis order that their authority says.

Only what a collection lists is ever looked up: no text of a client reaches PROJ. OGC 18-058r1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.api.ogc.parameters import Parameter, wrong
from geoml.raster.grid import transformer
from geoml.vector.packed import Box

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LONLAT = "OGC:CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_SHARED = ("EPSG:4326", "EPSG:3857")
_EDGE_POINTS = 21
_BIGGEST = 1e8  # metres: no projected coordinate on Earth is larger


@dataclass(frozen=True, slots=True)
class Crs:
    """A CRS as the API speaks of it; ``swapped`` where north comes before east."""

    uri: str
    name: str
    swapped: bool
    degrees: bool

    @property
    def decimals(self) -> int:
        """How many decimals tell a centimetre or less."""
        return 7 if self.degrees else 3


@cache
def known(name: str) -> Crs:
    """The CRS of a trusted name: ``OGC:CRS84`` or ``EPSG:n``."""
    from pyproj import CRS

    if name == LONLAT:
        return Crs(CRS84, name, swapped=False, degrees=True)
    found = CRS.from_user_input(name)
    north_first = found.axis_info[0].direction == "north"
    uri = _EPSG + name.removeprefix("EPSG:")
    return Crs(uri, name, swapped=north_first, degrees=found.is_geographic)


def of(storage: str) -> Mapping[str, Crs]:
    """What a collection stored in ``storage`` can be asked in, by URI; the default comes first."""
    names = dict.fromkeys((LONLAT, *_SHARED, storage))
    return {one.uri: one for one in map(known, names)}


def parameter(name: str, offered: Mapping[str, Crs], about: str) -> Parameter:
    """A parameter that takes one of the offered URIs; anything else is 400."""

    def one_of(text: str) -> Crs:
        if text not in offered:
            raise wrong(name, "no such CRS here", expected=" or ".join(offered), got=text)
        return offered[text]

    schema = {"type": "string", "format": "uri", "enum": list(offered), "default": CRS84}
    return Parameter(name, one_of, schema, about)


def drawn(shapes: NDArray[Any], source: str, crs: Crs) -> NDArray[Any]:
    """Geometries of ``source`` in ``crs``, in its axis order, rounded, rings right-handed."""
    move = transformer(source, crs.name)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        there = np.column_stack(move.transform(xy[:, 0], xy[:, 1]))
        return np.round(there, crs.decimals)

    found = shapely.orient_polygons(shapely.transform(shapes, moved), exterior_cw=False)
    if crs.swapped:
        found = shapely.transform(found, lambda xy: xy[:, ::-1])
    placed: NDArray[Any] = found
    return placed


def lonlat(shape: Any, crs: Crs) -> Any:  # noqa: ANN401 - shapely's own types
    """A geometry given in ``crs``, in longitude and latitude."""
    if crs.swapped:
        shape = shapely.transform(shape, lambda xy: xy[:, ::-1])
    if crs.degrees:
        return shape
    move = transformer(crs.name, LONLAT)
    return shapely.transform(shape, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))


def around(box: Box, crs: Crs) -> tuple[Box, Box]:
    """Boxes in longitude and latitude just outside and just inside a box of a projected CRS.

    What meets the inner one meets the box; what does not meet the outer one does not.
    """
    west, south, east, north = box
    across, up = np.linspace(west, east, _EDGE_POINTS), np.linspace(south, north, _EDGE_POINTS)
    move = transformer(crs.name, LONLAT)
    left, right = (
        move.transform(np.full_like(up, west), up),
        move.transform(np.full_like(up, east), up),
    )
    bottom = move.transform(across, np.full_like(across, south))
    top = move.transform(across, np.full_like(across, north))
    edges = np.concatenate([np.stack(one) for one in (left, right, bottom, top)], axis=1)
    if not np.isfinite(edges).all():
        return (-180.0, -90.0, 180.0, 90.0), (0.0, 0.0, 0.0, 0.0)
    slack = 0.001 * np.ptp(edges, axis=1)  # between the points an edge bends outward
    outer = (*(edges.min(axis=1) - slack), *(edges.max(axis=1) + slack))
    low = np.array([left[0].max(), bottom[1].max()]) + slack
    high = np.array([right[0].min(), top[1].min()]) - slack
    return _box(outer), _box((*low, *high))


def extent(box: Box, crs: Crs) -> Box:
    """The box in ``crs`` around a box in longitude and latitude, a little larger."""
    move = transformer(LONLAT, crs.name)
    found = np.array(move.transform_bounds(*box, densify_pts=_EDGE_POINTS))
    if not np.isfinite(found).all():
        return -_BIGGEST, -_BIGGEST, _BIGGEST, _BIGGEST
    slack = 1.0 + 0.01 * np.ptp(found.reshape(2, 2), axis=0)
    return _box((*(found[:2] - slack), *(found[2:] + slack)))


def plausible(value: float, crs: Crs) -> bool:
    """Whether a coordinate can be one of a projected CRS."""
    return crs.degrees or abs(value) <= _BIGGEST


def _box(values: Any) -> Box:  # noqa: ANN401 - four numbers
    west, south, east, north = map(float, values)
    return west, south, east, north
