"""Parts of files: a Range that cannot be read is ignored, one beyond the end is a problem."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoml.api.problems import problem

_PART = re.compile(rb"(\d{1,18})-(\d{0,18})|-\d{1,18}")
_BEYOND = 416


class Ranges:
    """ASGI middleware around whatever serves files: Starlette answers both in plain text.

    A range unit that is not ours, and a header that is not of the grammar, must or may be ignored
    (RFC 9110, 14.2): the answer is the whole file.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        given = [value for name, value in scope.get("headers", ()) if name == b"range"]
        if scope["type"] != "http" or not given:
            await self._app(scope, receive, send)
        elif len(given) == 1 and _readable(given[0]):
            await self._app(scope, receive, _checked(scope, receive, send))
        else:
            headers = [one for one in scope["headers"] if one[0] != b"range"]
            await self._app({**scope, "headers": headers}, receive, send)


def _readable(value: bytes) -> bool:
    """Whether a header Range asks for bytes as RFC 9110, 14.1.1 and 14.1.2, says it."""
    unit, _, asked = value.partition(b"=")
    parts = [part for one in asked.split(b",") if (part := one.strip(b" \t"))]
    return unit.lower() == b"bytes" and bool(parts) and all(map(_ascending, parts))


def _ascending(part: bytes) -> bool:
    found = _PART.fullmatch(part)
    return found is not None and (not found[2] or int(found[1]) <= int(found[2]))


def _checked(scope: Scope, receive: Receive, send: Send) -> Send:
    """``send`` that says 416 with a problem document, in the place of what it is given."""
    beyond = False

    async def checked(message: Message) -> None:
        nonlocal beyond
        if message["type"] == "http.response.start" and message["status"] == _BEYOND:
            beyond = True
            ends = Headers(raw=message["headers"])["content-range"]
            told = f"the range lies beyond the end; the file has {ends.partition('/')[2]} bytes"
            answer = problem(_BEYOND, told)
            answer.headers["content-range"] = ends
            await answer(scope, receive, send)
        elif not beyond:
            await send(message)

    return checked
