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
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>geoml API</title>"
        f'<link rel="stylesheet" href="{swagger}/swagger-ui.css">'
        f'<link rel="icon" href="{prefix}/maps/favicon.svg">'
        f'<div id="swagger-ui" data-api="{prefix}/api"></div>'
        f'<script src="{swagger}/swagger-ui-bundle.js"></script>'
        f'<script src="{prefix}/static/docs.js"></script></html>'
    )

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/api")
    def api(request: Request) -> Response:
        body = openapi.document(request.app, request.app.state.shelf)
        return Response(body, media_type=OPENAPI)

    return router
