"""OpenAPI 3.0 of the routes of tiles, WMTS and styles, from the tables that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geoml.api.ogc import media, styles_routes, tilesets_routes
from geoml.api.ogc.parameters import Parameter
from geoml.api.ogc.shelf import Entry
from geoml.api.ogc.tilesets_matrix import TMS
from geoml.api.ogc.vectortiles import MVT
from geoml.api.ogc.wmts import XML
from geoml.catalog.layers import every_name
from geoml.raster.webgrid import MAX_ZOOM

_OBJECT = {"type": "object"}
_BYTES = {"type": "string", "format": "binary"}
_TEXT = {"type": "string"}
_WMTS = ("Service", "Request", "Version", "Layer", "Style", "Format")
_WMTS_TILE = ("TileMatrixSet", "TileMatrix", "TileRow", "TileCol")


def paths(entries: Sequence[Entry]) -> dict[str, Any]:
    """The paths of the routes in ``tilesets_routes``, ``styles_routes`` and ``wmts``."""
    return {**_matrix_sets(), **_tiles(entries), **_styles(entries), **_wmts()}


def _matrix_sets() -> dict[str, Any]:
    declared = _declared(tilesets_routes.JSON_ONLY)
    one = "getTileMatrixSet"
    return {
        "/tileMatrixSets": _get("getTileMatrixSets", "The grids of tiles", "tiles", declared),
        "/tileMatrixSets/{tileMatrixSetId}": _get(one, "One grid", "tiles", [_tms(), *declared]),
    }


def _tiles(entries: Sequence[Entry]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    style = _in_path("styleId", "Id of a style.")
    style["schema"] = {"type": "string", "enum": list(every_name())}
    for kind, below, more in (
        ("map", "/map/tiles", []),
        ("map", "/styles/{styleId}/map/tiles", [style]),
        ("vector", "/tiles", []),
    ):
        wanted = "cells" if kind == "map" else "units"
        name = f"{'Styled' if more else ''}{kind.capitalize()}"
        at, own = f"/collections/{{collectionId}}{below}", [_collection(entries, wanted), *more]
        lists, one = _declared(tilesets_routes.JSON_ONLY), _declared(tilesets_routes.TILESET)
        format_ = tilesets_routes.PNG if kind == "map" else tilesets_routes.MVT
        found[at] = _get(f"get{name}Tilesets", f"Sets of {kind} tiles", "tiles", [*own, *lists])
        at += "/{tileMatrixSetId}"
        own.append(_tms())
        found[at] = _get(f"get{name}Tileset", f"A set of {kind} tiles", "tiles", [*own, *one])
        parameters = [*own, *map(_index, ("tileMatrix", "tileRow", "tileCol"))]
        content = dict.fromkeys(("image/png",) if kind == "map" else (MVT,), _BYTES)
        tile = _get(
            f"get{name}Tile", "A tile", "tiles", [*parameters, *_declared(format_)], content
        )
        if kind == "vector":
            tile["get"]["responses"]["204"] = {"description": "There is nothing in this tile."}
        found[f"{at}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = tile
    return found


def _styles(entries: Sequence[Entry]) -> dict[str, Any]:
    language = _declared(styles_routes.LANG)
    legend = _declared(styles_routes.LEGEND)
    ending = _in_path("ending", "What will read it.")
    ending["schema"] = {"type": "string", "enum": list(styles_routes.KINDS)}
    content: dict[str, Any] = dict.fromkeys(styles_routes.KINDS.values(), _BYTES)
    content[styles_routes.KINDS["json"]] = _OBJECT
    layer = _in_path("layerId", "Id of a layer; GET /areas lists them.")
    at, own = "/collections/{collectionId}/styles", _collection(entries, "units")
    style = _in_path("styleId", "Id of a style.")
    style["schema"] = {"type": "string", "enum": list(every_name())}
    return {
        "/styles/{layerId}.{ending}": _get(
            "getLayerStyle", "How a layer is drawn", "styles", [layer, ending, *legend], content
        ),
        at: _get("getStyles", "Styles of a collection", "styles", [own, *language]),
        f"{at}/{{styleId}}.{{ending}}": _get(
            "getStyle",
            "How features are drawn",
            "styles",
            [own, style, ending, *language],
            content,
        ),
    }


def _wmts() -> dict[str, Any]:
    end = "1.0.0/WMTSCapabilities.xml"
    layer = _in_path("layerId", "Id of a layer; GET /areas lists them.")
    asked = [
        {"name": name, "in": "query", "required": False, "schema": {**_TEXT, "maxLength": 200}}
        for name in (*_WMTS, *_WMTS_TILE)
    ]
    both = {XML: _TEXT, "image/png": _BYTES, "image/webp": _BYTES}
    found = {
        f"/wmts/{end}": _get("getWmts", "WMTS capabilities", "wmts", [], {XML: _TEXT}),
        f"/wmts/{{layerId}}/{end}": _get(
            "getLayerWmts", "WMTS capabilities of one layer", "wmts", [layer], {XML: _TEXT}
        ),
        "/wmts": _get("askWmts", "WMTS by name and value", "wmts", asked, both),
    }
    told = "Names in any case; refusals are exception reports of OWS 1.1, as WMTS asks."
    found["/wmts"]["get"]["description"] = told
    found["/wmts"]["get"]["responses"]["400"] = {
        "description": "An exception report; a problem document for what is no WMTS request.",
        "content": {
            XML: {"schema": _TEXT},
            media.PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}},
        },
    }
    return found


def _get(
    operation: str,
    summary: str,
    group: str,
    declared: list[dict[str, Any]],
    content: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    kinds = content or {media.JSON: _OBJECT}
    answer = {kind: {"schema": schema} for kind, schema in kinds.items()}
    responses: dict[str, Any] = {
        "200": {"description": summary, "content": answer},
        "304": {"description": "Not modified."},
    }
    about = {"operationId": operation, "summary": summary, "tags": [group]}
    return {"get": {**about, "parameters": declared, "responses": responses}}


def _declared(table: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    return [one.document() for one in table.values()]


def _collection(entries: Sequence[Entry], kind: str) -> dict[str, Any]:
    found = _in_path("collectionId", f"Id of a collection of {kind}.")
    first = next((one.collection.id for one in entries if one.collection.kind == kind), None)
    return {**found, "example": first} if first else found


def _tms() -> dict[str, Any]:
    found = _in_path("tileMatrixSetId", "Id of a tile matrix set.")
    return {**found, "schema": {"type": "string", "enum": [TMS]}}


def _index(name: str) -> dict[str, Any]:
    most = MAX_ZOOM if name == "tileMatrix" else (1 << MAX_ZOOM) - 1
    schema = {"type": "integer", "minimum": 0, "maximum": most}
    return {**_in_path(name, "See tileMatrixSetLimits."), "schema": schema}


def _in_path(name: str, about: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 200}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
