"""What a client asks of the items of a collection, and which rows that is."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoml.api.ogc import boxes, cql2, crs, predicates
from geoml.api.ogc.crs import Crs
from geoml.api.ogc.media import F
from geoml.api.ogc.moments import DATETIME, interval
from geoml.api.ogc.parameters import Parameter, decimal, whole, wrong
from geoml.catalog.collections import Collection, Field
from geoml.types import Mask
from geoml.vector.packed import Rows

Chosen: TypeAlias = "slice | Rows"

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
_START = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{10})\.(\d{1,12})", re.ASCII)
_SELECTING = ("bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")
_LONGEST = 200


def _start(text: str) -> tuple[str, int]:
    match = _START.fullmatch(text)
    if match is None:
        raise wrong("start", "not a page", expected="what a `next` link says", got=text)
    return match[1], int(match[2])


LIMIT = whole(
    "limit",
    DEFAULT_LIMIT,
    1,
    MAX_LIMIT,
    f"Most features of one page. More than {MAX_LIMIT} is answered with {MAX_LIMIT}.",
)
START = Parameter(
    "start",
    _start,
    {"type": "string", "pattern": r"^\d{8}T\d{6}Z-[0-9a-f]{10}\.\d{1,12}$"},
    "Where a page begins, as the `next` link of the page before says it: it names the edition, so "
    "that pages never mix two editions. 410 where that edition is gone.",
)
OUTPUT_CRS = "The CRS of the coordinates in the answer, named again in `Content-Crs`."


def parameters(collection: Collection, offered: Mapping[str, Crs]) -> tuple[Parameter, ...]:
    """The parameters of the items of a collection, its own properties last."""
    fixed = (
        LIMIT,
        boxes.BBOX,
        crs.parameter("bbox-crs", offered, "The CRS of `bbox`."),
        DATETIME,
        crs.parameter("crs", offered, OUTPUT_CRS),
        cql2.FILTER,
        cql2.FILTER_LANG,
        crs.parameter("filter-crs", offered, "The CRS of coordinates in `filter`."),
        START,
        F,
    )
    taken = {one.name for one in fixed}
    return (*fixed, *(_equals(one) for one in collection.fields if one.name not in taken))


def _equals(one: Field) -> Parameter:
    """Only features whose property has this value (OGC 17-069r4, 7.15.5)."""
    unit = f" ({one.unit})" if one.unit else ""
    about = f"Only features whose `{one.name}` is this. {one.title.en}{unit}."
    if one.type == "string":
        return Parameter(
            one.name, _word(one.name), {"type": "string", "maxLength": _LONGEST}, about
        )
    return Parameter(one.name, lambda text: decimal(one.name, text), {"type": one.type}, about)


def _word(name: str) -> Any:  # noqa: ANN401 - a reader of text
    def word(text: str) -> str:
        if len(text) > _LONGEST:
            raise wrong(name, "too long", expected=f"at most {_LONGEST} characters")
        return text

    return word


@dataclass
class Selection:
    """Finds the rows of a question, and remembers the last ones: the next page asks the same.

    At most ``limit`` bytes of row numbers are kept.
    """

    limit: int = 64_000_000
    _size: int = 0
    _kept: OrderedDict[tuple[str, str], Rows] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, collection: Collection, asked: Mapping[str, Any]) -> Chosen:
        """Rows that ``asked`` selects: a slice when it is all of them, else ascending numbers."""
        by_property = {one.name: asked[one.name] for one in collection.fields if one.name in asked}
        every = slice(0, len(collection))
        if not _of_that_time(collection, asked):
            return slice(0, 0)
        if not by_property and "bbox" not in asked and "filter" not in asked:
            return every
        told = {name: asked[name] for name in (*_SELECTING, *by_property) if name in asked}
        key = (collection.etag, repr(told))
        rows = self._remembered(key)
        return self._find(key, collection, told) if rows is None else rows

    def _remembered(self, key: tuple[str, str]) -> Rows | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _find(self, key: tuple[str, str], collection: Collection, told: dict[str, Any]) -> Rows:
        rows = _rows(collection, told)
        with self._lock:
            if key not in self._kept:
                self._kept[key], self._size = rows, self._size + _weight(rows)
            while self._size > self.limit:
                self._size -= _weight(self._kept.popitem(last=False)[1])
        return rows


def _weight(rows: Rows) -> int:
    """Bytes of a remembered answer; one that found nothing takes its key's place too."""
    return rows.nbytes + 500


def _of_that_time(collection: Collection, asked: Mapping[str, Any]) -> bool:
    """All features are of one time; where it is unknown, none is left out."""
    if "datetime" not in asked or collection.when is None:
        return True
    return bool(asked["datetime"].meets(interval(collection.when)))


def _rows(collection: Collection, asked: Mapping[str, Any]) -> Rows:
    default = crs.known("OGC:CRS84")
    rows: Rows | None = None
    if "bbox" in asked:
        of_box = asked.get("bbox-crs", default)
        rows = boxes.search(collection, boxes.checked(asked["bbox"], of_box), of_box)
    equal = {one.name: asked[one.name] for one in collection.fields if one.name in asked}
    if equal:
        rows = _with_values(collection, equal, rows)
    if "filter" in asked:
        predicates.check(asked["filter"], {one.name: one.type for one in collection.fields})
        of_filter = asked.get("filter-crs", default)
        met = predicates.selected(collection, asked["filter"], of_filter)
        rows = met if rows is None else np.intersect1d(rows, met, assume_unique=True)
    return rows if rows is not None else np.arange(len(collection))


def _with_values(collection: Collection, equal: Mapping[str, Any], rows: Rows | None) -> Rows:
    if rows is not None:
        return rows[_equal(collection.table(list(equal), rows), equal)]
    found = [
        strip.start + np.flatnonzero(_equal(collection.table(list(equal), strip), equal))
        for strip in predicates.strips(len(collection))
    ]
    return np.concatenate(found) if found else np.arange(0)


def _equal(table: pa.Table, equal: Mapping[str, Any]) -> Mask:
    met = np.ones(table.num_rows, bool)
    for name, value in equal.items():
        met &= np.asarray(pc.fill_null(pc.equal(table[name], value), False))
    return met
