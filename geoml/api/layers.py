"""What the tile routes may serve: catalog layers and base layers, by id alone."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from typing import Any, TypeAlias

from geoml import catalog
from geoml.api.documents import legend
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.catalog import audience
from geoml.errors import InvalidArgument, UnknownLayer
from geoml.lifecycle.base import PREFIX, base_layer
from geoml.lifecycle.web import FLAG, legend_of, palette_of
from geoml.raster.coding import hatch
from geoml.raster.png import Palette
from geoml.types import Text
from tiles import styles
from tiles.layers import Layer

_MOST = 4096
_Stamp: TypeAlias = tuple[int, int, int] | None
_BASE = Text(fr="Fond de carte", en="Base map")


class TileLayers:
    """A ``tiles.layers.LayerSource`` over the catalog; asked for every tile, so it remembers.

    What is remembered holds for as long as the one file that could change it stays what it was:
    the pointer to the current edition, the manifest of a pinned one, the note of a base layer.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._kept: dict[str, tuple[str, _Stamp, Layer]] = {}

    def get(self, layer_id: str) -> Layer:
        """The layer of an id; raises UnknownLayer for one that the caller may not see, too."""
        layer = self._any(layer_id)
        if not sees(layer.audience):
            raise _unknown(layer_id)
        return layer

    def _any(self, layer_id: str) -> Layer:
        kept = self._kept.get(layer_id)
        if kept is not None and _stamp(kept[0]) == kept[1]:
            return kept[2]
        witness, _ = self._resolve(layer_id)
        stamp = _stamp(witness)
        _, layer = self._resolve(layer_id)  # after the stamp: never older than what it says
        if len(self._kept) >= _MOST:
            self._kept.clear()
        if stamp is not None:
            self._kept[layer_id] = (witness, stamp, layer)
        return layer

    def _resolve(self, layer_id: str) -> tuple[str, Layer]:
        """The file that a layer hangs on, and the layer."""
        return self._base(layer_id) if layer_id.startswith(PREFIX) else self._layer(layer_id)

    def _layer(self, layer_id: str) -> tuple[str, Layer]:
        found = catalog.layer(self._served.home, layer_id)
        folder = found.edition.folder
        witness = folder / "manifest.json" if found.pinned else folder.parent / "current.json"
        return str(witness), self._described(found)

    def _described(self, found: catalog.Layer) -> Layer:
        manifest = self._served.manifest(found.edition)
        service, web = catalog.get(found.service), manifest["web"]
        flag = found.name == FLAG
        return Layer(
            id=found.id,
            immutable=found.pinned,
            etag=f"{found.edition.id}-{found.name}-{_colours(found.service, found.name)}",
            pmtiles=found.pmtiles,
            title=_title(service.title, catalog.title_of(service, found.name)),
            unit="1" if flag else "0..100",
            minzoom=web["minzoom"],
            maxzoom=web["maxzoom"],
            bounds=tuple(web["bounds"]),
            web_cog=found.web_cog,
            data=found.data,
            palettes=_palettes(found.service, found.name),
            draw=hatch if flag else None,
            attribution=", ".join(_licences(manifest)),
            legend={} if flag else legend(legend_of(service, found.name)),
            audience=audience.of_layer(service, found.name),
        )

    def _base(self, layer_id: str) -> tuple[str, Layer]:
        try:
            base = base_layer(self._served.home, layer_id.removeprefix(PREFIX))
        except InvalidArgument:
            base = None
        if base is None:
            raise _unknown(layer_id)
        layer = Layer(
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
        return str(base.path.parent / "base.json"), layer


def _unknown(layer_id: str) -> UnknownLayer:
    return UnknownLayer(
        "no such layer", where=repr(layer_id)[:120], next_step="GET /areas lists the layers"
    )


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - once a tile, and three times as quick
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


@cache
def _palettes(service: str, layer: str) -> dict[str, Palette]:
    if layer == FLAG:
        return styles.of_flags()
    return styles.of_scores(palette_of(catalog.get(service), layer))


@cache
def _colours(service: str, layer: str) -> str:
    """A name for the colours of a layer: a release may change them, an edition never says so."""
    digest = blake2b(digest_size=4)
    for name, palette in sorted(_palettes(service, layer).items()):
        digest.update(name.encode() + palette.tobytes())
    return digest.hexdigest()


def _title(service: Text, layer: Text) -> Text:
    name = layer.within()
    return Text(fr=f"{service.fr} : {name.fr}", en=f"{service.en}: {name.en}")


def _licences(manifest: dict[str, Any]) -> list[str]:
    return sorted({one["licence"] for one in manifest["sources"].values() if one["licence"]})
