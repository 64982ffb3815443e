"""The collections of the catalogue and their items, read again only where a folder changed.

A folder changes its time whenever something is published, pointed at, ingested or deleted in it,
so a request costs a ``stat`` a folder, whatever number of editions lies there.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from geoml import catalog, editions
from geoml.api.served import Served
from geoml.api.stac.entries import Entry, of_edition, of_source
from geoml.areas.area import Area
from geoml.areas.keys import KEYS
from geoml.areas.stored import settled
from geoml.errors import CorruptFile, InvalidArgument, NotFound, UnknownArea, UnknownEdition

logger = logging.getLogger("geoml.api")

SOURCES, EDITIONS = "-sources", "-editions"
_MOST = 4096


@dataclass(frozen=True)
class Group:
    """One collection: the sources of an area, or the editions of a service in it.

    Entries are sorted by id, editions from the newest to the oldest. ``current`` is the edition
    that is served.
    """

    id: str
    kind: Literal["sources", "editions"]
    area: Area
    service: str
    entries: tuple[Entry, ...]
    current: str | None = None

    @cached_property
    def by_id(self) -> dict[str, int]:
        """Where each item stands."""
        return {one.id: place for place, one in enumerate(self.entries)}


class Shelf:
    """Collections by id over a home; what was read is kept until its folder changes."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._kept = Served(served.home, limit=_MOST)  # its own: it must not push out models

    def all(self) -> tuple[Group, ...]:
        """Every collection, sorted by id."""
        found = (group for area in self._served.areas() for group in self._groups(area))
        return tuple(sorted(found, key=lambda group: group.id))

    def get(self, name: str) -> Group:
        """One collection; raises NotFound."""
        try:
            group = self._find(name)
        except (UnknownArea, InvalidArgument):
            group = None
        if group is None:
            told = "no such collection; GET /stac/collections lists them"
            raise NotFound(told, where=repr(name)[:120])
        return group

    def sources(self, area: Area) -> Group:
        """The sources of an area."""
        folder = self._served.home.sources(area.id)
        key, about = ("sources", area.id), f"{area.born}{area.name}"
        entries: tuple[Entry, ...] = ()
        if folder.is_dir():
            entries = self._kept.keep(key, folder, lambda: _sources(area, folder), about)
        return Group(f"{area.id}{SOURCES}", "sources", area, "", entries)

    def _find(self, name: str) -> Group | None:
        if name.endswith(SOURCES):
            return self.sources(self._served.area(name.removesuffix(SOURCES)))
        service, _, area = name.removesuffix(EDITIONS).partition("-")
        if name.endswith(EDITIONS) and service in catalog.names():
            return self._editions(service, self._served.area(area))
        return None

    def _groups(self, area: Area) -> Iterator[Group]:
        yield self.sources(area)
        for service in catalog.names():
            group = self._editions(service, area)
            if group is not None:
                yield group

    def _editions(self, service: str, area: Area) -> Group | None:
        folder = self._served.home.editions(service, area.id)
        pointer = _stamp(folder / "current.json")
        if pointer is None:
            return None
        made = self._kept.keep(
            ("editions", service, area.id),
            folder,
            lambda: self._read(service, area),
            f"{pointer}{area.born}{area.name}",
        )
        return made if made.entries else None

    def _read(self, service: str, area: Area) -> Group:
        home = self._served.home
        entries = []
        for ref in reversed(editions.all_of(home, service, area.id)):
            try:
                entries.append(self._entry(area, ref))
            except (UnknownEdition, OSError, ValueError, KeyError) as error:
                # Deleted a moment ago, or not of this program: the others are shown.
                logger.warning("%s of %s in %s: %s", ref.id, service, area.id, error)
        try:
            current = editions.current(home, service, area.id)
        except (UnknownEdition, CorruptFile):
            current = None
        name = f"{service}-{area.id}{EDITIONS}"
        served = current.id if current else None
        return Group(name, "editions", area, service, tuple(entries), served)

    def _entry(self, area: Area, ref: editions.EditionRef) -> Entry:
        key = ("entry", ref.service, ref.area, ref.id)
        manifest = ref.folder / "manifest.json"
        return self._kept.keep(key, manifest, lambda: of_edition(area, ref), area.name)


def _sources(area: Area, folder: Path) -> tuple[Entry, ...]:
    found = []
    for key in KEYS:
        try:
            stored = settled(folder, key)
            if stored is not None:
                found.append(of_source(area, key, stored))
        except (OSError, ValueError, KeyError) as error:
            logger.warning("source %s of %s: %s", key, area.id, error)
    return tuple(sorted(found, key=lambda one: one.id))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - once a folder and request, and three times as quick
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
