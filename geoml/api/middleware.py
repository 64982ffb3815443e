"""Pure ASGI middleware: request id, access log, security headers, a bound on bodies."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

access = logging.getLogger("geoml.access")

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'self'"
)
SECURITY = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_SAFE = tuple((name.encode(), value.encode()) for name, value in SECURITY.items())


class Envelope:
    """Stamps every answer with a request id and safe headers, and logs one JSON line.

    The log keeps method, path, status, time and size; never the query string, because a click's
    coordinates are somebody's whereabouts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._ids = _ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started, status = next(self._ids), time.perf_counter(), 500

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message["headers"])
                there = {name for name, _ in headers}
                headers += [one for one in _SAFE if one[0] not in there]
                headers.append((b"x-request-id", request_id))
            await send(message)

        try:
            await self.app(scope, receive, stamped)
        finally:
            self._log(scope, status, request_id, time.perf_counter() - started)

    @staticmethod
    def _log(scope: Scope, status: int, request_id: bytes, seconds: float) -> None:
        if access.isEnabledFor(logging.INFO):
            line = {
                "id": request_id.decode(),
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(seconds * 1000, 2),
            }
            access.info(json.dumps(line))


def _ids() -> Iterator[bytes]:
    """Request ids, 128 bits each, drawn from the system a thousand at a time."""
    while True:
        drawn = os.urandom(16_000).hex().encode()
        yield from (drawn[at : at + 32] for at in range(0, len(drawn), 32))


class BodyLimit:
    """Answers 413 as soon as a body is larger than ``limit`` bytes, declared or not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self.limit:
            await self._refuse(send)
            return
        body = await self._collect(receive)
        if body is None:
            await self._refuse(send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _collect(self, receive: Receive) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            message: MutableMapping[str, Any] = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self.limit:
                return None
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    async def _refuse(self, send: Send) -> None:
        body = json.dumps(
            {
                "type": "about:blank",
                "title": "Content Too Large",
                "status": 413,
                "detail": f"the body is larger than {self.limit} bytes; send fewer rows at once",
            }
        ).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})
