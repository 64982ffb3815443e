"""Whole collections as files: one address for each format, read by ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from geoml.api.ogc import parameters
from geoml.api.ogc.links import link
from geoml.api.ogc.media import GEOJSON
from geoml.api.ogc.shelf import Shelf
from geoml.api.served import Served
from geoml.catalog.collections import Collection
from geoml.catalog.exports import export
from geoml.vector.export import FORMATS
from tiles.router import not_modified

_YEAR, _MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"


class Downloads:
    """``/collections/{collection}/download/{format}`` over a shelf of collections."""

    def __init__(self, shelf: Shelf, served: Served) -> None:
        self._shelf, self._home = shelf, served.home

    async def file(self, request: Request) -> Response:
        """The file, made when it is first asked for; 404 for a format that is none of ours."""
        parameters.read(request.scope["query_string"], {})
        form = FORMATS.get(request.path_params["format"])
        if form is None:
            raise HTTPException(404, f"no such format; offered: {', '.join(FORMATS)}")
        entry = await run_in_threadpool(self._shelf.get, request.path_params["collection"])
        one = entry.collection
        headers = {
            "etag": f'"{one.etag}-{form.name}"',
            "cache-control": _YEAR if one.pinned else _MINUTE,
        }
        if not_modified(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        path = await run_in_threadpool(export, self._home, one, form.name)
        # The edition is in the name: two downloads are never taken for one another.
        name = f"{one.id.partition('@')[0]}-{one.edition}{form.suffix}"
        return FileResponse(path, media_type=form.media_type, filename=name, headers=headers)


def links(one: Collection, base: str) -> Sequence[dict[str, Any]]:
    """Links to every format of a collection."""
    here = f"{base}/collections/{one.id}/download"
    return [
        link("enclosure", f"{here}/{form.name}", form.media_type, f"All of it as {form.title}")
        for form in FORMATS.values()
    ]


def _schema(media_type: str) -> dict[str, str]:
    if media_type == GEOJSON:
        return {"$ref": "#/components/schemas/featureCollectionGeoJSON"}
    return {"type": "string", "format": "binary"}


def operation(name: Mapping[str, Any]) -> dict[str, Any]:
    """The path item of OpenAPI 3.0; ``name`` is the parameter of the collection."""
    schema = {"type": "string", "enum": list(FORMATS)}
    form = {"name": "format", "in": "path", "required": True, "schema": schema}
    kinds = {one.media_type: {"schema": _schema(one.media_type)} for one in FORMATS.values()}
    responses = {
        "200": {"description": "The file.", "content": kinds},
        "206": {"description": "The part that Range asks for.", "content": kinds},
        "304": {"description": "Not modified."},
        "416": {},
    }
    return {
        "get": {
            "operationId": "downloadCollection",
            "summary": "All features of a collection as a file",
            "tags": ["features"],
            "parameters": [dict(name), form],
            "responses": responses,
        }
    }
