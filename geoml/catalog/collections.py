"""Collections of features by id: what an edition says of the units of a town, and of its cells.

``<service>-<area>`` is the current edition, ``...@<edition>`` one that never changes; with
``-cells`` after the area the features are cells of the analysis grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import geopandas
import numpy as np
import pyarrow as pa

from geoml import editions
from geoml.areas.area import Area, load
from geoml.areas.area import names as area_names
from geoml.catalog.services import get, names
from geoml.contract import Service
from geoml.editions import EditionRef
from geoml.errors import InvalidArgument, UnknownCollection, UnknownEdition
from geoml.paths import Home
from geoml.types import Text
from geoml.vector.fragments import DECIMALS, Fragments
from geoml.vector.packed import Box, Rows
from geoml.vector.read import read_table

FieldType = Literal["string", "number", "integer"]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of the features of a collection; ``unit`` is empty for text."""

    name: str
    type: FieldType
    title: Text
    unit: str = ""


class Collection(Protocol):
    """Features with ids in one order; row numbers are places in that order, from 0.

    ``bbox`` is west, south, east, north in degrees, rounded outward. ``crs`` is the storage CRS as
    ``EPSG:n``. ``when`` is the date of the data, ISO 8601, None where unknown. ``etag`` changes
    whenever a byte of the features may have changed.
    """

    id: str
    title: Text
    description: Text
    service: str
    area: str
    edition: str
    kind: Literal["units", "cells"]
    pinned: bool
    bbox: Box
    crs: str
    when: str | None
    fields: tuple[Field, ...]
    audience: Literal["public", "staff"]
    etag: str

    def __len__(self) -> int:
        """How many features there are."""

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows whose geometry in longitude and latitude meets any of the boxes; exact."""

    def page(self, rows: slice | Rows) -> bytes:
        """Features as GeoJSON, joined by a comma and a line feed."""

    def row(self, fid: str) -> int | None:
        """The row of a feature by its id, None where there is none."""

    def table(self, columns: Sequence[str], rows: slice | Rows | None = None) -> pa.Table:
        """Properties of rows (all by default), for filters and tables."""

    def frame(self, rows: slice | Rows) -> geopandas.GeoDataFrame:
        """Rows with ``id``, properties and geometry in the storage CRS."""


class Units:
    """The units of one edition: buildings, zones, whatever the service speaks of."""

    kind: Literal["units", "cells"] = "units"

    def __init__(self, service: Service, area: Area, edition: EditionRef, *, pinned: bool) -> None:
        manifest = edition.manifest()
        self._folder = edition.folder
        self.service, self.area, self.edition = service.name, area.id, edition.id
        self.id = f"{service.name}-{area.id}" + (f"@{edition.id}" if pinned else "")
        self.pinned, self.crs, self.when = pinned, area.crs, manifest["date"]
        self.title = Text(
            fr=f"{service.title.fr}, {area.name}", en=f"{service.title.en}, {area.name}"
        )
        self.description = service.summary
        self.etag = f"{edition.id}-units"
        self.audience: Literal["public", "staff"] = "public"
        self._fragments = Fragments(
            self._folder / "units.geojson", self._folder / "units-index.arrow"
        )
        boxes = self._fragments.boxes
        self.bbox = outward(boxes) if len(boxes) else tuple(manifest["bbox"])
        self.fields = fields_of(service, self._all.schema)

    def __len__(self) -> int:
        """How many units there are."""
        return len(self._fragments)

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows whose geometry meets any of the boxes."""
        return self._fragments.search(boxes)

    def page(self, rows: slice | Rows) -> bytes:
        """Ready-made features."""
        return self._fragments.page(rows)

    def row(self, fid: str) -> int | None:
        """The row of a unit."""
        return self._rows.get(fid)

    def table(self, columns: Sequence[str], rows: slice | Rows | None = None) -> pa.Table:
        """Properties of rows."""
        return _taken(self._all.select(list(columns)), rows)

    def frame(self, rows: slice | Rows) -> geopandas.GeoDataFrame:
        """Rows in the area's CRS."""
        return geopandas.GeoDataFrame.from_arrow(_taken(self._all, rows))

    @cached_property
    def _all(self) -> pa.Table:
        return read_table(self._folder / "units.parquet")

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {fid: row for row, fid in enumerate(self._all["id"].to_pylist())}


def fields_of(service: Service, schema: pa.Schema) -> tuple[Field, ...]:
    """The properties that a published table has, in its order, with what the service says."""
    told = {
        "kind": (Text(fr="Genre", en="Kind"), ""),
        f"{service.name}_score": (service.title, "0..100"),
        "lower": (Text(fr="Borne basse du score", en="Lower bound of the score"), "0..100"),
        "upper": (Text(fr="Borne haute du score", en="Upper bound of the score"), "0..100"),
        "applicability": (
            Text(fr="Dissemblance sur son seuil", en="Dissimilarity over its threshold"),
            "1",
        ),
        "name": (Text(fr="Nom", en="Name"), ""),
        "height_m": (Text(fr="Hauteur", en="Height"), "m"),
        "area_m2": (Text(fr="Surface au sol", en="Ground area"), "m2"),
    }
    found = []
    for field in schema:
        if field.name not in {"id", "geometry"}:
            title, unit = told.get(field.name, (Text(fr=field.name, en=field.name), ""))
            found.append(Field(field.name, _type(field.type), title, unit))
    return tuple(found)


def outward(boxes: Any) -> Box:  # noqa: ANN401 - array of shape (n, 4)
    """The box around boxes, rounded away from them: an extent may be too large, never too small."""
    scale = 10**DECIMALS
    west, south = (math.floor(v * scale) / scale for v in np.nanmin(boxes[:, :2], axis=0))
    east, north = (math.ceil(v * scale) / scale for v in np.nanmax(boxes[:, 2:], axis=0))
    return west, south, east, north


def _type(kind: pa.DataType) -> FieldType:
    if pa.types.is_integer(kind):
        return "integer"
    return "number" if pa.types.is_floating(kind) else "string"


def _taken(table: pa.Table, rows: slice | Rows | None) -> pa.Table:
    if rows is None:
        return table
    if isinstance(rows, slice):
        first, last, _ = rows.indices(table.num_rows)
        return table.slice(first, max(0, last - first))
    return table.take(pa.array(rows))


def find(home: Home, collection: str) -> Collection:
    """The collection of an id; raises UnknownCollection. Ids never become paths unchecked."""
    stem, _, edition = collection.partition("@")
    service, _, place = stem.partition("-")
    if service in names() and place:
        for area_id, make in _readings(place):
            ref = _edition(home, service, area_id, edition)
            if ref is not None:
                return make(get(service), load(home, area_id), ref, pinned=bool(edition))
    raise UnknownCollection(
        "no such collection",
        where=repr(collection)[:120],
        next_step="GET /collections lists the collections",
    )


def _readings(place: str) -> list[tuple[str, type[Units]]]:
    """What the part after the service can mean: an area, or the cells of one."""
    return [(place, Units)]


def _edition(home: Home, service: str, area: str, edition: str) -> EditionRef | None:
    try:
        if edition:
            return editions.find(home, service, area, edition)
        return editions.current(home, service, area)
    except (UnknownEdition, InvalidArgument):
        return None


def all_of(home: Home) -> tuple[Collection, ...]:
    """Every collection of every current edition, by service and area."""
    found: list[Collection] = []
    for service in names():
        for area in area_names(home):
            ref = editions.current(home, service, area)
            if ref is not None:
                found.append(Units(get(service), load(home, area), ref, pinned=False))
    return tuple(found)
