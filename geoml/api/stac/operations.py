"""OpenAPI 3.0 of the STAC routes, from the tables that read their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geoml.api.ogc import media
from geoml.api.ogc.parameters import Parameter
from geoml.api.stac import query

_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_TEXT = {"type": "string"}
_BBOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}


def _object(required: Iterable[str], **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - schemas
    return {"type": "object", "required": list(required), "properties": properties}


SCHEMAS: Mapping[str, Any] = {
    "stacCatalog": _object(
        ("type", "id", "description", "conformsTo", "links"),
        type={"type": "string", "enum": ["Catalog"]},
        stac_version=_TEXT,
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        conformsTo={"type": "array", "items": _TEXT},
        links=_LINKS,
    ),
    "stacCollection": _object(
        ("type", "id", "description", "license", "extent", "links"),
        type={"type": "string", "enum": ["Collection"]},
        stac_version=_TEXT,
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        license=_TEXT,
        extent={"type": "object"},
        summaries={"type": "object"},
        links=_LINKS,
    ),
    "stacCollections": _object(
        ("collections", "links"),
        collections={"type": "array", "items": {"$ref": "#/components/schemas/stacCollection"}},
        links=_LINKS,
    ),
    "stacItem": _object(
        ("type", "id", "geometry", "bbox", "properties", "assets", "links", "collection"),
        type={"type": "string", "enum": ["Feature"]},
        stac_version=_TEXT,
        id=_TEXT,
        collection=_TEXT,
        geometry={"type": "object"},
        bbox=_BBOX,
        properties={"type": "object"},
        assets={"type": "object"},
        links=_LINKS,
    ),
    "stacItems": _object(
        ("type", "features", "links"),
        type={"type": "string", "enum": ["FeatureCollection"]},
        features={"type": "array", "items": {"$ref": "#/components/schemas/stacItem"}},
        links=_LINKS,
        numberMatched={"type": "integer", "minimum": 0},
        numberReturned={"type": "integer", "minimum": 0},
    ),
    "stacSearch": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**one.schema, "description": one.parameter.description}
            for name, one in query.SEARCH.items()
        },
    },
}


def paths() -> dict[str, Any]:
    """The paths below ``/stac``."""
    below = "/stac/collections/{collectionId}"
    name = _in_path("collectionId", "`<area>-sources` or `<service>-<area>-editions`.")
    item = _in_path("itemId", "Id of an item.")
    search = _operation("getStacSearch", "Search items", "stacItems", query.QUERY.values())
    post = _operation("postStacSearch", "Search items", "stacItems", ())
    post["requestBody"] = {
        "required": True,
        "content": {media.JSON: {"schema": {"$ref": "#/components/schemas/stacSearch"}}},
    }
    del post["responses"]["304"]
    return {
        "/stac": {"get": _operation("getStac", "The STAC catalogue", "stacCatalog", ())},
        "/stac/conformance": {
            "get": _operation("getStacConformance", "What is met", "confClasses", ())
        },
        "/stac/collections": {
            "get": _operation("getStacCollections", "Collections", "stacCollections", ())
        },
        below: {
            "parameters": [name],
            "get": _operation("getStacCollection", "One collection", "stacCollection", ()),
        },
        f"{below}/items": {
            "parameters": [name],
            "get": _operation(
                "getStacItems", "Items of a collection", "stacItems", query.ITEMS.values()
            ),
        },
        f"{below}/items/{{itemId}}": {
            "parameters": [name, item],
            "get": _operation("getStacItem", "One item", "stacItem", ()),
        },
        "/stac/search": {"get": search, "post": post},
    }


def _operation(
    name: str, summary: str, schema: str, declared: Iterable[Parameter]
) -> dict[str, Any]:
    kind = media.GEOJSON if schema in {"stacItem", "stacItems"} else media.JSON
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["stac"],
        "parameters": [one.document() for one in declared],
        "responses": {
            "200": {"description": summary, "content": content},
            "304": {"description": "Not modified."},
        },
    }


def _in_path(name: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": _TEXT}
