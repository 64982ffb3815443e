"""What a CQL2 tree means for a collection: three-valued logic over Arrow columns, all rows at once.

Unknown stays unknown: a comparison with null is null, and a feature is selected where the whole
predicate is true (OGC 21-065r2, 6.4).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoml.api.ogc.crs import Crs, drawn, known, lonlat
from geoml.api.ogc.parameters import wrong
from geoml.catalog.collections import Collection
from geoml.errors import InvalidArgument
from geoml.vector.packed import Rows

Column: TypeAlias = Any
"""An Arrow array over the rows of a strip, or an Arrow scalar."""

_DEEPEST = 48
_MOST_VALUES = 200
_AT_ONCE = 20_000
STRIP = 200_000
_COMPARISONS: Mapping[str, Callable[[Column, Column], Column]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_SUMS: Mapping[str, Callable[[Column, Column], Column]] = {
    "+": pc.add,
    "-": pc.subtract,
    "*": pc.multiply,
    "/": pc.divide,
}
_SPATIAL: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_touches": shapely.touches,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.intersects,  # the others, turned round
}


def selected(collection: Collection, tree: Any, crs: Crs) -> Rows:  # noqa: ANN401 - JSON
    """Rows where the predicate is true, ascending; coordinates in it are of ``crs``."""
    met: dict[str, Rows] = {}
    found = [_strip(_Meaning(collection, crs, rows, met), tree) for rows in strips(len(collection))]
    return np.concatenate(found) if found else np.arange(0)


def strips(count: int) -> Iterator[slice]:
    """Rows by ``STRIP``: columns of ten million cells are never in memory whole."""
    return (slice(first, min(first + STRIP, count)) for first in range(0, count, STRIP))


def _strip(meaning: _Meaning, tree: Any) -> Rows:  # noqa: ANN401 - JSON
    mask, rows = meaning.predicate(tree, 0), meaning.rows
    if isinstance(mask, pa.Scalar):
        return np.arange(rows.start, rows.stop if mask.as_py() else rows.start)
    found: Rows = rows.start + np.flatnonzero(np.asarray(pc.fill_null(mask, False)))
    return found


def check(tree: Any, fields: Mapping[str, str]) -> None:  # noqa: ANN401 - JSON
    """Raise InvalidArgument for a property that is not one of ``fields``."""
    for name in _properties(tree):
        if name not in fields:
            raise wrong("filter", "no such property", expected=", ".join(fields), got=name)


@dataclass(frozen=True)
class _Meaning:
    """The predicate of one request over some rows of a collection.

    ``met`` remembers from strip to strip which rows meet a geometry.
    """

    collection: Collection
    crs: Crs
    rows: slice
    met: dict[str, Rows]

    def predicate(self, node: Any, depth: int) -> Column:  # noqa: ANN401 - JSON
        """A column of true, false and null."""
        if isinstance(node, bool):
            return pa.scalar(node)
        name, args = _call(node, depth)
        if name in {"and", "or"}:
            join = pc.and_kleene if name == "and" else pc.or_kleene
            return reduce(join, (self.predicate(one, depth + 1) for one in args))
        if name == "not":
            return pc.invert(self.predicate(_count(name, args, 1)[0], depth + 1))
        if name in _COMPARISONS:
            left, right = (self.value(one, depth + 1) for one in _count(name, args, 2))
            return _compared(_COMPARISONS[name], left, right)
        if name in _SPATIAL:
            subject, literal = _count(name, args, 2)
            return self._spatial(name, subject, literal, depth)
        return self._other(name, args, depth)

    def _other(self, name: str, args: list[Any], depth: int) -> Column:
        if name == "isNull":
            value = self.value(_count(name, args, 1)[0], depth + 1)
            return pc.is_null(value, nan_is_null=True)
        if name == "between":
            value, low, high = (self.value(one, depth + 1) for one in _count(name, args, 3))
            over = _compared(pc.greater_equal, value, low)
            return pc.and_kleene(over, _compared(pc.less_equal, value, high))
        if name == "in":
            given, options = _count(name, args, 2)
            return self._in(self.value(given, depth + 1), options, depth)
        if name == "like":
            value, pattern = (self.value(one, depth + 1) for one in _count(name, args, 2))
            return _like(value, pattern)
        raise _unsupported(name)

    def _in(self, value: Column, options: Any, depth: int) -> Column:  # noqa: ANN401 - JSON
        if not isinstance(options, list) or not 1 <= len(options) <= _MOST_VALUES:
            raise wrong("filter", "not a list", expected=f"IN with 1 to {_MOST_VALUES} values")
        found = (_compared(pc.equal, value, self.value(one, depth + 1)) for one in options)
        return reduce(pc.or_kleene, found)

    def value(self, node: Any, depth: int) -> Column:  # noqa: ANN401 - JSON
        """A column of text or numbers, or a scalar of one."""
        if isinstance(node, bool | str | int | float):
            return _scalar(node)
        if isinstance(node, dict) and set(node) == {"property"}:
            return self._property(str(node["property"]))
        name, args = _call(node, depth)
        if name == "casei":
            return _text(pc.utf8_lower, self.value(_count(name, args, 1)[0], depth + 1))
        if name in _SUMS:
            return _sum(_SUMS[name], [self.value(one, depth + 1) for one in args])
        raise _unsupported(name)

    def _property(self, name: str) -> Column:
        column = self.collection.table([name], self.rows)[name]
        if pa.types.is_floating(column.type):  # NaN is how a table says unknown
            return pc.if_else(pc.is_nan(column), None, column)
        return column

    def _spatial(self, name: str, left: Any, right: Any, depth: int) -> Column:  # noqa: ANN401
        if left != {"property": "geometry"}:
            raise wrong("filter", "not a geometry", expected=f"{name}(geometry, a literal)")
        key = f"{name} {json.dumps(right)}"
        if key not in self.met:
            shape = _geometry(right, self.crs, depth)
            self.met[key] = self._meeting(name, lonlat(shape, self.crs))
        rows = self.met[key]
        first, last = np.searchsorted(rows, [self.rows.start, self.rows.stop])
        mask = np.zeros(self.rows.stop - self.rows.start, bool)
        mask[rows[first:last] - self.rows.start] = True
        return pa.array(~mask if name == "s_disjoint" else mask)

    def _meeting(self, name: str, shape: Any) -> Rows:  # noqa: ANN401 - shapely's own types
        rows = self.collection.search([_box_of(shape)])
        parts = [rows[:0]]
        for part in np.array_split(rows, max(1, -(-len(rows) // _AT_ONCE))):
            shapes = np.asarray(self.collection.frame(part).geometry.array, dtype=object)
            there = drawn(shapes, self.collection.crs, known("OGC:CRS84"))
            parts.append(part[_SPATIAL[name](there, shape)])
        return np.concatenate(parts)


def _box_of(shape: Any) -> tuple[float, float, float, float]:  # noqa: ANN401
    west, south, east, north = (float(value) for value in shape.bounds)
    if not math.isfinite(west + south + east + north):
        raise wrong("filter", "an empty or endless geometry", expected="a geometry on Earth")
    return west, south, east, north


def _geometry(node: Any, crs: Crs, depth: int) -> Any:  # noqa: ANN401
    """A shapely geometry of a literal in ``crs``: WKT, BBOX(...) or ENVELOPE(...)."""
    if isinstance(node, dict) and "bbox" in node:
        return _envelope(node["bbox"], crs)
    if isinstance(node, dict) and str(node.get("op", "")).lower() == "envelope":
        return _envelope(_call(node, depth)[1], crs)
    if isinstance(node, dict) and "type" in node:
        try:
            shape = shapely.from_geojson(json.dumps(node, allow_nan=False))
        except (shapely.GEOSException, ValueError) as error:
            raise wrong("filter", "not a geometry", expected="WKT or BBOX(w, s, e, n)") from error
        if shapely.is_valid(shape):
            return shape
        raise wrong("filter", "an invalid geometry", expected="rings that do not cross")
    raise wrong("filter", "not a geometry", expected="WKT or BBOX(w, s, e, n)")


def _envelope(values: Any, crs: Crs) -> Any:  # noqa: ANN401
    """A box in the axis order of ``crs``; two in one where it crosses the antimeridian."""
    plain = isinstance(values, list) and all(isinstance(one, int | float) for one in values)
    if not plain or len(values) not in {4, 6} or not all(map(math.isfinite, values)):
        raise wrong("filter", "not a box", expected="BBOX(w, s, e, n)")
    half = len(values) // 2
    low, high = values[:2], values[half : half + 2]
    (west, south), (east, north) = (low[::-1], high[::-1]) if crs.swapped else (low, high)
    across = crs.degrees and -180 <= east < west <= 180
    if south > north or (west > east and not across):
        raise wrong("filter", "the lower corner lies above the upper", expected="lower first")
    if across:
        box = shapely.multipolygons(shapely.box([west, -180], south, [180, east], north))
    else:
        box = shapely.box(west, south, east, north)
    return shapely.transform(box, lambda xy: xy[:, ::-1]) if crs.swapped else box


def _call(node: Any, depth: int) -> tuple[str, list[Any]]:  # noqa: ANN401
    if depth > _DEEPEST:
        raise wrong("filter", "too deep", expected=f"at most {_DEEPEST} steps")
    if isinstance(node, dict) and isinstance(node.get("args"), list):
        name = str(node.get("op"))
        return name if name == "isNull" else name.lower(), node["args"]
    raise wrong("filter", "not a predicate", expected="a comparison such as kind = 'buildings'")


def _count(name: str, args: list[Any], count: int) -> list[Any]:
    if len(args) != count:
        raise wrong("filter", f"{name[:40]} takes {count} arguments", got=str(len(args)))
    return args


def _unsupported(name: str) -> InvalidArgument:
    return wrong("filter", "not supported here", expected="a function of CQL2 basic", got=name)


def _scalar(value: bool | str | float) -> pa.Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong("filter", "a number that is too large", expected="a finite number")
    return pa.scalar(value)


def _compared(compare: Callable[[Column, Column], Column], left: Column, right: Column) -> Column:
    if _kind(left) != _kind(right):
        raise wrong("filter", "text is compared with a number", expected="two of one kind")
    return compare(left, right)


def _kind(value: Column) -> str:
    kind = value.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "flag" if pa.types.is_boolean(kind) else "number"


def _text(change: Callable[[Column], Column], value: Column) -> Column:
    if _kind(value) != "text":
        raise wrong("filter", "a number where text is needed", expected="text")
    return change(value)


def _sum(apply: Callable[[Column, Column], Column], values: list[Column]) -> Column:
    if not 1 <= len(values) <= 2 or any(_kind(one) != "number" for one in values):
        raise wrong("filter", "not a sum", expected="two numbers")
    left, right = (pa.scalar(0.0), values[0]) if len(values) == 1 else values
    found = apply(pc.cast(left, pa.float64()), pc.cast(right, pa.float64()))
    return pc.if_else(pc.is_finite(found), found, None)  # 1/0 is unknown


def _like(value: Column, pattern: Column) -> Column:
    """LIKE of CQL2: % any text, _ one character, a backslash takes the meaning away."""
    if _kind(value) != "text" or not isinstance(pattern, pa.Scalar) or _kind(pattern) != "text":
        raise wrong("filter", "not text", expected="LIKE of text and a pattern")
    return pc.match_like(value, pattern.as_py())


def _properties(node: Any) -> set[str]:  # noqa: ANN401
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if "property" in one:
                found.add(str(one["property"]))
            waiting += [value for name, value in one.items() if name != "coordinates"]
    return found - {"geometry"}
