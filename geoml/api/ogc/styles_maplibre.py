"""Styles as MapLibre and QGIS read them for tiles (MapLibre style specification, version 8)."""

from __future__ import annotations

import json
from typing import Any

from geoml.api.ogc.styles import Look
from geoml.types import Language

MEDIA_TYPE = "application/vnd.mapbox.style+json"


def vector(look: Look, tilejson: str, layer: str, language: Language) -> bytes:
    """Fills of the vector tiles at a TileJSON address; without the property there is none."""
    colour: list[Any] = ["step", ["get", look.field], _css(look, 0)]
    opacity: list[Any] = ["step", ["get", look.field], look.classes[0].opacity / 255]
    for number, one in enumerate(look.classes[1:], 1):
        colour += [one.low, _css(look, number)]
        opacity += [one.low, one.opacity / 255]
    fill = {
        "id": look.id,
        "type": "fill",
        "source": "tiles",
        "source-layer": layer,
        "filter": ["has", look.field],
        "paint": {"fill-color": colour, "fill-opacity": opacity},
    }
    return _style(look, {"type": "vector", "url": tilejson}, fill, language)


def raster(look: Look, tilejson: str, language: Language) -> bytes:
    """The finished map tiles at a TileJSON address, which need no style but their own."""
    source = {"type": "raster", "url": tilejson, "tileSize": 256}
    drawn = {"id": look.id, "type": "raster", "source": "tiles"}
    paint = {"raster-resampling": "nearest"}
    return _style(look, source, {**drawn, "paint": paint}, language)


def _style(look: Look, source: dict[str, Any], layer: dict[str, Any], language: Language) -> bytes:
    style = {
        "version": 8,
        "name": look.told(language),
        "sources": {"tiles": source},
        "layers": [layer],
    }
    return json.dumps(style, ensure_ascii=False, separators=(",", ":")).encode()


def _css(look: Look, number: int) -> str:
    return look.classes[number].colour
