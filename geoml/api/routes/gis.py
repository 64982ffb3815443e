"""The doors of GIS clients: OGC API - Tiles, WMTS and styles."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from geoml import editions
from geoml.api.ogc import documents, styles_routes, tilesets, tilesets_routes, wmts
from geoml.api.ogc.shelf import Shelf
from geoml.api.ogc.vectortiles import VectorTiles
from geoml.api.served import Served
from geoml.catalog.collections import Collection
from geoml.catalog.derived import tiles
from tiles.archive import Archives
from tiles.fast import FastLane
from tiles.layers import LayerSource


def vector_tiles(served: Served) -> VectorTiles:
    """The vector tiles of every collection of units that is served."""

    def where(collection: Collection) -> Path | None:
        if collection.kind != "units":
            return None
        found = editions.find(served.home, collection.service, collection.area, collection.edition)
        return tiles(served.home, found, collection.section)

    return VectorTiles(where, Archives())


def build(
    served: Served, shelf: Shelf, layers: LayerSource, lane: FastLane, vectors: VectorTiles
) -> APIRouter:
    """``/tileMatrixSets``, tilesets and styles below ``/collections``, ``/styles``, ``/wmts``."""
    if tilesets.collection_links not in documents.EXTRA:
        documents.EXTRA.append(tilesets.collection_links)
    router = APIRouter()
    router.routes.extend(tilesets_routes.build(shelf, layers, lane, vectors))
    router.routes.extend(styles_routes.build(served.home, shelf, layers))
    router.routes.extend(wmts.build(served, layers, lane))
    return router
