"""Who asks, and what is open to them: tokens, scopes, audiences; one table for every door.

A door is the first part of a path. What is not in ``DOORS`` does not exist, so that a route that
somebody forgot to declare is closed. ``Guard`` enforces the table, ``declare`` writes it into the
OpenAPI document: one declaration, parser and document.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoml.api.keys import Keys, Unreachable
from geoml.api.problems import problem
from geoml.contract import Audience

logger = logging.getLogger("geoml.api")

Needed: TypeAlias = Literal["open", "read", "feedback", "operate"]
PRINCIPAL = "geoml.principal"


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to read behind a door, and to send something through it."""

    reading: Needed = "read"
    sending: Needed = "read"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the id of a token and its scopes, or anybody."""

    token: str | None
    scopes: frozenset[str]

    def has(self, needed: Needed) -> bool:
        """Whether a scope is theirs; an operator has them all."""
        return needed == "open" or needed in self.scopes or "operate" in self.scopes


_READ, _OPEN = Door(), Door("open", "open")
DOORS: Mapping[str, Door] = MappingProxyType(
    {
        # Whether the server lives, and code without data: the map must open to ask for a token.
        **dict.fromkeys(("healthz", "readyz", "static", "maps"), _OPEN),
        **dict.fromkeys(("", "docs", "api", "metrics"), _READ),
        **dict.fromkeys(("areas", "services", "editions", "tiles", "reports"), _READ),
        **dict.fromkeys(("conformance", "collections", "stac", "styles", "wmts"), _READ),
        **dict.fromkeys(("tileMatrixSets", "queryables"), _READ),
        "feedback": Door("operate", "feedback"),
        "ops": Door("operate", "operate"),
    }
)
"""First part of a path to what it needs. A prediction is asked for by POST and changes nothing."""

ANYBODY = Principal(None, frozenset({"read"}))
NOBODY = Principal(None, frozenset())
_caller: ContextVar[Principal] = ContextVar("geoml_caller", default=ANYBODY)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NAMED = re.compile(rb"(?:^|[&;])(?:access_token|api_?key|authorization|bearer)=", re.I)
_SECRET = re.compile(r"geoml_[0-9a-f]{12}_[A-Za-z0-9_-]*")
_PLACE = re.compile(r"-?\d{1,3}(?:\.\d+)?(?:,|%2[cC])-?\d{1,3}(?:\.\d+)?|-?\d+\.\d{2,}")


class HasAudience(Protocol):
    """A layer or a collection: something that not everybody may see."""

    @property
    def audience(self) -> Audience:
        """``public``, or ``staff``: bearers of a token alone."""


class Guard:
    """ASGI middleware: finds out who asks, and closes the doors that are not theirs.

    Stands behind ``PublicAddress`` and before the tile front, so that no lane goes round it.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, public_read: bool = True) -> None:
        self._app, self._keys = app, keys
        self._stranger = ANYBODY if public_read else NOBODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _tells_a_secret(scope):
            logger.warning("a token was sent in an address, where logs keep it; it was refused")
            await _problem(400, _IN_ADDRESS)(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
        except Unreachable:
            await _problem(503, _UNCHECKED, {"retry-after": "5"})(scope, receive, send)
            return
        refusal = _BAD_TOKEN if caller is None else _refusal(scope, caller, self._stranger)
        if refusal is not None or caller is None:
            await (refusal or _BAD_TOKEN)(scope, receive, send)
            return
        scope[PRINCIPAL] = caller
        before = _caller.set(caller)
        try:
            await self._app(scope, receive, _privately(send) if caller.token else send)
        finally:
            _caller.reset(before)

    async def _caller(self, scope: Scope) -> Principal | None:
        """The bearer of a token or a stranger; None for a token that is not good."""
        token = _bearer(scope)
        if token is None:
            return self._stranger
        found = await self._keys.find(token)
        return None if found is None else Principal(found.id, found.scopes)


def authorise(scope: Scope) -> Principal:
    """Who asks, as Guard found out; anybody where no Guard stands."""
    found: Principal = scope.get(PRINCIPAL, ANYBODY)
    return found


def caller() -> Principal:
    """Who asks, for code that has no request at hand."""
    return _caller.get()


def sees(audience: Audience) -> bool:
    """Whether the caller of this request may see things of an audience."""
    return audience == "public" or _is_staff(_caller.get())


def layer_allowed(scope: Scope, layer: HasAudience) -> bool:
    """``sees`` for the tile front, which runs before any routing."""
    return layer.audience == "public" or _is_staff(authorise(scope))


def loggable(path: str) -> str:
    """A path as a log may keep it: without places and without tokens."""
    return _SECRET.sub("geoml_*", _PLACE.sub("*", path))


def door_of(path: str) -> Door | None:
    """The door of a path without the prefix of the public address; None where there is none."""
    return DOORS.get(path.removeprefix("/").partition("/")[0])


def needed_for(path: str, method: str) -> Needed | None:
    """The scope that a request needs; None where there is no such door."""
    door = door_of(path)
    if door is None:
        return None
    return door.reading if method.upper() in _SAFE else door.sending


def declare(document: dict[str, Any], *, public_read: bool = True) -> dict[str, Any]:
    """Write the table into an OpenAPI document: ``security`` and ``x-scope`` of every operation.

    Changes the document and returns it. An operation behind no door has ``x-scope`` null.
    """
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["token"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the operator's: geoml token create --scope read --expires 90d",
    }
    for path, operations in document.get("paths", {}).items():
        for method in operations.keys() & {"get", "put", "post", "delete", "patch", "head"}:
            needed = needed_for(path, method)
            operations[method]["x-scope"] = needed
            operations[method]["security"] = _requirement(needed, public_read)
            if needed != "open":
                _declare_refusals(operations[method])
    return document


def _requirement(needed: Needed | None, public_read: bool) -> list[dict[str, list[str]]]:
    """What OpenAPI calls security; a stranger's way in is the empty requirement."""
    if needed == "open":
        return []
    bearer: list[dict[str, list[str]]] = [{"token": []}]
    return [{}, *bearer] if needed == "read" and public_read else bearer


def _declare_refusals(operation: dict[str, Any]) -> None:
    told = {"401": "A token is needed, or this one is not good.", "403": "The token lacks a scope."}
    for status, description in told.items():
        operation.setdefault("responses", {}).setdefault(status, {"description": description})


def _is_staff(principal: Principal) -> bool:
    return principal.token is not None and principal.has("read")


def _bearer(scope: Scope) -> str | None:
    """What the header ``Authorization: Bearer`` says; a proxy's own Basic is none of ours."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if kind.lower() == "bearer" or "geoml_" in token else None
    return None


def _tells_a_secret(scope: Scope) -> bool:
    """Whether a token, or something called one, stands in the address."""
    query: bytes = scope["query_string"]
    if query and (_NAMED.search(query) or _SECRET.search(unquote(query.decode("latin-1")))):
        return True
    return "geoml_" in scope["path"] and _SECRET.search(scope["path"]) is not None


def _refusal(scope: Scope, caller: Principal, stranger: Principal) -> ASGIApp | None:
    """The answer to a caller for whom a door is closed, None where it opens.

    What is open to a stranger is open to every good token, which sees no more than a stranger.
    """
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    needed = needed_for(path, scope["method"])
    if needed is None:
        return _problem(404, "no such page; GET / lists what is here")
    if caller.has(needed) or stranger.has(needed):
        return None
    if caller.token is None:
        return _unauthorised(f"a token with the scope {needed!r} is needed here")
    detail = f"this token lacks the scope {needed!r}; it has: {', '.join(sorted(caller.scopes))}"
    challenge = f'Bearer realm="geoml", error="insufficient_scope", scope="{needed}"'
    return _problem(403, detail, {"www-authenticate": challenge})


def _unauthorised(detail: str, error: str = "") -> ASGIApp:
    """401 with the challenge of RFC 6750, section 3."""
    challenge = 'Bearer realm="geoml"' + (f', error="{error}"' if error else "")
    return _problem(401, detail, {"www-authenticate": challenge})


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> ASGIApp:
    answer = problem(status, detail)
    answer.headers.update({"cache-control": "no-store", **(headers or {})})
    return answer


def _privately(send: Send) -> Send:
    """What a bearer is told is kept by no cache that others use too (RFC 9111, 3.5)."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": list(message["headers"])}
            headers = MutableHeaders(raw=message["headers"])
            kept = headers.get("cache-control", "private")
            headers["cache-control"] = kept.replace("public", "private")
            headers.add_vary_header("Authorization")
        await send(message)

    return told


_IN_ADDRESS = (
    "a token does not belong in an address, where logs and histories keep it; send the header "
    "Authorization: Bearer, and have this token revoked: it is not secret any more"
)
_UNCHECKED = "tokens cannot be checked at the moment; without one, public data are open"
_BAD_TOKEN = _unauthorised("the token is unknown, expired or revoked", "invalid_token")
