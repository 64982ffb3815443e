"""The collections that are served, each with what the API makes of it once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from geoml.api.ogc import crs, query
from geoml.api.ogc.crs import Crs
from geoml.api.ogc.parameters import Parameter
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.catalog import collections
from geoml.catalog.collections import Collection

_Stamp: TypeAlias = tuple[int, int, int] | None
_MOST = 1024


@dataclass(frozen=True)
class Entry:
    """A collection with its CRSs and its parameters."""

    collection: Collection

    @cached_property
    def crs(self) -> Mapping[str, Crs]:
        """What it can be asked in, by URI."""
        return crs.of(self.collection.crs)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """Query parameters of its items, by name."""
        return {one.name: one for one in query.parameters(self.collection, self.crs)}


class Shelf:
    """Collections by id over what is served, open for as long as their edition is."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._kept: dict[str, tuple[str, _Stamp, Entry]] = {}

    def kept(self, name: str) -> Entry | None:
        """A collection that is open and still what it was, else None; one ``stat``, no reading."""
        found = self._kept.get(name)
        if found is None or _stamp(found[0]) != found[1] or not sees(found[2].collection.audience):
            return None
        return found[2]

    def get(self, name: str) -> Entry:
        """The collection of an id, opened where need be; raises UnknownCollection."""
        return self.kept(name) or self._opened(name)

    def all(self) -> tuple[Entry, ...]:
        """Every collection of the current editions."""
        found = collections.all_of(self._served.home, self._served.keep)
        return tuple(self.get(one.id) for one in found if sees(one.audience))

    def _opened(self, name: str) -> Entry:
        there = collections.find(self._served.home, name, self._served.keep)
        if not sees(there.audience):
            raise collections.unknown(name)
        witness = self._witness(there)
        stamp = _stamp(witness)
        # Found again after the stamp was taken: never older than what it says.
        found = collections.find(self._served.home, name, self._served.keep)
        if len(self._kept) >= _MOST:
            self._kept.clear()
        entry = Entry(found)
        self._kept[name] = (witness, stamp, entry)
        return entry

    def _witness(self, found: Collection) -> str:
        """The one file that says which edition it is."""
        shelf = self._served.home.editions(found.service, found.area)
        return str(shelf / (f"{found.edition}/manifest.json" if found.pinned else "current.json"))


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - at every request, and three times as quick
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
