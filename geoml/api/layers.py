"""What the tile routes may serve: catalog layers and base layers, by id alone."""

from __future__ import annotations

from functools import cache
from typing import Any

from geoml import catalog
from geoml.api.documents import legend
from geoml.api.served import Served
from geoml.errors import InvalidArgument, UnknownLayer
from geoml.lifecycle.base import PREFIX, base_layer
from geoml.lifecycle.web import FLAG, palette_of
from geoml.raster.coding import hatch
from geoml.raster.png import Palette
from geoml.types import Text
from tiles.layers import Layer

_BASE = Text(fr="Fond de carte", en="Base map")


class TileLayers:
    """A ``tiles.layers.LayerSource`` over the catalog; asked for every tile, so it remembers."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def get(self, layer_id: str) -> Layer:
        """The layer of an id; raises UnknownLayer."""
        if layer_id.startswith(PREFIX):
            return self._base(layer_id)
        return self._layer(layer_id)

    def _layer(self, layer_id: str) -> Layer:
        found = catalog.layer(self._served.home, layer_id)
        return self._served.keep(
            ("layer", layer_id),
            found.edition.folder / "manifest.json",
            lambda: self._described(found),
            about=found.edition.id,
        )

    def _described(self, found: catalog.Layer) -> Layer:
        manifest = self._served.manifest(found.edition)
        service, web = catalog.get(found.service), manifest["web"]
        flag = found.name == FLAG
        return Layer(
            id=found.id,
            immutable=found.pinned,
            etag=f"{found.edition.id}-{found.name}",
            pmtiles=found.pmtiles,
            title=_title(service.title, catalog.LAYERS[found.name]),
            unit="1" if flag else "0..100",
            minzoom=web["minzoom"],
            maxzoom=web["maxzoom"],
            bounds=tuple(web["bounds"]),
            web_cog=found.web_cog,
            data=found.data,
            palettes=_palettes(found.service, found.name),
            draw=hatch if flag else None,
            attribution=", ".join(_licences(manifest)),
            legend={} if flag else legend(service),
        )

    def _base(self, layer_id: str) -> Layer:
        try:
            base = base_layer(self._served.home, layer_id.removeprefix(PREFIX))
        except InvalidArgument:
            base = None
        if base is None:
            raise UnknownLayer("no such layer", where=repr(layer_id)[:120])
        return Layer(
            id=base.id,
            immutable=False,
            etag=base.signature[:24],
            pmtiles=base.path,
            title=_BASE,
            unit="1",
            minzoom=base.minzoom,
            maxzoom=base.maxzoom,
            bounds=base.bounds,
            media_type="image/webp",
            attribution=base.attribution,
        )


@cache
def _palettes(service: str, layer: str) -> dict[str, Palette]:
    return {"default": palette_of(catalog.get(service), layer)}


def _title(service: Text, layer: Text) -> Text:
    return Text(fr=f"{service.fr} : {layer.fr.lower()}", en=f"{service.en}: {layer.en.lower()}")


def _licences(manifest: dict[str, Any]) -> list[str]:
    return sorted({one["licence"] for one in manifest["sources"].values() if one["licence"]})
