"""The OpenAPI document, version 3.0: FastAPI's 3.1 brought down, the OGC routes and errors added.

OGC API - Features asks for 3.0 (/conf/oas30), and clients such as GDAL and QGIS read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from geoml.api.ogc import operations, tilesets_operations
from geoml.api.ogc.media import PROBLEM
from geoml.api.ogc.shelf import Shelf
from geoml.api.security import declare
from geoml.api.stac import operations as stac

VERSION = "3.0.3"
_VERBS = ("get", "put", "post", "delete", "patch")
_MEANINGS: Mapping[str, str] = {
    "400": "The question is wrong: an unknown parameter, a value outside what is allowed.",
    "401": "A token is needed.",
    "403": "The token does not allow this.",
    "404": "It does not exist here.",
    "406": "Nothing that the Accept header allows.",
    "409": "It collides with what is there.",
    "410": "The edition of these pages is gone.",
    "413": "The body is too large.",
    "415": "The body is not of a type that is read here.",
    "416": "The range lies beyond the end; Content-Range says the size.",
    "422": "The body can be read and cannot be answered.",
    "429": "Too many requests; Retry-After says when.",
    "500": "A fault of the server.",
    "503": "It cannot be answered now; Retry-After says when.",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "next_step": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_PAGES = "/collections/{collectionId}/items"
"""The pages that name the edition of the first one; those of STAC do not."""
_ALWAYS = ("400", "401", "403", "404", "406", "429", "500", "503")
_WITH_BODY = ("413", "415", "422")


def document(app: FastAPI, shelf: Shelf) -> bytes:
    """The document as JSON, made once for each set of served editions."""
    entries = shelf.all()
    key = tuple((one.collection.id, one.collection.etag) for one in entries)
    kept: tuple[Any, bytes] | None = getattr(app.state, "openapi_kept", None)
    if kept is None or kept[0] != key:
        found = lowered(app.openapi())
        ours = {**operations.paths(entries), **tilesets_operations.paths(entries), **stac.paths()}
        found["paths"] = {**ours, **found["paths"]}
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas.update({**operations.SCHEMAS, **stac.SCHEMAS, "problem": _PROBLEM})
        _tell_errors(found)
        declare(found, public_read=app.state.settings.public_read)
        kept = key, json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        app.state.openapi_kept = kept
    return kept[1]


def lowered(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document of OpenAPI 3.1 as one of 3.0; the given one is left as it was.

    What 3.0 has no word for is said in its own: null as ``nullable``, ``const`` as a choice of
    one, limits that are excluded as flags.
    """
    found: dict[str, Any] = _lower(document)
    found["openapi"] = VERSION
    return found


def _lower(node: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, list):
        return [_lower(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    return _schema({name: _lower(value) for name, value in node.items()})


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    """One object, whose parts are lowered already; only the words of a schema are touched."""
    if isinstance(node.get("type"), list):
        kinds = [one for one in node.pop("type") if one != "null"]
        node |= {"type": kinds[0]} if len(kinds) == 1 else {"anyOf": [{"type": k} for k in kinds]}
        node["nullable"] = True
    for choice in ("anyOf", "oneOf"):
        if isinstance(node.get(choice), list):
            _without_null(node, choice)
    if "const" in node and not isinstance(node["const"], dict):
        node["enum"] = [node.pop("const")]
    for limit, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if type(node.get(limit)) in {int, float}:
            node[plain], node[limit] = node[limit], True
    if isinstance(node.get("examples"), list):
        first, *_ = node.pop("examples") or [None]
        node |= {"example": first} if first is not None else {}
    if isinstance(node.get("prefixItems"), list):
        node["items"] = {"anyOf": node.pop("prefixItems")}
    if "contentMediaType" in node:
        del node["contentMediaType"]
        node["format"] = "binary"
    return node


def _without_null(node: dict[str, Any], choice: str) -> None:
    options = [one for one in node[choice] if one != {"type": "null"}]
    if len(options) == len(node[choice]):
        return
    del node[choice]
    node["nullable"] = True
    if len(options) > 1:
        node[choice] = options
    elif "$ref" in options[0]:
        node["allOf"] = options  # beside a $ref, 3.0 reads nothing else
    else:
        node.update({name: value for name, value in options[0].items() if name not in node})


def _tell_errors(document: dict[str, Any]) -> None:
    """Say with every operation how it can fail: the problem documents of ``geoml.api.problems``."""
    for path, operation in _operations(document):
        told = operation["responses"]
        told.pop("422", None)  # FastAPI's own: a wrong parameter is 400 here
        codes = [*_ALWAYS, *(_WITH_BODY if "requestBody" in operation else ())]
        if path == _PAGES:
            codes.append("410")
        codes += told.keys() & {"416"}
        for code in codes:
            if "content" in told.get(code, {}):
                continue  # it fails in a way of its own
            told[code] = {"$ref": f"#/components/responses/{code}"}
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    document["components"]["responses"] = {
        code: {"description": meaning, "content": content} for code, meaning in _MEANINGS.items()
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for verb in _VERBS:
            if verb in item:
                yield path, item[verb]
