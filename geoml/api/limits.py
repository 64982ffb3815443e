"""What a public server refuses: too many requests, names that are not its own, foreign frames."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geoml.api.problems import problem
from geoml.api.security import authorise
from geoml.api.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EXPOSED = ("content-crs", "etag", "link", "retry-after", "x-request-id")
ASKED = ("accept", "accept-language", "authorization", "content-type", "if-none-match", "range")
CORS_PREFLIGHT_S = 600


class Buckets:
    """Token buckets by key: ``burst`` at once, then ``per_second``; at most ``most`` are kept.

    A bucket that nobody used for long is full again, so the oldest is the one to forget.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._burst, self._most, self._clock = per_second, burst, most, clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._kept)

    def take(self, key: str) -> float:
        """Take one; 0 when there was one, else the seconds until there will be."""
        now = self._clock()
        left, then = self._kept.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        while len(self._kept) >= self._most:
            self._kept.popitem(last=False)
        self._kept[key] = (left - 1 if wait == 0 else left, now)
        return wait


class RateLimit:
    """ASGI middleware: a bound on what one client sends; reading is free.

    A client is a token, else an address, hashed with a key that dies with the process (IPv6 by
    its /64, which is one line). Each worker process counts for itself.
    """

    def __init__(self, app: ASGIApp, *, per_minute: int, buckets: Buckets | None = None) -> None:
        self._app = app
        self._buckets = buckets or Buckets(per_minute / 60, max(1, per_minute / 2))
        self._salt = os.urandom(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        wait = self._buckets.take(self._key(scope))
        if wait == 0:
            await self._app(scope, receive, send)
            return
        answer = problem(429, "too many requests; wait as long as Retry-After says")
        answer.headers["retry-after"] = str(math.ceil(wait))
        await answer(scope, receive, send)

    def _key(self, scope: Scope) -> str:
        token = authorise(scope).token
        if token is not None:
            return f"token {token}"
        client = scope.get("client")
        line = _line(client[0]) if client else "nobody"
        return hashlib.blake2b(line.encode(), key=self._salt, digest_size=16).hexdigest()


class KnownHosts:
    """ASGI middleware: answers 400 to a ``Host`` that is not one of ours; ``*.a.b`` is any below.

    Stands before ``PublicAddress``, which writes a host of its own.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._names = frozenset(one for one in hosts if not one.startswith("*"))
        self._below = tuple(one[1:] for one in hosts if one.startswith("*"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or self._is_ours(scope):
            await self._app(scope, receive, send)
            return
        answer = problem(400, "this server has another name; its operator's GEOML_HOSTS lists it")
        await answer(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        names = {_without_port(one.decode("latin-1").lower()) for one in given}
        return len(names) == 1 and all(
            name in self._names or name.endswith(self._below) for name in names
        )


def safe_headers(settings: Settings) -> dict[str, str]:
    """Headers of every answer, by name in lower case.

    Everything that a page loads is ours (CSP); who may frame it is the operator's to say
    (``GEOML_FRAME_ANCESTORS``). Other sites may use our tiles as images where they may read our
    answers (``GEOML_CORS_ORIGINS``), and nowhere else (CORP).
    """
    frames = " ".join(("'self'", *settings.frame_ancestors))
    return {
        "content-security-policy": (
            "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
            f"base-uri 'self'; form-action 'self'; frame-ancestors {frames}"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "cross-origin" if settings.cors_origins else "same-origin",
    }


def edge(app: Starlette, settings: Settings) -> None:
    """Add what stands before the public address: the names of the server, and who may read it.

    No answer to another site ever goes with that site's cookies: there are none, and
    ``allow_credentials`` stays off. A token in ``Authorization`` is the page's own to send.
    """
    if settings.hosts:
        app.add_middleware(KnownHosts, hosts=settings.hosts)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=list(ASKED),
            expose_headers=list(EXPOSED),
            allow_credentials=False,
            max_age=CORS_PREFLIGHT_S,
        )


def _line(address: str) -> str:
    """The line that an address belongs to: itself, or the /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _without_port(host: str) -> str:
    name, bracket, _ = host.partition("]")
    return f"{name}]" if bracket else host.partition(":")[0]
