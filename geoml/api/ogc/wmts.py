"""WMTS 1.0.0 (OGC 07-057r7): what is asked by name and value, and the addresses of tiles.

Tiles themselves are those of the fast lane: a ``ResourceURL`` leads straight to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoml import catalog
from geoml.api.ogc import media, parameters
from geoml.api.ogc.links import base as base_of
from geoml.api.ogc.tilesets_matrix import TMS, limits
from geoml.api.ogc.wmts_documents import capabilities, report, style_names
from geoml.api.served import Served
from geoml.errors import GeomlError, InvalidArgument, UnknownLayer
from geoml.lifecycle.base import PREFIX
from geoml.raster.webgrid import MAX_ZOOM
from tiles.caching import caching, not_modified
from tiles.fast import BLANK, FastLane
from tiles.layers import Layer, LayerSource

XML = "application/xml"
_KEEP = {"cache-control": "public, max-age=60", "vary": "Accept-Language"}
_BAD = 400


class Refused(Exception):
    """A request by name and value that WMTS refuses: its exception code and the parameter."""

    def __init__(self, code: str, locator: str, text: str) -> None:
        super().__init__(text)
        self.code, self.locator = code, locator


@dataclass(frozen=True)
class Wmts:
    """Capabilities of all layers or of one, and tiles asked for by name and value."""

    served: Served
    layers: LayerSource
    lane: FastLane

    async def everything(self, request: Request) -> Response:
        """``/wmts/1.0.0/WMTSCapabilities.xml``."""
        parameters.read(request.scope["query_string"], {})
        return await self._capabilities(request, None)

    async def one(self, request: Request) -> Response:
        """``/wmts/{layer}/1.0.0/WMTSCapabilities.xml``."""
        parameters.read(request.scope["query_string"], {})
        return await self._capabilities(request, request.path_params["layer"])

    async def asked(self, request: Request) -> Response:
        """``/wmts?SERVICE=WMTS&REQUEST=...``; names in any case, unknown ones are let be."""
        try:
            given = _given(request)
            _one_of(given, "service", ("WMTS",))
            wanted = _one_of(given, "request", ("GetCapabilities", "GetTile"))
            if wanted == "GetCapabilities":
                return await self._capabilities(request, None)
            _one_of(given, "version", ("1.0.0",))
            return await self._tile(request, given)
        except Refused as error:
            body = report(error.code, error.locator, str(error))
            return Response(body, _BAD, media_type=XML, headers={"cache-control": "no-store"})

    async def _capabilities(self, request: Request, only: str | None) -> Response:
        language, base = media.language_of(request), base_of(request)

        def written() -> bytes:
            found = [self.layers.get(only)] if only else list(published(self.served, self.layers))
            return capabilities(found, base, language, only)

        return Response(await run_in_threadpool(written), media_type=XML, headers=_KEEP)

    async def _tile(self, request: Request, given: Mapping[str, str]) -> Response:
        layer = self._layer(given)
        _one_of(given, "tilematrixset", (TMS,))
        _one_of(given, "format", (layer.media_type,))
        z, row, col = _place(given, layer)
        style = _one_of(given, "style", ("", *style_names(layer)))
        style = "" if style == layer.default_style else style
        headers = caching(layer, style or None)
        if not_modified(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        found = self.lane.ready(layer, z, col, row, style or None)
        if callable(found):
            content, kind = await run_in_threadpool(found)
            return Response(content, media_type=kind, headers=headers)
        kind = layer.media_type if found else "image/png"
        return Response(found or BLANK, media_type=kind, headers=headers)

    def _layer(self, given: Mapping[str, str]) -> Layer:
        try:
            return self.layers.get(_needed(given, "layer"))
        except GeomlError as error:
            raise Refused("InvalidParameterValue", "Layer", error.what) from error


def published(served: Served, layers: LayerSource) -> Iterator[Layer]:
    """Every layer of the current editions that the caller may see, then the base layers."""
    areas = [area.id for area in served.areas()]
    ids = [
        f"{service}-{area}-{name}"
        for service in catalog.names()
        for area in areas
        for name in catalog.get(service).layers
    ]
    for one in [*ids, *(PREFIX + area for area in areas)]:
        try:
            yield layers.get(one)
        except UnknownLayer:
            continue


def build(served: Served, layers: LayerSource, lane: FastLane) -> list[Route]:
    """The routes, GET alone; HEAD is made of it at the edge."""
    wmts = Wmts(served, layers, lane)
    return [
        Route("/wmts", wmts.asked, methods=["GET"]),
        Route("/wmts/1.0.0/WMTSCapabilities.xml", wmts.everything, methods=["GET"]),
        Route("/wmts/{layer}/1.0.0/WMTSCapabilities.xml", wmts.one, methods=["GET"]),
    ]


def _given(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        pairs = parameters.pairs(request.scope["query_string"])
    except InvalidArgument as error:
        raise Refused("InvalidParameterValue", error.where, error.what) from error
    for name, value in pairs:
        if found.setdefault(name.lower(), value) != value:
            raise Refused("InvalidParameterValue", name[:40], "given twice")
    return found


def _needed(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        raise Refused("MissingParameterValue", name, f"{name} is missing")
    return given[name]


def _one_of(given: Mapping[str, str], name: str, options: tuple[str, ...]) -> str:
    value = _needed(given, name)
    if value not in options:
        code = "OperationNotSupported" if name == "request" else "InvalidParameterValue"
        raise Refused(code, name, f"{name} is one of: {', '.join(filter(None, options))}")
    return value


def _place(given: Mapping[str, str], layer: Layer) -> tuple[int, int, int]:
    names = ("tilematrix", "tilerow", "tilecol")
    found = []
    for name in names:
        text = _needed(given, name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Refused("InvalidParameterValue", name, f"{name} is a whole number")
        found.append(int(text))
    z, row, col = found
    if z > MAX_ZOOM:
        raise Refused("InvalidParameterValue", "tilematrix", f"tilematrix is 0 to {MAX_ZOOM}")
    there = limits(layer.bounds, z)
    for name, value, low, high in (
        ("tilerow", row, there.min_row, there.max_row),
        ("tilecol", col, there.min_col, there.max_col),
    ):
        if not low <= value <= high:
            raise Refused("TileOutOfRange", name, f"{name} is {low} to {high} at zoom {z}")
    return z, row, col
