"""Pure ASGI wrappers at the edge: who the server is to its clients, and HEAD for every GET."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(
    rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
_FILES = "http.response.pathsend"


class PublicAddress:
    """Makes the request look as the client made it, whatever a proxy did on the way.

    With ``public_url`` its scheme, host and path stand in the request, whether the proxy strips
    that path or not, so that no address in an answer comes from a ``Host`` header. Without it
    addresses are made from ``Host``, and one that is no plain ``host[:port]`` is answered 400.
    Redirects lose scheme and host: they stay on the server that the client asked.
    """

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        public = urlsplit(public_url)
        self._app, self._scheme, self._host = app, public.scheme, public.netloc.encode()
        self._prefix = public.path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._host:
            await self._app(self._public(scope), receive, _redirecting_here(send))
        elif all(_HOST.fullmatch(value) for name, value in scope["headers"] if name == b"host"):
            await self._app(scope, receive, _redirecting_here(send))
        else:
            await _refuse(scope, receive, send)

    def _public(self, scope: Scope) -> Scope:
        path, raw = scope["path"], scope.get("raw_path") or quote(scope["path"]).encode()
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            path, raw = self._prefix + path, self._prefix.encode() + raw
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {
            **scope,
            "scheme": self._scheme,
            "path": path,
            "raw_path": raw,
            "root_path": self._prefix,
            "headers": [(b"host", self._host), *others],
        }


class HeadAsGet:
    """Answers HEAD with the headers of GET: one operation to write, document and test."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif message["type"] == _FILES or not message.get("more_body"):
                await send({"type": "http.response.body", "body": b""})

        # A part is a thing of GET alone (RFC 9110, 14.2). A file is sent as a path: never read.
        whole = [(name, value) for name, value in scope["headers"] if name != b"range"]
        extensions = {**(scope.get("extensions") or {}), _FILES: {}}
        asked = {**scope, "method": "GET", "headers": whole, "extensions": extensions}
        await self._app(asked, receive, bodiless)


def _redirecting_here(send: Send) -> Send:
    async def here(message: Message) -> None:
        if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
            headers = MutableHeaders(raw=message["headers"])
            if "location" in headers:
                to = urlsplit(headers["location"])
                query = f"?{to.query}" if to.query else ""
                # Two slashes at the start would name another host.
                headers["location"] = f"/{to.path.lstrip('/')}{query}"
        await send(message)

    return here


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "the Host header is not a plain host or host:port"
    body = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    answer = JSONResponse(body, 400, media_type="application/problem+json")
    await answer(scope, receive, send)
