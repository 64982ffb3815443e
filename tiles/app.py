"""The tile lanes as an application of their own, for a process that serves nothing but tiles."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from geoml.errors import GeomlError, NotFound, UsageError
from tiles.edge import HeadAsGet, PublicAddress
from tiles.fast import FastLane
from tiles.front import TileFront
from tiles.layers import LayerSource
from tiles.problems import public
from tiles.router import build_router


def create_app(source: LayerSource, public_url: str = "") -> FastAPI:
    """Serve the layers of ``source``; errors are problem documents (RFC 9457).

    ``public_url`` is the address behind a proxy, as in ``https://town.org/heat``.
    """
    lane = FastLane()
    app = routes(source, lane)
    app.add_middleware(TileFront, source=source, lane=lane)
    app.add_middleware(PublicAddress, public_url=public_url)
    return app


def routes(source: LayerSource, lane: FastLane) -> FastAPI:
    """The application behind the front: every tile through its route."""
    app = FastAPI(title="geoml tiles", docs_url=None, redoc_url=None)
    app.include_router(build_router(source, lane))
    app.add_middleware(HeadAsGet)

    @app.exception_handler(GeomlError)
    def ours(_: Request, error: GeomlError) -> JSONResponse:
        status = (
            404 if isinstance(error, NotFound) else 400 if isinstance(error, UsageError) else 500
        )
        detail = str(public(error)) if status < 500 else "this tile is not available"
        body = {"type": "about:blank", "status": status, "detail": detail}
        return JSONResponse(body, status, media_type="application/problem+json")

    return app
