"""OpenAPI 3.0 of the OGC routes, from the tables that read their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geoml.api.ogc import downloads, media
from geoml.api.ogc.front import LANG
from geoml.api.ogc.parameters import Parameter
from geoml.api.ogc.routes import FEATURE
from geoml.api.ogc.shelf import Entry

_LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {
        name: {"type": "string"} for name in ("href", "rel", "type", "hreflang", "title")
    },
}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_COUNT = {"type": "integer", "minimum": 0}
SCHEMAS: Mapping[str, Any] = {
    "link": _LINK,
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {
            "title": {"type": "string"},
            "description": {"type": "string"},
            "links": _LINKS,
        },
    },
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "links": _LINKS,
            "extent": {"type": "object"},
            "itemType": {"type": "string", "default": "feature"},
            "crs": {"type": "array", "items": {"type": "string"}},
            "storageCrs": {"type": "string", "format": "uri"},
            "edition": {"type": "string"},
            "numberOfFeatures": _COUNT,
        },
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": _LINKS,
            "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
        },
    },
    "queryables": {"type": "object", "properties": {"properties": {"type": "object"}}},
    "featureGeoJSON": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": _LINKS,
        },
    },
    "featureCollectionGeoJSON": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/featureGeoJSON"},
            },
            "links": _LINKS,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": _COUNT,
            "numberReturned": _COUNT,
        },
    },
}


def paths(entries: Sequence[Entry]) -> dict[str, Any]:
    """The paths of the OGC routes over the collections that are served now."""
    only_f = [media.F.document()]
    name = _in_path("collectionId", "Id of a collection; `...@edition` pins one edition.")
    if entries:  # the ids of now; those that pin an edition are more than can be listed
        name["schema"]["enum"] = [entry.collection.id for entry in entries]
    below = "/collections/{collectionId}"
    return {
        "/": _get(
            "getLandingPage", "Links to everything", "landingPage", [*only_f, LANG.document()]
        ),
        "/conformance": _get("getConformance", "The standards that are met", "confClasses", only_f),
        "/collections": _get("getCollections", "Collections of features", "collections", only_f),
        below: _get("describeCollection", "One collection", "collection", [name, *only_f]),
        f"{below}/queryables": _get(
            "getQueryables",
            "What a filter may name",
            "queryables",
            [name, *only_f],
            (media.SCHEMA, media.JSON),
        ),
        f"{below}/items": _items("{collectionId}", [name, *_parameters(entries)]),
        f"{below}/items/{{featureId}}": _get(
            "getFeature",
            "One feature",
            "featureGeoJSON",
            [name, _in_path("featureId", "Id of a feature."), *_parameters(entries, FEATURE)],
            (media.GEOJSON, media.JSON),
        ),
        f"{below}/download/{{format}}": downloads.operation(name),
    }


def _parameters(
    entries: Iterable[Entry], names: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Parameters of all collections together; a choice offers what any of them offers."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        for parameter in entry.parameters.values():
            if names is None or parameter.name in names:
                found[parameter.name] = _joined(found.get(parameter.name), parameter)
    return list(found.values()) or [media.F.document()]


def _joined(there: dict[str, Any] | None, parameter: Parameter) -> dict[str, Any]:
    one = parameter.document()
    if there is None or there["schema"] == one["schema"]:
        return one
    both = there["schema"], one["schema"]
    if all("enum" in schema for schema in both):
        every = dict.fromkeys((*both[0]["enum"], *both[1]["enum"]))
        return {**there, "schema": {**both[0], "enum": list(every)}}
    return {**there, "schema": {}}  # one name, several types: the collection says which


def _items(collection: str, declared: list[dict[str, Any]]) -> dict[str, Any]:
    about = (
        "A page of features. `next` leads on, in one edition, to the last page; `numberMatched` "
        "is exact. A property that the collection does not have is 400."
    )
    found = _get(
        "getFeatures",
        f"Features of {collection}",
        "featureCollectionGeoJSON",
        declared,
        (media.GEOJSON, media.JSON),
    )
    found["get"]["description"] = about
    return found


def _get(
    operation: str,
    summary: str,
    schema: str,
    declared: list[dict[str, Any]],
    kinds: Sequence[str] = (media.JSON,),
) -> dict[str, Any]:
    content: dict[str, Any] = {
        kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}} for kind in kinds
    }
    content[media.HTML] = {"schema": {"type": "string"}}
    responses = {
        "200": {"description": summary, "content": content},
        "304": {"description": "Not modified."},
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": ["features"],
            "parameters": declared,
            "responses": responses,
        }
    }


def _in_path(name: str, about: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 200}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
