"""Vector tiles of collections (Mapbox Vector Tile 2.1), finished when the edition was published.

A tile is one look-up and one read; it lies deflated in the archive and leaves so, unless the
client cannot take that.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from geoml.api.compression import accepts
from geoml.catalog.collections import Collection
from geoml.errors import UnknownLayer
from geoml.vector.packed import Box
from tiles.archive import Archive, Archives
from tiles.caching import not_modified

MVT = "application/vnd.mapbox-vector-tile"

Where: TypeAlias = Callable[[Collection], Path | None]
"""The archive of a collection's tiles, None where it has none."""
_MOST = 1024
_YEAR, _MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"


@dataclass(frozen=True)
class VectorTiles:
    """The archives of all collections, the ones asked for last kept open."""

    where: Where
    archives: Archives
    _paths: dict[tuple[str, str, str], Path] = field(default_factory=dict)

    def ready(self, collection: Collection) -> bool:
        """Whether the archive is open already; else ``archive`` may block, even to make it."""
        path = self._paths.get(_key(collection))
        return path is not None and self.archives.peek(path, collection.etag) is not None

    def quick(self, request: Request, collection: Collection) -> bool:
        """Whether a tile takes no more than a read: its archive is open, and it leaves as it is."""
        return _takes_gzip(request) and self.ready(collection)

    def archive(self, collection: Collection) -> Archive:
        """The open archive of a collection; raises UnknownLayer where it has no units."""
        path = self._paths.get(_key(collection))
        if path is None:
            path = self.where(collection)
            if path is None:
                raise UnknownLayer(
                    "this collection has no vector tiles",
                    where=collection.id,
                    next_step="its map tiles are at the link tilesets-map of the collection",
                )
            if len(self._paths) >= _MOST:
                self._paths.clear()
            self._paths[_key(collection)] = path
        return self.archives.open(path, collection.etag)

    def zooms(self, collection: Collection) -> tuple[int, int]:
        """Lowest and highest zoom of the finished tiles."""
        header = self.archive(collection).header
        return header["min_zoom"], header["max_zoom"]

    def bounds(self, collection: Collection) -> Box:
        """West, south, east, north in degrees of what the tiles show."""
        header = self.archive(collection).header
        names = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        west, south, east, north = (header[name] / 1e7 for name in names)
        return west, south, east, north

    def layers(self, collection: Collection) -> list[dict[str, Any]]:
        """The layers inside the tiles with their fields, as TileJSON 3.0 has them."""
        found = self.archive(collection).metadata.get("vector_layers", [])
        return [{"description": collection.title.en, **one} for one in found]

    def answer(
        self, request: Request, collection: Collection, z: int, row: int, col: int
    ) -> Response:
        """A tile; 204 where the layer is empty there."""
        packed = _takes_gzip(request)
        tag = f'"{collection.etag}-mvt{"-gz" if packed else ""}"'
        headers = {
            "cache-control": _YEAR if collection.pinned else _MINUTE,
            "etag": tag,
            "vary": "Accept-Encoding",
        }
        if not_modified(request, tag):
            return Response(status_code=304, headers=headers)
        archive = self.archive(collection)
        tile = archive.get(z, col, row)
        if tile is None:
            return Response(status_code=204, headers=headers)
        if archive.packed:
            if packed:
                headers["content-encoding"] = "gzip"
            else:
                tile = gzip.decompress(tile)
        return Response(tile, media_type=MVT, headers=headers)


def _takes_gzip(request: Request) -> bool:
    return accepts(request.headers.get("accept-encoding"), "gzip")


def _key(collection: Collection) -> tuple[str, str, str]:
    return collection.service, collection.area, collection.etag
