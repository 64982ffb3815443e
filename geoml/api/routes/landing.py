"""The front door: links for people and for programs."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from geoml import __version__, catalog
from geoml.api.served import Served

DESCRIPTION = "Where a town is hot, where it floods and which roofs can carry solar panels."


def build(served: Served, prefix: str) -> APIRouter:
    """``/``: HTML to browsers, JSON to everything else."""
    router = APIRouter(tags=["start"])

    @router.get("/", summary="Links to everything", response_model=None)
    def landing(request: Request) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_page(served, prefix))
        return JSONResponse({"title": "geoml", "description": DESCRIPTION, "links": _links(prefix)})

    return router


def _links(prefix: str) -> list[dict[str, str]]:
    rows = [
        ("self", "/", "application/json", "This document"),
        ("alternate", "/maps/", "text/html", "The map"),
        ("service-desc", "/api", "application/json", "The API as OpenAPI"),
        ("service-doc", "/docs", "text/html", "The API, to try out"),
        ("data", "/areas", "application/json", "Areas and their current editions"),
        ("data", "/services", "application/json", "Services, their inputs and units"),
    ]
    return [
        {"rel": rel, "href": f"{prefix}{path}", "type": kind, "title": title}
        for rel, path, kind, title in rows
    ]


def _page(served: Served, prefix: str) -> str:
    areas = "".join(f"<li>{escape(area.name)}</li>" for area in served.areas())
    services = "".join(
        f"<li><strong>{escape(one.title.en)}</strong> "
        f'<span lang="fr">({escape(one.title.fr)})</span><br>{escape(one.summary.en)}</li>'
        for one in map(catalog.get, catalog.names())
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>geoml</title><link rel="stylesheet" href="{prefix}/static/landing.css">'
        f"<main><h1>geoml</h1><p>{DESCRIPTION}</p>"
        f'<p class="doors"><a href="{prefix}/maps/">Open the map · Ouvrir la carte</a> '
        f'<a href="{prefix}/docs">API</a></p>'
        f"<h2>Areas</h2><ul>{areas or '<li>none yet: run <code>make demo</code></li>'}</ul>"
        f"<h2>Services</h2><ul>{services}</ul>"
        f"<footer>geoml {__version__}</footer></main></html>"
    )
