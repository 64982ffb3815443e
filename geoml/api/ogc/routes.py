"""The routes of OGC API - Features: what each reads, where it looks, what it answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, TypeAlias
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoml.api.ogc import documents, items, media, pages, parameters
from geoml.api.ogc.downloads import Downloads
from geoml.api.ogc.front import LANG, front
from geoml.api.ogc.links import base as base_of
from geoml.api.ogc.links import self_and_alternate
from geoml.api.ogc.parameters import Parameter
from geoml.api.ogc.query import Selection
from geoml.api.ogc.shelf import Entry, Shelf
from geoml.api.served import Served
from geoml.errors import NotFound
from tiles.router import not_modified

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

ONLY_F: Mapping[str, Parameter] = {"f": media.F}
ITEMS = (media.GEOJSON, media.JSON)
FEATURE: tuple[str, ...] = ("crs", "f")
"""Parameters of the items that one feature takes too."""
_AT_ONCE = frozenset({"limit", "bbox", "datetime", "start", "f"})
_YEAR, _MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"


@dataclass(frozen=True)
class Features:
    """The resources of OGC API - Features over a shelf of collections."""

    shelf: Shelf
    served: Served
    selection: Selection = field(default_factory=Selection)

    async def landing(self, request: Request) -> Response:
        """``/``."""
        asked = _asked(request, {**ONLY_F, "lang": LANG}, (media.JSON,))
        if asked.shown == "html":  # citizens: French where the browser prefers neither
            chosen = asked.values.get("lang") or media.language_of(request, otherwise="fr")
            asked = replace(asked, language=chosen)
        document = documents.landing(asked.base, asked.language)
        return await _answer(
            asked, document, lambda: front(self.served, asked.base, asked.language)
        )

    async def conformance(self, request: Request) -> Response:
        """``/conformance``."""
        asked = _asked(request, ONLY_F, (media.JSON,))
        document = documents.conformance()
        return await _answer(
            asked, document, lambda: pages.conformance(document, asked.base, asked.language)
        )

    async def collections(self, request: Request) -> Response:
        """``/collections``."""
        asked = _asked(request, ONLY_F, (media.JSON,))
        entries = await run_in_threadpool(self.shelf.all)
        document = documents.listing(entries, asked.base, asked.language)
        return await _answer(
            asked, document, lambda: pages.listing(document, asked.base, asked.language)
        )

    async def collection(self, request: Request) -> Response:
        """``/collections/{collection}``."""
        asked = _asked(request, ONLY_F, (media.JSON,))
        entry = await self._entry(request.path_params["collection"])
        document = documents.collection(entry, asked.base, asked.language)
        return await _answer(
            asked, document, lambda: pages.collection(document, asked.base, asked.language)
        )

    async def queryables(self, request: Request) -> Response:
        """``/collections/{collection}/queryables``."""
        asked = _asked(request, ONLY_F, (media.SCHEMA, media.JSON))
        entry = await self._entry(request.path_params["collection"])
        document = documents.queryables(entry, asked.address, asked.language)
        return await _answer(
            asked,
            document,
            lambda: pages.queryables(entry, document, asked.base, asked.language),
            linked=False,
        )

    async def items(self, request: Request) -> Response:
        """``/collections/{collection}/items``."""
        entry = await self._entry(request.path_params["collection"])
        asked = _asked(request, entry.parameters, ITEMS)
        entry = await self._pinned(entry, asked.values)
        return await run_in_threadpool(self._page, entry, asked)

    def at_once(self, request: Request, name: str) -> Response | None:
        """A page of ready-made lines, which costs less than the trip to a thread.

        None where ``items`` must answer; raises what it would raise.
        """
        entry = self.shelf.kept(name)
        if entry is None or entry.collection.kind != "units":
            return None
        asked = _asked(request, entry.parameters, ITEMS)
        if asked.shown != "json" or not asked.values.keys() <= _AT_ONCE:
            return None
        other = _other_edition(entry, asked.values)
        kept = self.shelf.kept(other) if other else entry
        return self._page(kept, asked) if kept else None

    async def item(self, request: Request) -> Response:
        """``/collections/{collection}/items/{feature}``."""
        entry = await self._entry(request.path_params["collection"])
        declared = {name: entry.parameters[name] for name in FEATURE}
        asked = _asked(request, declared, ITEMS)

        def body() -> bytes:
            feature = items.one(entry.collection, request.path_params["feature"], asked)
            if asked.shown == "json":
                return feature
            return pages.feature(entry, feature, asked.base, asked.language)

        return await run_in_threadpool(_unless_known, entry, asked, body)

    def _page(self, entry: Entry, asked: _Asked) -> Response:
        def body() -> bytes:
            found = entry.collection
            page = items.page(found, self.selection.of(found, asked.values), asked)
            if asked.shown == "json":
                return page
            return pages.items(entry, page, asked.base, asked.language)

        return _unless_known(entry, asked, body)

    async def _entry(self, name: str) -> Entry:
        found = self.shelf.kept(name)
        return await run_in_threadpool(self.shelf.get, name) if found is None else found

    async def _pinned(self, entry: Entry, values: Mapping[str, Any]) -> Entry:
        """The edition that the first page was of: 410 where it was deleted meanwhile."""
        other = _other_edition(entry, values)
        if other is None:
            return entry
        try:
            return await self._entry(other)
        except NotFound as error:
            told = "the edition of these pages is gone; begin again without `start`"
            raise HTTPException(410, told) from error


@dataclass(frozen=True, slots=True)
class _Asked(items.Asked):
    """A request, with the address of the front door and what decides its tag."""

    base: str
    request: Request

    @property
    def media_type(self) -> str:
        """The type of the answer."""
        return "text/html; charset=utf-8" if self.shown == "html" else self.kind


def build(features: Features) -> list[Route]:
    """The routes, GET alone; HEAD is made of it at the edge."""
    shelf, served = features.shelf, features.served
    paths: Mapping[str, Endpoint] = {
        "/": features.landing,
        "/conformance": features.conformance,
        "/collections": features.collections,
        "/collections/{collection}": features.collection,
        "/collections/{collection}/queryables": features.queryables,
        "/collections/{collection}/items": features.items,
        "/collections/{collection}/items/{feature}": features.item,
        "/collections/{collection}/download/{format}": Downloads(shelf, served).file,
    }
    return [Route(path, endpoint, methods=["GET"]) for path, endpoint in paths.items()]


def _other_edition(entry: Entry, values: Mapping[str, Any]) -> str | None:
    """The id of the collection whose pages are asked for, where it is another edition's."""
    edition = values["start"][0] if "start" in values else entry.collection.edition
    if edition == entry.collection.edition:
        return None
    return f"{entry.collection.id.partition('@')[0]}@{edition}"


def _asked(request: Request, declared: Mapping[str, Parameter], kinds: tuple[str, ...]) -> _Asked:
    pairs = parameters.pairs(request.scope["query_string"])
    values = parameters.values(pairs, declared)
    shown, kind = media.format_of(request, values.get("f"), kinds)
    base = base_of(request)
    # The path as the client wrote it: an id may hold what a URL must quote.
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return _Asked(
        address=base + quote(path) if path != "/" else f"{base}/",
        pairs=pairs,
        values=values,
        shown=shown,
        kind=kind if shown == "json" else kinds[0],
        language=media.language_of(request),
        base=base,
        request=request,
    )


def _headers(entry: Entry, asked: _Asked) -> dict[str, str]:
    """Cache headers, the language, and the CRS of the coordinates."""
    scope = asked.request.scope
    told = (entry.collection.etag, asked.address, scope["query_string"], asked.media_type)
    found = _common(asked, told)
    pinned = entry.collection.pinned and "start" not in asked.values
    found["cache-control"] = _YEAR if pinned or "start" in asked.values else _MINUTE
    if asked.shown == "json":
        found["content-crs"] = f"<{asked.crs.uri}>"
    return found


def _unless_known(entry: Entry, asked: _Asked, body: Callable[[], bytes]) -> Response:
    """The answer, or 304: before any work, where the client names the copy that it has.

    Who says ``*`` names none: whether there is anything to have a copy of is found out first
    (RFC 9110, 13.2.1).
    """
    headers = _headers(entry, asked)
    known = not_modified(asked.request, headers["etag"].removeprefix("W/"))
    if known and asked.request.headers["if-none-match"].strip() != "*":
        return Response(status_code=304, headers=headers)
    content = body()
    if known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=asked.media_type, headers=headers)


def _common(asked: _Asked, told: tuple[object, ...]) -> dict[str, str]:
    digest = blake2b(repr((asked.language, *told)).encode(), digest_size=12).hexdigest()
    return {
        "etag": f'W/"{digest}"',
        "vary": "Accept, Accept-Language",
        "content-language": asked.language,
    }


async def _answer(
    asked: _Asked, document: dict[str, Any], drawn: Callable[[], bytes], *, linked: bool = True
) -> Response:
    """A small document as JSON or as a page."""
    if linked:
        own = self_and_alternate(
            asked.address, asked.pairs, asked.shown, asked.kind, asked.language
        )
        document["links"] = [*own, *document["links"]]
    if asked.shown == "html":
        content = await run_in_threadpool(drawn)
    else:
        content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {**_common(asked, (content,)), "cache-control": _MINUTE}
    if not_modified(asked.request, headers["etag"].removeprefix("W/")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=asked.media_type, headers=headers)
