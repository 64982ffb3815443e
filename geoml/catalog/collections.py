"""Collections of features by id: what an edition says of the units of a town, and of its cells.

``<service>-<area>`` is the current edition, ``...@<edition>`` one that never changes; with
``-cells`` after the area the features are cells of the analysis grid. Where some kinds of units
are for staff and others are not, ``<service>-<area>`` holds those that everybody may see and
``<service>-<area>-<kind>`` those of one kind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import geopandas
import pyarrow as pa

from geoml import editions
from geoml.areas.area import load
from geoml.areas.area import names as area_names
from geoml.catalog.derived import has_units
from geoml.catalog.fields import Field, FieldType, fields_of
from geoml.catalog.published import Cells, Stored, Units, outward
from geoml.catalog.sections import Section, sections
from geoml.catalog.services import get, names
from geoml.editions.store import CURRENT, MANIFEST
from geoml.errors import (
    CorruptFile,
    InvalidArgument,
    UnknownArea,
    UnknownCollection,
    UnknownEdition,
)
from geoml.paths import Home
from geoml.types import Text
from geoml.vector.packed import Box, Rows

__all__ = [
    "Cells", "Collection", "Field", "FieldType", "Keep", "Section", "Units", "all_of", "fields_of",
    "find", "outward",
]  # fmt: skip

logger = logging.getLogger("geoml.catalog")
T = TypeVar("T")


class Keep(Protocol):
    """``make()``, perhaps remembered under ``key`` until the file ``path`` changes."""

    def __call__(self, key: Hashable, path: Path, make: Callable[[], T]) -> T:
        """What was made now or before."""


class Collection(Protocol):
    """Features with ids in one order; row numbers are places in that order, from 0.

    ``bbox`` is west, south, east, north in degrees, rounded outward. ``crs`` is the storage CRS as
    ``EPSG:n``. ``when`` is the date of the data, ISO 8601, None where unknown. ``licences`` are
    those of the sources, in their own words. ``etag`` changes whenever a byte of the features may
    have changed.
    """

    id: str
    title: Text
    description: Text
    service: str
    area: str
    edition: str
    kind: Literal["units", "cells"]
    section: Section
    pinned: bool
    bbox: Box
    crs: str
    when: str | None
    licences: tuple[str, ...]
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


_: tuple[type[Collection], ...] = (Units, Cells)  # mypy checks the fit here


def _made(key: Hashable, path: Path, make: Callable[[], T]) -> T:  # noqa: ARG001 - remembers none
    return make()


def find(home: Home, collection: str, keep: Keep = _made) -> Collection:
    """The collection of an id, opened; raises UnknownCollection.

    Ids never become paths unchecked. With ``keep`` (a server has ``Served.keep``) it stays open
    until the file that says which edition is served changes.
    """
    stem, pin, edition = collection.partition("@")
    service, _, place = stem.partition("-")
    if service in names() and bool(pin) == bool(edition):
        for area, section in _readings(service, place):
            found = _open(home, service, area, edition, section, keep)
            if found is not None:
                return found
    raise unknown(collection)


def unknown(collection: str) -> UnknownCollection:
    """The error for an id that is none, or none that the caller may know of."""
    return UnknownCollection(
        "no such collection",
        where=repr(collection)[:120],
        next_step="GET /collections lists the collections",
    )


def all_of(home: Home, keep: Keep = _made) -> tuple[Collection, ...]:
    """Every collection of every current edition, by service and area, units before cells.

    The log names editions that cannot be read; the others are served.
    """
    found: list[Collection] = []
    for service in names():
        here = list(_current(home, service, keep))
        whole = {one.id for one in here if not one.section.suffix}
        found += [one for one in here if not one.section.suffix or one.id not in whole]
    return tuple(found)


def _current(home: Home, service: str, keep: Keep) -> Iterator[Collection]:
    for area in area_names(home):
        for section in sections(get(service)):
            try:
                one = _open(home, service, area, "", section, keep)
            except (CorruptFile, UnknownArea, UnknownEdition) as error:  # deleted just now
                logger.warning("%s", error)
                continue
            if one is not None:
                yield one


def _readings(service: str, place: str) -> Iterator[tuple[str, Section]]:
    """What the part after the service can mean: an area, or a section of one.

    No new area has an id that ends in ``-cells``; one of before that rule keeps its name, and so
    does one that ends like a kind of units: the section with no ending comes first.
    """
    for section in sections(get(service)):
        if place.endswith(section.suffix):
            yield place.removesuffix(section.suffix), section


def _open(
    home: Home, service: str, area: str, edition: str, section: Section, keep: Keep
) -> Collection | None:
    pinned = _edition(home, service, area, edition) if edition else None
    try:
        shelf = home.editions(service, area)
    except InvalidArgument:
        return None
    if edition and pinned is None:
        return None
    stamp = pinned.folder / MANIFEST if pinned else shelf / CURRENT

    def make() -> Collection | None:
        ref = pinned or _edition(home, service, area)
        if ref is None or (section.kind == "units" and not has_units(ref)):
            return None
        about = (get(service), load(home, area), ref, section)
        if section.kind == "cells":
            return Cells(home, *about, pinned=pinned is not None)
        stored = keep(
            ("units", service, area, ref.id), ref.folder / MANIFEST, lambda: Stored(home, ref)
        )
        units = Units(stored, *about, pinned=pinned is not None)
        # A kind that the town has nothing of is no collection.
        return None if section.kinds is not None and not len(units) else units

    return keep(("collection", service, area, edition, section), stamp, make)


def _edition(home: Home, service: str, area: str, edition: str = "") -> editions.EditionRef | None:
    try:
        if edition:
            return editions.find(home, service, area, edition)
        return editions.current(home, service, area)
    except (UnknownEdition, InvalidArgument):
        return None
