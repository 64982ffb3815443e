"""Pure ASGI middleware: request id, log, counts, security headers, a bound on bodies."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoml.api.accesslog import AccessLog, to_logger
from geoml.api.gate import is_picture
from geoml.api.metrics import Meter
from geoml.api.problems import problem
from geoml.api.security import DOORS

PATIENCE_S = 60.0
_SLASHES = 5  # of /tiles/{layer}/{z}/{x}/{y}.png


class Envelope:
    """Stamps every answer with a request id and safe headers, counts it and logs it.

    ``prefix`` is the path of the public address, which a proxy may or may not strip.
    """

    def __init__(
        self,
        app: ASGIApp,
        meter: Meter | None = None,
        log: AccessLog = to_logger,
        prefix: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.app, self._meter, self._log, self._prefix = app, meter or Meter(), log, prefix
        self._safe = tuple((name.encode(), value.encode()) for name, value in headers.items())
        self._ids = _ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started, status, sent = next(self._ids), time.perf_counter(), 500, 0

        async def stamped(message: Message) -> None:
            nonlocal status, sent
            kind = message["type"]
            if kind == "http.response.body":
                sent += len(message.get("body", b""))
            elif kind == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message["headers"])
                there = {name for name, _ in headers}
                headers += [one for one in self._safe if one[0] not in there]
                headers.append((b"x-request-id", request_id))
            await send(message)

        meter = self._meter
        meter.in_flight += 1
        try:
            await self.app(scope, receive, stamped)
        finally:
            meter.in_flight -= 1
            seconds = time.perf_counter() - started
            meter.count(kind_of(scope["path"], self._prefix), status, seconds, sent)
            self._log(time.time(), request_id, scope["method"], scope["path"], status, seconds)


def kind_of(path: str, prefix: str = "") -> str:
    """What kind of request a path is: its door, ``map tile``, or ``other``: a small fixed set."""
    if prefix and path.startswith(prefix + "/"):
        path = path[len(prefix) :]
    door = path[1:].partition("/")[0]
    if door == "tiles" and path.count("/") == _SLASHES and path.endswith(".png"):
        return "map tile"
    return (door or "landing") if door in DOORS else "other"


def _ids() -> Iterator[bytes]:
    """Request ids, 128 bits each, drawn from the system a thousand at a time."""
    while True:
        drawn = os.urandom(16_000).hex().encode()
        yield from (drawn[at : at + 32] for at in range(0, len(drawn), 32))


class BodyLimit:
    """Answers 413 as soon as a body is larger than ``limit`` bytes, declared or not.

    A picture may have ``pictures`` bytes, and must be there within ``PATIENCE_S``: 408 otherwise.
    """

    def __init__(self, app: ASGIApp, limit: int, pictures: int = 0) -> None:
        self.app, self.limit, self._pictures = app, limit, pictures or limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        picture = is_picture(scope)
        limit = self._pictures if picture else self.limit
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            await self._refuse(limit, scope, receive, send)
            return
        try:
            async with asyncio.timeout(PATIENCE_S if picture else None):
                body = await self._collect(receive, limit)
        except TimeoutError:
            await problem(408, "the picture took too long to come")(scope, receive, send)
            return
        if body is None:
            await self._refuse(limit, scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _collect(self, receive: Receive, limit: int) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            message: MutableMapping[str, Any] = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                return None
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    async def _refuse(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        told = f"the body is larger than {limit} bytes; send less at once"
        await problem(413, told)(scope, receive, send)
