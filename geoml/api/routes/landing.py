"""The front door and the collections of features, as OGC API has them."""

from __future__ import annotations

from fastapi import APIRouter

from geoml.api.ogc import documents, routes
from geoml.api.ogc.shelf import Shelf
from geoml.api.served import Served

DESCRIPTION = documents.DESCRIPTION.en


def build(served: Served, shelf: Shelf) -> APIRouter:
    """``/``, ``/conformance`` and ``/collections``; ``geoml.api.ogc`` documents them."""
    router = APIRouter()
    router.routes.extend(routes.build(shelf, served))
    return router
