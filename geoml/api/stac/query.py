"""What a search may ask: one table that reads a query string, reads a body and documents both.

A value of a body is first written as the query string would have it, so that GET and POST are
read by the same code and refuse the same things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np
import shapely

from geoml.api.ogc import boxes, moments, parameters
from geoml.api.ogc.crs import known
from geoml.api.ogc.moments import Interval
from geoml.api.ogc.parameters import Parameter, wrong
from geoml.api.stac.entries import Entry
from geoml.api.stac.shelf import Group
from geoml.errors import InvalidArgument

Found: TypeAlias = tuple[Group, Entry]

DEFAULT_LIMIT, MAX_LIMIT = 10, 250
_ID = re.compile(r"[\w.@-]{1,200}", re.ASCII)
_TOKEN = re.compile(r"([\w-]{1,150})~([\w-]{1,200})", re.ASCII)
_MOST_IDS, _MOST_POINTS = 500, 10_000
_SHAPES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to search by. ``spoken`` writes a value of a JSON body as its query string."""

    parameter: Parameter
    spoken: Callable[[Any], str]
    schema: Mapping[str, Any]


def _ids(name: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(text.split(",")))
        if len(found) > _MOST_IDS or not all(_ID.fullmatch(one) for one in found):
            expected = f"1 to {_MOST_IDS} ids with commas"
            raise wrong(name, "not a list of ids", expected=expected, got=text)
        return found

    return read


def _moment(text: str) -> Interval:
    """As in Features, but with the time of day: STAC API takes no bare date and no duration."""
    for end in text.split("/"):
        if end not in {"", ".."} and ("P" in end or len(end) < len("2025-07-20T12:00:00Z")):
            expected = "2025-07-20T12:00:00Z, a/b, ../b or a/.."
            raise wrong("datetime", "not a time or an interval", expected=expected, got=text)
    return moments.interval(text)


def _geometry(text: str) -> Any:  # noqa: ANN401 - a shapely geometry
    """The geometry of a GeoJSON text; raises InvalidArgument for anything else."""
    try:
        told = json.loads(text, parse_constant=_no_constant)
        kind = told.get("type") if isinstance(told, dict) else None
        found = shapely.from_geojson(text) if kind in _SHAPES else None
    except (ValueError, RecursionError, shapely.errors.GEOSException) as error:
        raise _no_geometry(text) from error
    if found is None or found.is_empty or shapely.get_num_coordinates(found) > _MOST_POINTS:
        raise _no_geometry(text)
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        expected = "longitudes from -180 to 180 and latitudes from -90 to 90"
        raise wrong("intersects", "not on Earth", expected=expected, got=text)
    return found if shapely.is_valid(found) else shapely.make_valid(found)


def _no_geometry(text: str) -> InvalidArgument:
    expected = f"a GeoJSON {', '.join(_SHAPES)}, at most {_MOST_POINTS:,} points"
    return wrong("intersects", "not a geometry", expected=expected, got=text)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _token(text: str) -> tuple[str, str]:
    match = _TOKEN.fullmatch(text)
    if match is None:
        expected = "the token of a `next` link"
        raise wrong("token", "not a place to go on from", expected=expected, got=text)
    return match[1], match[2]


def _spoken_text(value: Any) -> str:  # noqa: ANN401 - any JSON, as in the next three
    if not isinstance(value, str):
        raise InvalidArgument("not a string")
    return value


def _spoken_number(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidArgument("not a whole number")
    return str(value)


def _spoken_list(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidArgument("not an array of strings")
    if any("," in one for one in value):
        raise InvalidArgument("a comma, which no id has")
    return ",".join(value)


def _spoken_numbers(value: Any) -> str:  # noqa: ANN401
    plain = isinstance(value, list) and all(type(one) in {int, float} for one in value)
    if not plain:
        raise InvalidArgument("not an array of numbers")
    return ",".join(map(repr, value))


def _spoken_object(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, dict):
        raise InvalidArgument("not an object")
    return json.dumps(value)


_STRINGS = {"type": "array", "items": {"type": "string"}}
_ONE_TEXT = {"type": "string"}
BBOX = Parameter(
    "bbox",
    lambda text: boxes.checked(boxes.numbers(text), known("OGC:CRS84")),
    boxes.BBOX.schema,
    "Only items whose geometry meets this box: west, south, east, north in degrees, or with the "
    "heights as third and last number. West larger than east: a box across the antimeridian.",
)
DATETIME = Parameter(
    "datetime",
    _moment,
    {"type": "string", "example": "2025-07-20T00:00:00Z/.."},
    "Only items of that time: an RFC 3339 date-time, or an interval `a/b`, open as `../b`, `a/..`.",
)
LIMIT = parameters.whole("limit", DEFAULT_LIMIT, 1, MAX_LIMIT, "Most items of a page.")
TOKEN = Parameter("token", _token, _ONE_TEXT, "Where a page begins: of a `next` link.")
IDS = Parameter("ids", _ids("ids"), _STRINGS, "Only items with one of these ids.")
COLLECTIONS = Parameter("collections", _ids("collections"), _STRINGS, "Only these collections.")
INTERSECTS = Parameter(
    "intersects",
    _geometry,
    {"type": "string"},
    "Only items whose geometry meets this one, GeoJSON in degrees; not together with `bbox`.",
)
SEARCH: Mapping[str, Criterion] = {
    one.parameter.name: one
    for one in (
        Criterion(BBOX, _spoken_numbers, boxes.BBOX.schema),
        Criterion(DATETIME, _spoken_text, DATETIME.schema),
        Criterion(INTERSECTS, _spoken_object, {"type": "object"}),
        Criterion(IDS, _spoken_list, _STRINGS),
        Criterion(COLLECTIONS, _spoken_list, _STRINGS),
        Criterion(LIMIT, _spoken_number, LIMIT.schema),
        Criterion(TOKEN, _spoken_text, TOKEN.schema),
    )
}
QUERY: Mapping[str, Parameter] = {name: one.parameter for name, one in SEARCH.items()}
ITEMS: Mapping[str, Parameter] = {
    name: QUERY[name] for name in ("limit", "bbox", "datetime", "token")
}


def from_query(query: bytes, declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """The criteria of a query string; raises InvalidArgument."""
    return _checked(parameters.read(query, declared))


def from_body(body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The criteria of a JSON body; null is as if left out. Raises InvalidArgument."""
    if not isinstance(body, dict):
        raise wrong("body", "not a search", expected="one JSON object")
    found = {}
    for name, value in body.items():
        if name not in SEARCH:
            close = get_close_matches(name, SEARCH, 1)
            step = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(SEARCH)}"
            raise InvalidArgument(f"unknown member {name[:60]!r} of the body", next_step=step)
        if value is not None:
            found[name] = _of_body(name, value)
    return _checked(found)


def _of_body(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON, and what it means
    try:
        text = SEARCH[name].spoken(value)
    except InvalidArgument as error:
        got = json.dumps(value, default=str)
        expected = SEARCH[name].schema["type"]
        raise wrong(name, error.what, expected=expected, got=got) from error
    return QUERY[name].read(text)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    if "bbox" in values and "intersects" in values:
        raise wrong("bbox", "given together with intersects", expected="one of the two")
    return values


def chosen(groups: Iterable[Group], values: Mapping[str, Any]) -> Iterator[Found]:
    """Items that meet all criteria, by collection and in the order of each."""
    for group in groups:
        places = _places(group, values)
        for place in np.flatnonzero(places):
            yield group, group.entries[place]


def _places(group: Group, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - boolean array
    """Which entries of a collection meet the criteria."""
    entries = group.entries
    met = np.ones(len(entries), bool)
    if "ids" in values:
        met &= np.array([one.id in values["ids"] for one in entries], bool)
    if "datetime" in values:
        met &= np.array([one.interval.meets(values["datetime"]) for one in entries], bool)
    shapes = [shapely.box(*box) for box in values.get("bbox", ())]
    if "intersects" in values:
        shapes = [values["intersects"]]
    if shapes and met.any():
        outlines = np.array([one.outline for one in entries], object)
        met &= np.any([shapely.intersects(outlines, shape) for shape in shapes], axis=0)
    return met


def cut(found: Iterable[Found], values: Mapping[str, Any]) -> tuple[list[Found], int, str | None]:
    """One page, how many there are in all, and the token of the next page.

    A page begins after an item, not at a number: what is published or deleted meanwhile neither
    repeats an item nor hides another.
    """
    every = list(found)
    rest = [one for one in every if _after(one, values["token"])] if "token" in values else every
    limit = int(values.get("limit", DEFAULT_LIMIT))
    shown = rest[:limit]
    token = f"{shown[-1][0].id}~{shown[-1][1].id}" if len(rest) > limit else None
    return shown, len(every), token


def _after(found: Found, token: tuple[str, str]) -> bool:
    """Whether an item is listed after the one of a token: by collection, editions newest first."""
    (group, entry), (collection, item) = found, token
    if group.id != collection:
        return group.id > collection
    return entry.id < item if group.kind == "editions" else entry.id > item
