"""What the server keeps open between requests: areas, editions and models, keyed by their files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from geoml import catalog, editions, modelstore
from geoml.api.problems import public
from geoml.areas import area as area_module
from geoml.areas.area import Area
from geoml.contract import Model
from geoml.errors import CorruptFile, UnknownArea, UnknownModel
from geoml.paths import Home

if TYPE_CHECKING:
    from geoml.learning.segmentation.engine import Engine
    from geoml.learning.segmentation.spec import Spec

T = TypeVar("T")
logger = logging.getLogger("geoml.api")


@dataclass(frozen=True, slots=True)
class Network:
    """What looks at pictures: the id of its model, and how it wants to be shown them."""

    model: str
    engine: Engine
    spec: Spec


@dataclass
class Served:
    """Read-through caches over ``home``.

    A cached value is dropped when the file it came from changes, so that publishing, promoting
    and rolling back need no restart. At most ``limit`` values are kept.
    """

    home: Home
    limit: int = 256
    _kept: dict[Hashable, tuple[tuple[int, str], Any]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def area(self, area: str) -> Area:
        """One area; raises UnknownArea."""
        path = self.home.area(area) / "area.json"
        return self.keep(("area", area), path, lambda: area_module.load(self.home, area))

    def areas(self) -> tuple[Area, ...]:
        """Every area that can be read, by id; the log names the others."""
        found = []
        for one in area_module.names(self.home):
            try:
                found.append(self.area(one))
            except (CorruptFile, UnknownArea) as error:  # one file, or deleted a moment ago
                logger.warning("%s", error)
        return tuple(found)

    def edition(self, service: str, area: str) -> editions.EditionRef | None:
        """The edition that is served, or None."""
        pointer = self.home.editions(service, area) / "current.json"
        key = ("edition", service, area)
        return self.keep(key, pointer, lambda: editions.current(self.home, service, area))

    def manifest(self, edition: editions.EditionRef) -> dict[str, Any]:
        """The manifest of an edition."""
        path = edition.folder / "manifest.json"
        return self.keep(("manifest", edition.id), path, edition.manifest)

    def model(self, service: str, version: str) -> Model:
        """One model by version, checked against its manifest when it is opened."""
        ref = modelstore.find(self.home, service, version)
        path = ref.folder / "manifest.json"
        declared = catalog.get(service)
        return self.keep(
            ("model", service, version), path, lambda: modelstore.open_model(declared, ref)
        )

    def champion(self, service: str, area: str | None) -> Model:
        """The model that answers for an area, else for the service; raises UnknownModel."""
        pointer = self.home.models(service) / "champion.json"
        own = modelstore.champion_key(self.area(area)) if area else None
        key = ("champion", service, own)
        ref = self.keep(key, pointer, lambda: modelstore.champion(self.home, service, own))
        return self.model(service, ref.version)

    def network(self, service: str) -> Network:
        """The network of the service's champion, open; raises UnknownModel."""
        version = str(self.champion(service, None).manifest["version"])
        folder = modelstore.find(self.home, service, version).folder

        def opened() -> Network:
            from geoml.learning.segmentation.choice import open_chosen

            spec, engine = open_chosen(self.home, folder)
            return Network(f"{service}@{version}", engine, spec)

        return self.keep(("network", service, version), folder / "manifest.json", opened)

    def ready(self) -> dict[str, str]:
        """State of each service: its champion's id, or what to do to get one."""
        state = {}
        for name in catalog.names():
            try:
                state[name] = str(self.champion(name, None).manifest["version"])
            except UnknownModel as error:
                state[name] = str(public(error))
        return state

    def keep(self, key: Hashable, path: Path, make: Callable[[], T], about: str = "") -> T:
        """``make()``, remembered under ``key`` until ``path`` or ``about`` changes."""
        try:
            stamp = (path.stat().st_mtime_ns, about)
        except FileNotFoundError:
            return make()
        kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            value: T = kept[1]
            return value
        value = make()
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self.limit:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (stamp, value)
        return value
