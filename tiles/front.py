"""The short way to a finished tile: one pattern, one look-up, one read, before any routing.

What it answers is what the route of ``tiles.router`` would answer, byte for byte; whatever is
not a plain request for a finished tile of a known layer goes on to the application.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from geoml.errors import GeomlError
from tiles.fast import BLANK, FastLane, Slow
from tiles.layers import Layer, LayerSource
from tiles.reader import MAX_ZOOM
from tiles.router import caching, is_current

Authorise: TypeAlias = Callable[[Scope, Layer], bool]
_Header: TypeAlias = tuple[bytes, bytes]

_TILE = re.compile(r"/tiles/([^/]+)/(\d{1,2})/(\d{1,8})/(\d{1,8})\.png", re.ASCII)
_STYLE = re.compile(rb"style=([a-z0-9_-]{1,40})")
_MOST = 512


class TileFront:
    """ASGI middleware that answers GET of finished tiles and passes everything else on.

    ``allowed`` says whether the caller may see a layer; where it says no, the application gives
    the reason.
    """

    def __init__(
        self,
        app: ASGIApp,
        source: LayerSource,
        lane: FastLane,
        allowed: Authorise = lambda _scope, _layer: True,
    ) -> None:
        self._app, self._source, self._lane, self._allowed = app, source, lane, allowed
        self._headers: dict[tuple[str, bool, str | None], list[_Header]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        asked = self._asked(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        layer, z, x, y, style = asked
        headers = self._caching(layer, style)
        if _asked_again(scope, headers[1][1]):
            await _answer(send, 304, headers, b"")
            return
        tile = self._tile(layer, z, x, y, style)
        if tile is None:
            await _answer(send, 200, _with_body(headers, b"image/png", BLANK), BLANK)
        elif isinstance(tile, bytes):
            kind = layer.media_type.encode()
            await _answer(send, 200, _with_body(headers, kind, tile), tile)
        else:  # it must be drawn, or the style is unknown
            await self._app(scope, receive, send)

    def _tile(self, layer: Layer, z: int, x: int, y: int, style: str | None) -> bytes | Slow | None:
        try:
            return self._lane.ready(layer, z, x, y, style)
        except GeomlError as error:
            return partial(_fail, error)

    def _asked(self, scope: Scope) -> tuple[Layer, int, int, int, str | None] | None:
        """The tile of a plain request, None for all others."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        prefix = scope.get("root_path", "")
        match = _TILE.fullmatch(scope["path"].removeprefix(prefix))
        query = scope["query_string"]
        wanted = _STYLE.fullmatch(query) if query else None
        if match is None or (query and wanted is None):
            return None
        z, x, y = int(match[2]), int(match[3]), int(match[4])
        if z > MAX_ZOOM or x >> z or y >> z:
            return None
        try:
            layer = self._source.get(match[1])
        except GeomlError:
            return None
        if not self._allowed(scope, layer):
            return None
        return layer, z, x, y, wanted[1].decode() if wanted else None

    def _caching(self, layer: Layer, style: str | None) -> list[_Header]:
        """Cache headers of a layer in a style: cache-control, then etag."""
        key = (layer.etag, layer.immutable, style)
        found = self._headers.get(key)
        if found is None:
            if len(self._headers) >= _MOST:
                self._headers.clear()
            told = caching(layer, style)
            found = [(name.encode(), told[name].encode()) for name in ("cache-control", "etag")]
            self._headers[key] = found
        return found


def _with_body(headers: list[_Header], kind: bytes, body: bytes) -> list[_Header]:
    length = str(len(body)).encode()
    return [*headers, (b"content-type", kind), (b"content-length", length)]


def _fail(error: GeomlError) -> tuple[bytes, str]:
    raise error


async def _answer(send: Send, status: int, headers: list[_Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _asked_again(scope: Scope, etag: bytes) -> bool:
    """Whether the client has this very tile (RFC 9110, 13.1.2)."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return is_current(value.decode("latin-1"), etag.decode("latin-1"))
    return False
