"""Areas, services and editions."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse

from geoml import catalog, editions
from geoml.api.documents import area_document, edition_document, service_document
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.areas import area as area_module
from geoml.catalog import audience
from geoml.errors import UnknownEdition
from geoml.lifecycle.items import MEDIA

YEAR = "public, max-age=31536000, immutable"


def build(served: Served, prefix: str) -> APIRouter:
    """``/areas``, ``/services`` and ``/editions``."""
    router = APIRouter(tags=["catalog"])

    @router.get("/areas", summary="Areas, their sources and current editions")
    def areas() -> dict[str, Any]:
        return {"areas": [area_document(one, served, prefix) for one in served.areas()]}

    @router.get("/areas/{area}", summary="One area")
    def one_area(area: str) -> dict[str, Any]:
        return area_document(served.area(area), served, prefix)

    @router.get("/services", summary="Services: inputs, units, legend, model")
    def services() -> dict[str, Any]:
        found = (catalog.get(name) for name in catalog.names())
        return {"services": [service_document(one, served) for one in found]}

    @router.get("/services/{service}", summary="One service")
    def one_service(service: str) -> dict[str, Any]:
        return service_document(catalog.get(service), served)

    @router.get("/editions", summary="Every edition, newest first")
    def all_editions() -> dict[str, Any]:
        found = sorted(_editions(served), key=lambda one: one.id, reverse=True)
        return {"editions": [edition_document(one, served, prefix) for one in found]}

    @router.get(
        "/editions/{edition}/files/{name}",
        summary="Download a file of an edition",
        responses={206: {"description": "The part that Range asks for."}, 416: {}},
    )
    def file(edition: str, name: str) -> FileResponse:
        ref = next((one for one in _editions(served) if one.id == edition), None)
        if ref is None:
            raise UnknownEdition("no such edition", where=repr(edition)[:80])
        there = name in {*served.manifest(ref)["files"], "manifest.json"}
        if not there or not sees(audience.of_file(catalog.get(ref.service), name)):
            raise UnknownEdition("no such file in this edition", where=repr(name)[:80])
        media = MEDIA.get(re.sub(r".*(?=\.)", "", name), "application/octet-stream")
        path = ref.folder / name
        return FileResponse(path, media_type=media, headers={"cache-control": YEAR})

    return router


def _editions(served: Served) -> list[editions.EditionRef]:
    places = ((s, a) for s in catalog.names() for a in area_module.names(served.home))
    return [ref for s, a in places for ref in editions.all_of(served.home, s, a)]
