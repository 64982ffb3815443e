"""The routes of the STAC API: what each reads, where it looks, what it answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoml.api import rows
from geoml.api.ogc import media, parameters
from geoml.api.ogc.links import base as base_of
from geoml.api.ogc.links import link
from geoml.api.served import Served
from geoml.api.stac import documents, items, query
from geoml.api.stac.shelf import Group, Shelf
from geoml.errors import InvalidArgument, NotFound
from geoml.types import Language
from tiles.router import not_modified

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_MINUTE = "public, max-age=60"


@dataclass(frozen=True)
class Stac:
    """The resources of the STAC API over a shelf of collections."""

    shelf: Shelf

    async def landing(self, request: Request) -> Response:
        """``/stac``."""
        asked = _asked(request)
        return await asked.answer(
            lambda: documents.landing(self.shelf.all(), asked.base, asked.language)
        )

    async def conformance(self, request: Request) -> Response:
        """``/stac/conformance``."""
        return await _asked(request).answer(documents.conformance)

    async def collections(self, request: Request) -> Response:
        """``/stac/collections``."""
        asked = _asked(request)
        return await asked.answer(
            lambda: documents.listing(self.shelf.all(), asked.base, asked.language)
        )

    async def collection(self, request: Request) -> Response:
        """``/stac/collections/{collection}``."""
        asked, name = _asked(request), request.path_params["collection"]
        return await asked.answer(
            lambda: documents.collection(self.shelf.get(name), asked.base, asked.language)
        )

    async def items(self, request: Request) -> Response:
        """``/stac/collections/{collection}/items``."""
        asked, name = _asked(request, query.ITEMS), request.path_params["collection"]

        def page() -> dict[str, Any]:
            group = self.shelf.get(name)
            here = f"{asked.base}/stac/collections/{group.id}"
            up = [link("collection", here, media.JSON), link("parent", here, media.JSON)]
            return self._page((group,), asked, f"{here}/items", up)

        return await asked.answer(page, media.GEOJSON)

    async def item(self, request: Request) -> Response:
        """``/stac/collections/{collection}/items/{item}``."""
        asked, path = _asked(request), request.path_params
        return await asked.answer(
            lambda: self._item(path["collection"], path["item"], asked), media.GEOJSON
        )

    async def search(self, request: Request) -> Response:
        """``/stac/search``, GET and POST."""
        if request.method == "POST":
            parameters.read(request.scope["query_string"], {})
            body = rows.decoded(await request.body(), request.headers.get("content-type", ""))
            asked = _Asked(request, base_of(request), query.from_body(body), body)
        else:
            asked = _asked(request, query.QUERY)
        here = f"{asked.base}/stac/search"
        return await asked.answer(lambda: self._search(asked, here), media.GEOJSON)

    def _item(self, collection: str, name: str, asked: _Asked) -> dict[str, Any]:
        group = self.shelf.get(collection)
        if name not in group.by_id:
            told = f"no such item; GET /stac/collections/{group.id}/items lists them"
            raise NotFound(told, where=repr(name)[:120])
        entry, sources = group.entries[group.by_id[name]], self.shelf.sources(group.area)
        return items.item(group, entry, sources, asked.base, asked.language)

    def _search(self, asked: _Asked, here: str) -> dict[str, Any]:
        groups = self.shelf.all()
        if "collections" in asked.values:
            names = sorted(asked.values["collections"])
            unknown = sorted(set(names) - {group.id for group in groups})
            if unknown:
                told = "no such collection; GET /stac/collections lists them"
                raise InvalidArgument(told, where="collections", got=repr(unknown[0])[:80])
            groups = tuple(group for group in groups if group.id in names)
        return self._page(groups, asked, here, [])

    def _page(
        self, groups: tuple[Group, ...], asked: _Asked, here: str, up: list[dict[str, Any]]
    ) -> dict[str, Any]:
        found = query.chosen(groups, asked.values)
        shown, matched, token = query.cut(found, asked.values)
        areas = {group.area.id: group.area for group, _ in shown}
        sources = {name: self.shelf.sources(area) for name, area in areas.items()}
        features = [
            items.item(group, entry, sources[group.area.id], asked.base, asked.language)
            for group, entry in shown
        ]
        links = [*asked.page_links(here, token), *up]
        return items.page(features, matched, links, f"{asked.base}/stac")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: what was read of it, and how to ask again."""

    request: Request
    base: str
    values: Mapping[str, Any]
    body: Mapping[str, Any] | None = None

    @property
    def language(self) -> Language:
        """English, unless the client prefers French."""
        return media.language_of(self.request)

    def page_links(self, here: str, token: str | None) -> list[dict[str, Any]]:
        """This page and the next one, asked for as this one was."""
        if self.body is not None:
            own = {**link("self", here, media.GEOJSON), "method": "POST", "body": dict(self.body)}
            more = {
                **link("next", here, media.GEOJSON, "Next page"),
                "method": "POST",
                "body": {**self.body, "token": token},
            }
            return [own, more] if token else [own]
        pairs = parameters.pairs(self.request.scope["query_string"])
        found = [link("self", f"{here}?{urlencode(pairs)}" if pairs else here, media.GEOJSON)]
        if token:
            kept = [*(pair for pair in pairs if pair[0] != "token"), ("token", token)]
            address = f"{here}?{urlencode(kept)}"
            found.append({**link("next", address, media.GEOJSON, "Next page"), "method": "GET"})
        return found

    async def answer(
        self, make: Callable[[], Mapping[str, Any]], kind: str = media.JSON
    ) -> Response:
        """What ``make`` makes, in a thread of its own, or 304 where the client has it."""
        return await run_in_threadpool(lambda: self._answer(make(), kind))

    def _answer(self, document: Mapping[str, Any], kind: str) -> Response:
        content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"content-language": self.language, "vary": "Accept-Language"}
        if self.request.method == "POST":
            headers["cache-control"] = "no-store"
            return Response(content, media_type=kind, headers=headers)
        digest = blake2b(content, digest_size=12).hexdigest()
        headers |= {"etag": f'W/"{digest}"', "cache-control": _MINUTE}
        if not_modified(self.request, f'"{digest}"'):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)


def build(served: Served) -> list[Route]:
    """The routes; HEAD is made of GET at the edge."""
    stac = Stac(Shelf(served))
    paths: Mapping[str, Endpoint] = {
        "/stac": stac.landing,
        "/stac/conformance": stac.conformance,
        "/stac/collections": stac.collections,
        "/stac/collections/{collection}": stac.collection,
        "/stac/collections/{collection}/items": stac.items,
        "/stac/collections/{collection}/items/{item}": stac.item,
    }
    routes = [Route(path, endpoint, methods=["GET"]) for path, endpoint in paths.items()]
    return [*routes, Route("/stac/search", stac.search, methods=["GET", "POST"])]


def _asked(request: Request, declared: Mapping[str, parameters.Parameter] | None = None) -> _Asked:
    values = query.from_query(request.scope["query_string"], declared or {})
    return _Asked(request, base_of(request), values)
