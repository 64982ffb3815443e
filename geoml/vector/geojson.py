"""Reading foreign GeoJSON feature by feature, strictly by RFC 7946.

GDAL loads much that is no GeoJSON without a word: a text in the place of a coordinate, a polygon
whose ring is not closed, a row that is null. Here each such feature is counted and left out, and
what is broken as a whole is an error. https://www.rfc-editor.org/rfc/rfc7946
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import shapely

from geoml.vector.earth import earthly
from geoml.vector.formats import Opening
from geoml.vector.jsonstream import Broken, features
from geoml.vector.ogr import check_rows, no_layers
from geoml.vector.rows import BATCH, Asked, Columns, Rows

Json: TypeAlias = dict[str, Any]

CRS84 = "OGC:CRS84"
_DEEPEST_COLLECTION = 8
_SHORTEST_RING = 4


def read(opening: Opening, asked: Asked) -> Iterator[Rows]:
    """The features by batches; a bare geometry or a single Feature is one row.

    Raises UnreadableFile for what is no JSON or no GeoJSON at all, or has a member twice;
    MissingCrs for a ``crs`` member (of the GeoJSON of 2008) that PROJ does not know.
    """
    no_layers(opening, "GeoJSON")
    rows = 0
    crs: str | None = None
    batch: list[Any] = []
    for feature, declared in features(opening.path, opening.file, asked.progress):
        crs = crs or earthly(opening.path, _named(declared))
        batch.append(feature)
        rows += 1
        if len(batch) == BATCH:
            check_rows(opening, rows)
            yield _rows(batch, crs, asked)
            batch = []
    check_rows(opening, rows)
    yield _rows(batch, crs or CRS84, asked)


def _named(declared: object) -> str:
    """The CRS of a ``crs`` member; without one it is longitude and latitude."""
    if declared is None:
        return CRS84
    properties = declared.get("properties") if isinstance(declared, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else "a crs member without a name"


def _rows(batch: list[Any], crs: str, asked: Asked) -> Rows:
    geometries = np.full(len(batch), None, dtype=object)
    properties: list[Json] = []
    unreadable = 0
    for i, feature in enumerate(batch):
        try:
            geometries[i], told = _feature(feature)
        except (Broken, ValueError, TypeError, shapely.errors.GEOSException):
            unreadable, told = unreadable + 1, {}
        properties.append(told)
    return Rows(geometries, _columns(properties, asked), crs, unreadable)


def _feature(feature: object) -> tuple[shapely.Geometry | None, Json]:
    """(geometry, properties); raises Broken or what shapely raises for what is no Feature."""
    if not isinstance(feature, dict):
        raise Broken("no object")
    if feature.get("type") != "Feature":
        return _geometry(feature), {}
    if "geometry" not in feature:
        raise Broken("a Feature without a geometry member")
    told = feature.get("properties")
    if told is not None and not isinstance(told, dict):
        raise Broken("properties that are no object")
    geometry = feature["geometry"]
    return (None if geometry is None else _geometry(geometry)), told or {}


def _geometry(told: object, depth: int = 0) -> shapely.Geometry:
    if not isinstance(told, dict):
        raise Broken("no geometry")
    kind, coordinates = told.get("type"), told.get("coordinates")
    if kind == "GeometryCollection":
        parts = told.get("geometries")
        if not isinstance(parts, list) or depth > _DEEPEST_COLLECTION:
            raise Broken("no collection")
        return shapely.GeometryCollection([_geometry(part, depth + 1) for part in parts])
    if not isinstance(coordinates, list):
        raise Broken("no coordinates")
    if kind == "Polygon":
        return _polygon(coordinates)
    if kind == "MultiPolygon":
        return shapely.MultiPolygon([_polygon(rings) for rings in coordinates])
    if kind == "LineString":
        return shapely.LineString(_positions(coordinates))
    if kind == "MultiLineString":
        return shapely.MultiLineString([_positions(line) for line in coordinates])
    if kind == "MultiPoint":
        return shapely.MultiPoint(_positions(coordinates))
    if kind == "Point":
        return shapely.Point(_positions([coordinates])[0])
    raise Broken("no type of geometry")


def _polygon(rings: object) -> shapely.Polygon:
    if not isinstance(rings, list):
        raise Broken("no rings")
    closed = [_positions(ring) for ring in rings]
    for ring in closed:
        if len(ring) < _SHORTEST_RING or ring[0] != ring[-1]:
            raise Broken("a ring that is not closed")
    return shapely.Polygon(closed[0], closed[1:]) if closed else shapely.Polygon()


def _positions(told: object) -> list[list[float]]:
    """Longitude and latitude of each position, which may also have a height and a measure."""
    if not isinstance(told, list) or not {type(one) for one in told} <= {list}:
        raise Broken("no list of positions")
    if not {len(one) for one in told} <= {2, 3, 4}:
        raise Broken("a position of another length")
    if not {type(value) for one in told for value in one} <= {int, float}:
        raise Broken("a position that is not made of numbers")
    return [one[:2] for one in told]


def _columns(properties: list[Json], asked: Asked) -> Columns:
    names = dict.fromkeys(name for told in properties for name in told)
    columns: Columns = {}
    for name in asked.choose(list(names)):
        values = [told.get(name) for told in properties]
        columns[name] = _column(values)
    return columns


def _column(values: list[Any]) -> Any:  # noqa: ANN401 - an array of any type
    """Numbers as float64 with NaN for null when all are numbers, else texts."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return np.array([math.nan if value is None else value for value in values], np.float64)
    texts = [v if v is None else _text(v) for v in values]
    return np.array(texts, dtype=object)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair is no letter
