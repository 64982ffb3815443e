"""Towns made as users make them, for what ``docs/validation.md`` measures on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoml import catalog
from geoml.areas import area as areas
from geoml.areas import cover
from geoml.areas.demo.town import make
from geoml.areas.ingest import ingest
from geoml.areas.sources import read_on_grid, sources
from geoml.contract import Model, Service
from geoml.features import registry
from geoml.files import read_json
from geoml.learning.samples import Samples, take
from geoml.lifecycle.features import feature_index, refresh
from geoml.lifecycle.train import train
from geoml.modelstore import ModelRef
from geoml.paths import Home, packaged_models
from geoml.raster.cog import read


@dataclass(frozen=True)
class Trained:
    """A model and what its training measured."""

    service: Service
    ref: ModelRef

    @property
    def metrics(self) -> Mapping[str, Any]:
        """What ``metrics.json`` holds."""
        found: Mapping[str, Any] = read_json(self.ref.folder / "metrics.json")
        return found

    def model(self) -> Model:
        """The model itself."""
        return self.service.load(self.ref.folder, self.ref.manifest())

    def lines(self, scheme: str) -> dict[str, Mapping[str, Any]]:
        """Candidate -> its line of the table, for one way of validation."""
        return {one["candidate"]: one for one in self.metrics["table"] if one["scheme"] == scheme}


@contextmanager
def empty_home() -> Iterator[Home]:
    """A home that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="validation-") as folder:
        yield Home(Path(folder))


def learning(label: str) -> Service:
    """The service that learns from a source of this key."""
    found = (catalog.get(name) for name in catalog.names())
    return next(one for one in found if label in one.target.labels)


def learned(home: Home, label: str, *places: str, holdout_share: float = 0.0) -> Trained:
    """Train, as ``geoml train SERVICE --area PLACE`` does."""
    service = learning(label)
    ref, _ = train(home, service.name, places, holdout_share=holdout_share)
    return Trained(service, ref)


def shipped(service: Service) -> Model:
    """The frozen model that comes with geoml."""
    folder = packaged_models(service.name) / "1"
    return service.load(folder, read_json(folder / "manifest.json"))


def cells(home: Home, service: Service, label: str, place: str) -> Samples:
    """Every cell of a place with its label, as a training on cells of the grid takes them."""
    refresh(home, place)
    area = areas.load(home, place)
    names = [one.name for one in service.features if one.name in feature_index(home, place)]
    features = {name: read(home.features(place) / f"{name}.tif") for name in names}
    given = read_on_grid(sources(home, area)[label], area.grid, area.grid.whole())
    target, _ = service.target_of(given, features, area.grid, inside=None)
    return take(service, features, target, area.grid, area.resolution_m, area=place)


def generated(home: Home, place: str, label: str, seed: int | None = None) -> None:
    """A generated town of the demo's plan, with what the service of one label learns from."""
    town = make("demo", home.root / "drawn" / place, seed)
    service = learning(label)
    known = [one.name for one in service.features if registry.is_quantity(one.name)]
    wanted = {label}.union(*(registry.sources_of(name) for name in known))
    areas.create(
        home,
        place,
        f"{town.name}, {place}",
        boundary_file=town.boundary_file,
        crs=town.crs,
        resolution_m=town.resolution_m,
        margin_m=town.margin_m,
        synthetic=True,
    )
    items = [one for one in town.items() if one.partition("=")[0] in wanted]
    ingest(home, place, items, date=town.date)
    if "buildings" in wanted:
        cover.state(home, areas.load(home, place), "buildings", None)
