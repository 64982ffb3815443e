"""The routes of OGC API - Tiles: what each reads, where it looks, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoml import catalog
from geoml.api.ogc import media, parameters, tilesets
from geoml.api.ogc.links import base as base_of
from geoml.api.ogc.parameters import Parameter, choice
from geoml.api.ogc.shelf import Shelf
from geoml.api.ogc.styles import DEFAULT
from geoml.api.ogc.tilesets import Tileset
from geoml.api.ogc.tilesets_matrix import TMS, matrix_set, tile_of
from geoml.api.ogc.vectortiles import VectorTiles
from geoml.catalog.collections import Collection
from geoml.errors import NotFound, UnknownLayer
from tiles.caching import caching, not_modified
from tiles.fast import BLANK, FastLane
from tiles.layers import Layer, LayerSource

JSON_ONLY: Mapping[str, Parameter] = {"f": choice("f", ["json"], "The format.", "json")}
TILESET: Mapping[str, Parameter] = {
    "f": choice("f", ["json", "tilejson"], "Metadata as OGC has it, or TileJSON 3.0.", "json")
}
PNG: Mapping[str, Parameter] = {"f": choice("f", ["png"], "The format.", "png")}
MVT: Mapping[str, Parameter] = {"f": choice("f", ["mvt"], "The format.", "mvt")}
_KEEP = {"cache-control": "public, max-age=60", "vary": "Accept-Language"}


@dataclass(frozen=True)
class Tiles:
    """The resources of OGC API - Tiles over a shelf of collections."""

    shelf: Shelf
    layers: LayerSource
    lane: FastLane
    vectors: VectorTiles

    async def matrix_sets(self, request: Request) -> Response:
        """``/tileMatrixSets``."""
        _read(request, JSON_ONLY)
        return JSONResponse(tilesets.matrix_sets(base_of(request)), headers=_KEEP)

    async def matrix_set(self, request: Request) -> Response:
        """``/tileMatrixSets/{tms}``."""
        _read(request, JSON_ONLY)
        _check(request)
        return JSONResponse(matrix_set(), headers=_KEEP)

    async def map_list(self, request: Request) -> Response:
        """``.../map/tiles``."""
        _read(request, JSON_ONLY)
        return _listed(request, await run_in_threadpool(self._map, request))

    async def map_tileset(self, request: Request) -> Response:
        """``.../map/tiles/{tms}``."""
        values = _read(request, TILESET)
        _check(request)
        return _described(request, await run_in_threadpool(self._map, request), values)

    async def map_tile(self, request: Request) -> Response:
        """``.../map/tiles/{tms}/{tileMatrix}/{tileRow}/{tileCol}``."""
        _read(request, PNG)
        _check(request)
        layer = self._layer(await self._collection(request), _style(request))
        z, row, col = tile_of(*_tile(request), layer.bounds, (0, layer.maxzoom))
        headers = caching(layer, None)
        if not_modified(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        found = self.lane.ready(layer, z, col, row, None)
        if callable(found):
            content, kind = await run_in_threadpool(found)
            return Response(content, media_type=kind, headers=headers)
        return Response(found or BLANK, media_type=layer.media_type, headers=headers)

    async def vector_list(self, request: Request) -> Response:
        """``.../tiles``."""
        _read(request, JSON_ONLY)
        return _listed(request, await run_in_threadpool(self._vector, request))

    async def vector_tileset(self, request: Request) -> Response:
        """``.../tiles/{tms}``."""
        values = _read(request, TILESET)
        _check(request)
        return _described(request, await run_in_threadpool(self._vector, request), values)

    async def vector_tile(self, request: Request) -> Response:
        """``.../tiles/{tms}/{tileMatrix}/{tileRow}/{tileCol}``."""
        _read(request, MVT)
        _check(request)
        collection = await self._collection(request)
        if not self.vectors.ready(collection):
            await run_in_threadpool(self.vectors.archive, collection)
        zooms, bounds = self.vectors.zooms(collection), self.vectors.bounds(collection)
        z, row, col = tile_of(*_tile(request), bounds, zooms)
        # To inflate a tile may take longer than the trip to a thread.
        return await run_in_threadpool(self.vectors.answer, request, collection, z, row, col)

    async def _collection(self, request: Request) -> Collection:
        name = request.path_params["collection"]
        found = self.shelf.kept(name)
        if found is None:
            found = await run_in_threadpool(self.shelf.get, name)
        return found.collection

    def _layer(self, collection: Collection, style: str | None) -> Layer:
        wanted = style or DEFAULT
        layers = catalog.get(collection.service).layers
        if collection.kind != "cells" or wanted not in layers:
            raise UnknownLayer(
                "no such map",
                where=f"{collection.id}, style {wanted[:40]!r}",
                expected="a collection of cells, and one of its styles",
                next_step="the link styles of the collection lists them",
            )
        return self.layers.get(tilesets.layer_id(collection, wanted))

    def _map(self, request: Request) -> Tileset:
        collection = self.shelf.get(request.path_params["collection"]).collection
        style = _style(request)
        return tilesets.of_layer(collection, self._layer(collection, style), style)

    def _vector(self, request: Request) -> Tileset:
        collection = self.shelf.get(request.path_params["collection"]).collection
        return tilesets.of_vectors(collection, self.vectors)


def build(shelf: Shelf, layers: LayerSource, lane: FastLane, vectors: VectorTiles) -> list[Route]:
    """The routes, GET alone; HEAD is made of it at the edge."""
    tiles = Tiles(shelf, layers, lane, vectors)
    routes = [
        Route("/tileMatrixSets", tiles.matrix_sets, methods=["GET"]),
        Route("/tileMatrixSets/{tms}", tiles.matrix_set, methods=["GET"]),
    ]
    collection = "/collections/{collection}"
    for below in (f"{collection}/map/tiles", f"{collection}/styles/{{style}}/map/tiles"):
        routes += _three(below, (tiles.map_list, tiles.map_tileset, tiles.map_tile))
    vector = (tiles.vector_list, tiles.vector_tileset, tiles.vector_tile)
    return [*routes, *_three(f"{collection}/tiles", vector)]


def _three(below: str, endpoints: tuple[Any, Any, Any]) -> list[Route]:
    ends = ("", "/{tms}", "/{tms}/{matrix}/{row}/{col}")
    return [
        Route(below + end, endpoint, methods=["GET"])
        for end, endpoint in zip(ends, endpoints, strict=True)
    ]


def _read(request: Request, declared: Mapping[str, Parameter]) -> dict[str, Any]:
    return parameters.read(request.scope["query_string"], declared)


def _check(request: Request) -> None:
    name = request.path_params["tms"]
    if name != TMS:
        raise NotFound("no such tile matrix set", where=repr(name)[:80], expected=TMS)


def _style(request: Request) -> str | None:
    return request.path_params.get("style")


def _tile(request: Request) -> tuple[str, str, str]:
    found = request.path_params
    return found["matrix"], found["row"], found["col"]


def _listed(request: Request, one: Tileset) -> Response:
    base = base_of(request)
    body = tilesets.listing([one], base + one.path, base, media.language_of(request))
    return JSONResponse(body, headers=_KEEP)


def _described(request: Request, one: Tileset, values: Mapping[str, Any]) -> Response:
    make = tilesets.tilejson if values.get("f") == "tilejson" else tilesets.document
    return JSONResponse(make(one, base_of(request), media.language_of(request)), headers=_KEEP)
