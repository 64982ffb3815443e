"""Is the process alive, can it answer, and what has it counted?"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from geoml import __version__, catalog
from geoml.api.metrics import CONTENT_TYPE, Exposition
from geoml.api.served import Served


def build(served: Served, exposition: Exposition) -> APIRouter:
    """``/healthz`` (no I/O), ``/readyz`` (models and stores) and ``/metrics`` (for Prometheus)."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @router.get("/readyz", summary="Models and stores are ready")
    def readyz() -> JSONResponse:
        services = served.ready()
        areas = len(served.areas())
        ready = areas > 0 and any("no model" not in state for state in services.values())
        body: dict[str, Any] = {
            "status": "ready" if ready else "not ready",
            "areas": areas,
            "models": services,
        }
        if catalog.broken():
            body["cannot_be_loaded"] = list(catalog.broken())
        return JSONResponse(body, 200 if ready else 503)

    @router.get(
        "/metrics",
        summary="Numbers for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}, "description": "Text format 0.0.4."}},
    )
    def metrics() -> Response:
        return Response(exposition.text(), media_type=CONTENT_TYPE)

    return router
