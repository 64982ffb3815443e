"""Styles as MapLibre and QGIS read them for tiles (MapLibre style specification, version 8)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from geoml.api.ogc.styles import Class, Look
from geoml.types import Language

MEDIA_TYPE = "application/vnd.mapbox.style+json"


def vector(
    look: Look, tilejson: str, layer: str, kinds: Sequence[str], language: Language
) -> bytes:
    """Fills of the vector tiles at a TileJSON address; without the property there is none.

    One layer for each class, because QGIS knows no ``step``; ``kinds`` of units: the first is
    drawn above the others.
    """
    fills = [
        {
            "id": f"{look.id}-{kind}-{number}",
            "type": "fill",
            "source": "tiles",
            "source-layer": layer,
            "filter": _filter(look.field, kind, one),
            "paint": {"fill-color": one.colour, "fill-opacity": round(one.opacity / 255, 4)},
        }
        for kind in reversed(kinds)
        for number, one in enumerate(look.classes)
        if one.opacity
    ]
    return _style(look, {"type": "vector", "url": tilejson}, fills, language)


def _filter(field: str, kind: str, one: Class) -> list[Any]:
    found: list[Any] = ["all", ["==", ["get", "kind"], kind], ["has", field]]
    if one.low > -math.inf:
        found.append([">=", ["get", field], one.low])
    if one.high < math.inf:
        found.append(["<", ["get", field], one.high])
    return found


def raster(look: Look, tilejson: str, language: Language) -> bytes:
    """The finished map tiles at a TileJSON address, which need no style but their own."""
    source = {"type": "raster", "url": tilejson, "tileSize": 256}
    drawn = {"id": look.id, "type": "raster", "source": "tiles"}
    paint = {"raster-resampling": "nearest"}
    return _style(look, source, [{**drawn, "paint": paint}], language)


def _style(
    look: Look, source: dict[str, Any], layers: list[dict[str, Any]], language: Language
) -> bytes:
    style = {
        "version": 8,
        "name": look.told(language),
        "sources": {"tiles": source},
        "layers": layers,
    }
    return json.dumps(style, ensure_ascii=False, separators=(",", ":")).encode()
