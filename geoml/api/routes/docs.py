"""The API's own documentation: Swagger UI from our files, and the OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from geoml.api import openapi
from geoml.api.ogc.media import OPENAPI


def build(prefix: str) -> APIRouter:
    """``/docs`` for people and ``/api``, the OpenAPI document, for programs."""
    router = APIRouter(include_in_schema=False)
    swagger = f"{prefix}/maps/swagger"
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>geoml API</title>"
        f'<link rel="stylesheet" href="{swagger}/swagger-ui.css">'
        f'<link rel="stylesheet" href="{prefix}/static/docs.css">'
        f'<link rel="icon" href="{prefix}/maps/favicon.svg"></head><body>'
        f'<nav class="way" aria-label="geoml"><a href="{prefix}/">geoml</a> '
        f'<a href="{prefix}/maps/">Map</a> <a href="{prefix}/api">OpenAPI (JSON)</a></nav>'
        f'<noscript>This page needs JavaScript; <a href="{prefix}/api">the OpenAPI document</a> '
        f"does not.</noscript>"
        f'<main id="swagger-ui" data-api="{prefix}/api"></main>'
        f'<script src="{swagger}/swagger-ui-bundle.js"></script>'
        f'<script src="{prefix}/static/docs.js"></script></body></html>'
    )

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/api")
    def api(request: Request) -> Response:
        body = openapi.document(request.app, request.app.state.shelf)
        return Response(body, media_type=OPENAPI)

    return router
