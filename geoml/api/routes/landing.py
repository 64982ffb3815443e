"""The front door and the collections of features, as OGC API has them."""

from __future__ import annotations

from fastapi import APIRouter

from geoml.api.ogc import documents, routes
from geoml.api.ogc.routes import Features

DESCRIPTION = documents.DESCRIPTION.en


def build(features: Features) -> APIRouter:
    """``/``, ``/conformance`` and ``/collections``; ``geoml.api.ogc`` documents them."""
    router = APIRouter()
    router.routes.extend(routes.build(features))
    return router
