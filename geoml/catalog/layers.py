"""Map layers by id: ``<service>-<area>-<layer>`` is current, ``...@<edition>`` never changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geoml import editions
from geoml.catalog.services import get, names
from geoml.contract import PROBABILITY, Service
from geoml.errors import InvalidArgument, UnknownEdition, UnknownLayer
from geoml.paths import Home
from geoml.types import Text

LAYERS = {
    "score": Text(fr="Score", en="Score"),
    "lower": Text(fr="Borne basse", en="Lower bound"),
    "upper": Text(fr="Borne haute", en="Upper bound"),
    "applicability": Text(fr="Hors du domaine du modèle", en="Outside what the model knows"),
}


def title_of(service: Service, name: str) -> Text:
    """What a layer of a service is called; a part, and what a network saw, by its own title."""
    if name == PROBABILITY and service.segmentation is not None:
        return service.segmentation.title
    part = next((one for one in service.parts if one.name == name), None)
    return part.title if part is not None else LAYERS[name]


def every_name() -> tuple[str, ...]:
    """What layers are called, those of every service once."""
    return tuple(dict.fromkeys(name for one in names() for name in get(one).layers))


def names_of(edition: editions.EditionRef) -> tuple[str, ...]:
    """The layers that an edition has: one of before a part was declared lacks that part."""
    wanted = get(edition.service).layers
    return tuple(name for name in wanted if (edition.folder / f"{name}.tif").is_file())


@dataclass(frozen=True, slots=True)
class Layer:
    """One map layer of one edition; ``pinned`` when its id names the edition."""

    service: str
    area: str
    name: str
    edition: editions.EditionRef
    pinned: bool

    @property
    def id(self) -> str:
        """The id as it appears in URLs."""
        current = f"{self.service}-{self.area}-{self.name}"
        return f"{current}@{self.edition.id}" if self.pinned else current

    @property
    def data(self) -> Path:
        """The measured values: float COG in the area's CRS."""
        return self.edition.folder / f"{self.name}.tif"

    @property
    def web_cog(self) -> Path:
        """The uint8 COG on the web map's grid."""
        return self.edition.folder / f"{self.name}-web.tif"

    @property
    def pmtiles(self) -> Path:
        """The finished PNG tiles."""
        return self.edition.folder / f"tiles-{self.name}.pmtiles"


def layer(home: Home, layer_id: str) -> Layer:
    """Resolve a layer id; raises UnknownLayer. Ids never become paths unchecked."""
    stem, _, edition = layer_id.partition("@")
    service, _, rest = stem.partition("-")
    area, _, name = rest.rpartition("-")
    if service in names() and area and name in get(service).layers:
        try:
            ref = (
                editions.find(home, service, area, edition)
                if edition
                else editions.current(home, service, area)
            )
        except (UnknownEdition, InvalidArgument):
            ref = None
        if ref is not None and name in names_of(ref):
            return Layer(service, area, name, ref, pinned=bool(edition))
    raise UnknownLayer(
        "no such layer", where=repr(layer_id)[:120], next_step="GET /areas lists the layers"
    )


def layers_of(edition: editions.EditionRef) -> tuple[Layer, ...]:
    """The layers of an edition, pinned to it."""
    service, area = edition.service, edition.area
    return tuple(Layer(service, area, name, edition, True) for name in names_of(edition))
