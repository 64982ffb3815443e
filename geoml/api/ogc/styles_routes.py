"""The routes of styles: of map layers by ``/styles``, of features below their collection.

A style of a layer is for its measured values (the float COG of the edition); one of a collection
is for its features, as items, as a file or as vector tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoml import catalog
from geoml.api.ogc import (
    media,
    parameters,
    styles_legend,
    styles_maplibre,
    styles_qml,
    styles_sld,
)
from geoml.api.ogc.links import base as base_of
from geoml.api.ogc.links import link
from geoml.api.ogc.parameters import Parameter, choice
from geoml.api.ogc.shelf import Shelf
from geoml.api.ogc.styles import DEFAULT, Look, look, painted, styles_of
from geoml.api.ogc.tilesets_matrix import TMS
from geoml.catalog.collections import Collection
from geoml.catalog.layers import layer as catalog_layer
from geoml.errors import UnknownLayer
from geoml.paths import Home
from geoml.types import LANGUAGES, Language
from tiles.layers import LayerSource
from tiles.styles import DEFAULT as MAP_DEFAULT
from tiles.styles import TITLES as MAP_STYLES

Written: TypeAlias = Callable[[Look, Language], bytes]
LANG: Mapping[str, Parameter] = {
    "lang": choice("lang", list(LANGUAGES), "Language of the words; else Accept-Language decides.")
}
LEGEND: Mapping[str, Parameter] = {
    **LANG,
    "style": choice("style", list(MAP_STYLES), "The style of the map tiles.", MAP_DEFAULT),
}
KINDS: Mapping[str, str] = {
    "qml": styles_qml.MEDIA_TYPE,
    "sld": styles_sld.MEDIA_TYPE,
    "png": styles_legend.MEDIA_TYPE,
    "json": styles_maplibre.MEDIA_TYPE,
}
"""Ending of a style's address -> media type."""
TITLES: Mapping[str, str] = {
    "qml": "Style for QGIS",
    "sld": "Style as OGC SLD 1.0.0",
    "png": "The legend as a picture",
    "json": "Style for MapLibre",
}
_KEEP = {"cache-control": "public, max-age=300", "vary": "Accept-Language"}


@dataclass(frozen=True)
class Styles:
    """The styles of layers and collections."""

    home: Home
    shelf: Shelf
    layers: LayerSource

    async def of_layer(self, request: Request) -> Response:
        """``/styles/{layer}.{ending}``; the picture also of the other styles of its tiles."""
        ending = _ending(request)
        language, style = _asked(request, LEGEND if ending == "png" else LANG)

        def written() -> bytes:
            name = request.path_params["layer"]
            self.layers.get(name)  # whether there is one, and for whom
            found = catalog_layer(self.home, name)
            one = look(catalog.get(found.service), found.name)
            one = one if style == MAP_DEFAULT else painted(one, style)
            tilejson = f"{base_of(request)}/tiles/{name}/tilejson.json"
            ways: Mapping[str, Written] = {
                "qml": styles_qml.raster,
                "sld": lambda look, language: styles_sld.raster(look, name, language),
                "png": styles_legend.picture,
                "json": lambda look, language: styles_maplibre.raster(look, tilejson, language),
            }
            return ways[ending](one, language)

        return _answer(await run_in_threadpool(written), ending)

    async def of_collection(self, request: Request) -> Response:
        """``/collections/{collection}/styles/{style}.{ending}``."""
        ending = _ending(request)
        language, _ = _asked(request, LANG)

        def written() -> bytes:
            collection = self.shelf.get(request.path_params["collection"]).collection
            one = _look(collection, request.path_params["style"])
            base = f"{base_of(request)}/collections/{collection.id}"
            ways: Mapping[str, Written] = {
                "qml": styles_qml.features,
                "sld": lambda look, words: styles_sld.features(look, collection.id, words),
                "png": styles_legend.picture,
                "json": lambda look, words: _maplibre(collection, look, base, words),
            }
            return ways[ending](one, language)

        return _answer(await run_in_threadpool(written), ending)

    async def listing(self, request: Request) -> Response:
        """``/collections/{collection}/styles``."""
        language, _ = _asked(request, LANG)

        def listed() -> dict[str, Any]:
            collection = self.shelf.get(request.path_params["collection"]).collection
            return document(collection, base_of(request), language)

        return JSONResponse(await run_in_threadpool(listed), headers=_KEEP)


def build(home: Home, shelf: Shelf, layers: LayerSource) -> list[Route]:
    """The routes, GET alone; HEAD is made of it at the edge."""
    styles = Styles(home, shelf, layers)
    below = "/collections/{collection}/styles"
    return [
        Route("/styles/{layer}.{ending}", styles.of_layer, methods=["GET"]),
        Route(below, styles.listing, methods=["GET"]),
        Route(f"{below}/{{style}}.{{ending}}", styles.of_collection, methods=["GET"]),
    ]


def document(collection: Collection, base: str, language: Language) -> dict[str, Any]:
    """The styles of a collection, each with what draws it (as the draft of OGC API - Styles)."""
    here = f"{base}/collections/{collection.id}/styles"
    found = []
    for name in styles_of(catalog.get(collection.service), collection):
        links = [
            link(
                "legend" if ending == "png" else "stylesheet",
                f"{here}/{name}.{ending}",
                KINDS[ending],
                TITLES[ending],
            )
            for ending in _endings(collection, name)
        ]
        title = _look(collection, name).title.in_(language)
        found.append({"id": name, "title": title, "links": links})
    own = link("self", here, media.JSON, "This document")
    return {"links": [own], "default": DEFAULT, "styles": found}


def _maplibre(collection: Collection, one: Look, base: str, language: Language) -> bytes:
    if collection.kind == "cells":
        tilejson = f"{base}/styles/{one.id}/map/tiles/{TMS}?f=tilejson"
        return styles_maplibre.raster(one, tilejson, language)
    if "json" not in _endings(collection, one.id):
        raise UnknownLayer(
            "vector tiles carry no bounds", where=collection.id, expected=DEFAULT, got=one.id
        )
    kinds = collection.section.kinds or catalog.get(collection.service).units
    tilejson = f"{base}/tiles/{TMS}?f=tilejson"
    return styles_maplibre.vector(one, tilejson, "units", kinds, language)


def _endings(collection: Collection, style: str) -> tuple[str, ...]:
    """What a style is written for; vector tiles carry the score and its parts, and no bounds."""
    parts = {part.name for part in catalog.get(collection.service).parts}
    drawn = collection.kind == "cells" or style in {DEFAULT, *parts}
    return tuple(ending for ending in KINDS if drawn or ending != "json")


def _look(collection: Collection, style: str) -> Look:
    service = catalog.get(collection.service)
    names = styles_of(service, collection)
    if style not in names:
        raise UnknownLayer(
            "no such style",
            where=f"{collection.id}, {style[:40]!r}",
            expected=", ".join(names),
            next_step="the link styles of the collection lists them",
        )
    return look(service, style)


def _ending(request: Request) -> str:
    ending: str = request.path_params["ending"]
    if ending not in KINDS:
        raise UnknownLayer("no such kind of style", where=ending[:20], expected=", ".join(KINDS))
    return ending


def _asked(request: Request, declared: Mapping[str, Parameter]) -> tuple[Language, str]:
    """The language of the words, and the style of the map tiles that a legend is for."""
    values = parameters.read(request.scope["query_string"], declared)
    return values.get("lang") or media.language_of(request), values.get("style", MAP_DEFAULT)


def _answer(content: bytes, ending: str) -> Response:
    return Response(content, media_type=KINDS[ending], headers=_KEEP)
