"""The short way to a finished tile: one pattern, one look-up, one read, before any routing.

What it answers is what the route of ``tiles.router`` would answer, byte for byte; whatever is
not a plain request for a finished tile of a known layer goes on to the application.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from geoml.errors import GeomlError
from tiles.caching import caching, is_current
from tiles.fast import BLANK, FastLane
from tiles.grids import MAX_ZOOM
from tiles.layers import Layer, LayerSource

Authorise: TypeAlias = Callable[[Scope, Layer], bool]
_Header: TypeAlias = tuple[bytes, bytes]
_Asked: TypeAlias = tuple[Layer, int, int, int, str | None]

_TILE = re.compile(r"/tiles/([^/]+)/(\d{1,2})/(\d{1,8})/(\d{1,8})\.png", re.ASCII)
_STYLE = re.compile(rb"style=([a-z0-9_-]{1,40})")
_KINDS = {"image/png": b"image/png", "image/webp": b"image/webp"}
_MOST = 512


class TileFront:
    """ASGI middleware that answers GET of finished tiles and passes everything else on.

    ``allowed`` says whether the caller may see a layer; where it says no, the application gives
    the reason. ``counts`` says what became of the tiles that were asked for.
    """

    def __init__(
        self,
        app: ASGIApp,
        source: LayerSource,
        lane: FastLane,
        allowed: Authorise = lambda _scope, _layer: True,
        counts: dict[str, int] | None = None,
    ) -> None:
        self._app, self._source, self._lane, self._allowed = app, source, lane, allowed
        self._headers: dict[tuple[str, bool, str | None], list[_Header]] = {}
        self.counts = {} if counts is None else counts
        self.counts.update(dict.fromkeys(("ready", "blank", "not_modified", "passed_on"), 0))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        asked = self._asked(scope)
        answer = self._answer(scope, asked) if asked is not None else None
        if answer is None:
            self.counts["passed_on"] += asked is not None
            await self._app(scope, receive, send)
            return
        status, headers, body = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope, asked: _Asked) -> tuple[int, list[_Header], bytes] | None:
        """Status, headers and body of a tile; None where the application must answer."""
        layer, z, x, y, style = asked
        headers = self._caching(layer, style)
        again, special = _conditions(scope, headers[1][1])
        if special:
            return None
        if again:
            self.counts["not_modified"] += 1
            return 304, list(headers), b""
        try:
            tile = self._lane.ready(layer, z, x, y, style)
        except GeomlError:  # no such style: the application says it well
            return None
        if tile is None:
            self.counts["blank"] += 1
            return 200, _with_body(headers, b"image/png", BLANK), BLANK
        if isinstance(tile, bytes):
            self.counts["ready"] += 1
            return 200, _with_body(headers, _KINDS[layer.media_type], tile), tile
        return None  # it must be drawn

    def _asked(self, scope: Scope) -> _Asked | None:
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
    length = b"%d" % len(body)
    return [*headers, (b"content-length", length), (b"content-type", kind)]


def _conditions(scope: Scope, etag: bytes) -> tuple[bool, bool]:
    """Whether the client has this very tile (RFC 9110, 13.1.2), and whether it asks for codings.

    A client that refuses plain content (``identity;q=0``) gets the application's answer.
    """
    again, seen, special = False, False, False
    for name, value in scope["headers"]:
        if name == b"if-none-match" and not seen:
            again, seen = is_current(value.decode("latin-1"), etag.decode("latin-1")), True
        elif name == b"accept-encoding" and b"=0" in value:
            special = True
    return again, special
