"""The short way to pages of units and to vector tiles: what takes microseconds, before routing.

What it answers is what the routes would answer, because the same functions make it; what is not
plain, not open yet or not allowed goes on to the application, every error too.
"""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geoml.api.ogc.routes import Features
from geoml.api.ogc.tilesets_matrix import TMS, tile_of
from geoml.api.ogc.vectortiles import VectorTiles
from geoml.errors import GeomlError

_PATH = re.compile(
    rf"/collections/([^/]+)/(?:items|tiles/{TMS}/(\d{{1,2}})/(\d{{1,8}})/(\d{{1,8}}))", re.ASCII
)
_PLAIN = frozenset({b"", b"f=mvt"})


class ShortWay:
    """ASGI middleware that answers GET of pages and of vector tiles, and passes everything else on.

    Stands behind ``Guard``, which says who asks, and behind ``Compression``; before ``Gate``,
    because nothing that it does waits for a thread.
    """

    def __init__(self, app: ASGIApp, features: Features, vectors: VectorTiles) -> None:
        self._app, self._features, self._vectors = app, features, vectors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        plain = scope["type"] == "http" and scope["method"] == "GET"
        answer = self._answer(scope) if plain else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        """The answer, None where the application must give it."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        try:
            if match[2] is None:
                return self._features.at_once(Request(scope), match[1])
            if scope["query_string"] in _PLAIN:
                return self._tile(Request(scope), match[1], (match[2], match[3], match[4]))
        except (GeomlError, HTTPException):  # the application says it well
            pass
        return None

    def _tile(self, request: Request, name: str, place: tuple[str, str, str]) -> Response | None:
        entry = self._features.shelf.kept(name)
        if entry is None or not self._vectors.quick(request, entry.collection):
            return None
        found, vectors = entry.collection, self._vectors
        z, row, col = tile_of(*place, vectors.bounds(found), vectors.zooms(found))
        return vectors.answer(request, found, z, row, col)
