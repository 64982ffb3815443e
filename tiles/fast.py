"""The fast lane: a finished tile is a look-up, a read and, in another style, another header."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import uuid4

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import DatasetReader, MemoryFile
from rio_tiler.utils import render

from geoml.raster import png
from geoml.raster.png import TILE, Palette
from geoml.types import Bytes2D
from tiles.archive import Archive, Archives
from tiles.layers import Layer
from tiles.pool import GDAL
from tiles.reader import read_index

BLANK = png.indexed_png(np.zeros((TILE, TILE), np.uint8), np.zeros((256, 4), np.uint8))
"""A transparent tile: what every client understands where there is nothing to see."""

_ANYWHERE = Affine.scale(2.0)  # a tile's place is its id; without one rasterio warns
_SIDECAR = b"<PAMDataset><GeoTransform>0,2,0,0,0,2</GeoTransform></PAMDataset>"
_WITH_SIDECAR = {**GDAL, "GDAL_PAM_ENABLED": "YES", "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE"}

Slow = Callable[[], tuple[bytes, str]]


class FastLane:
    """Finished tiles of all layers, and the tiles that must be drawn from them."""

    def __init__(self, archives: Archives | None = None) -> None:
        self._archives = archives or Archives()

    def ready(self, layer: Layer, z: int, x: int, y: int, style: str | None) -> bytes | Slow | None:
        """The tile when it takes no more than a read; else a function that makes it; None: blank.

        The function blocks for milliseconds, so it belongs on a worker thread. The second part of
        what it returns is the media type. Raises InvalidArgument for an unknown style.
        """
        if layer.palettes or style is not None:
            layer.palette(style)  # an unknown style is an error on every tile, empty ones too
        archive = self._archives.peek(layer.pmtiles, layer.etag)
        if archive is None or not layer.minzoom <= z <= layer.maxzoom:
            return lambda: self._slow(layer, z, x, y, style)
        return self._finished(archive, layer, z, x, y, style)

    def _finished(
        self, archive: Archive, layer: Layer, z: int, x: int, y: int, style: str | None
    ) -> bytes | None:
        tile = archive.get(z, x, y)
        if tile is None or style is None or style == layer.default_style:
            return tile
        return png.restyle(tile, _header(layer.palette(style).tobytes()))

    def _slow(self, layer: Layer, z: int, x: int, y: int, style: str | None) -> tuple[bytes, str]:
        archive = self._archives.open(layer.pmtiles, layer.etag)
        if layer.minzoom <= z <= layer.maxzoom:
            found = self._finished(archive, layer, z, x, y, style)
            return (found, layer.media_type) if found else (BLANK, "image/png")
        if layer.web_cog is None:
            part = archive.get(z, x, y) if z > layer.maxzoom else None
            if part is not None:
                return part, layer.media_type
            return _enlarged_image(archive, layer, z, x, y), "image/png"
        if z > layer.maxzoom:
            index = _enlarged(archive, layer, z, x, y)
        else:
            index = read_index(layer, z, x, y)
        return drawn(layer, index, z, x, y, layer.palette(style)), "image/png"


def drawn(layer: Layer, index: Bytes2D, z: int, x: int, y: int, palette: Palette) -> bytes:
    """A tile drawn on request, deflated quickly."""
    if layer.draw is not None:
        index = layer.draw(index, z, x, y)
    return png.indexed_png(index, palette, level=1) if index.any() else BLANK


@lru_cache(maxsize=256)
def _header(palette: bytes) -> bytes:
    return png.header(np.frombuffer(palette, np.uint8).reshape(256, 4))


def _enlarged(archive: Archive, layer: Layer, z: int, x: int, y: int) -> Bytes2D:
    """Indices above the highest zoom: those of the tile it lies in, repeated, never mixed."""
    steps = z - layer.maxzoom
    if layer.draw is None:
        tile = archive.get(layer.maxzoom, x >> steps, y >> steps)
        parent = png.indices(tile) if tile else np.zeros((TILE, TILE), np.uint8)
    else:  # the finished tile shows lines; what they stand for is in the web COG
        parent = read_index(layer, layer.maxzoom, x >> steps, y >> steps)
    return parent[np.ix_(_parent_pixels(y, steps), _parent_pixels(x, steps))]


def _enlarged_image(archive: Archive, layer: Layer, z: int, x: int, y: int) -> bytes:
    """Imagery above its highest zoom, from the nearest tile; below its lowest there is none.

    A part of a picture may be finer than the whole, and have tiles up to a higher zoom.
    """
    for steps in range(1, z - layer.maxzoom + 1):
        tile = archive.get(z - steps, x >> steps, y >> steps)
        if tile is not None:
            break
    else:
        return BLANK
    with _webp(tile) as image:
        pixels = image.read()
    part = pixels[:, _parent_pixels(y, steps)][:, :, _parent_pixels(x, steps)]
    mask = part[3] if len(part) == 4 else None
    options: dict[str, Any] = {"img_format": "PNG", "zlevel": 1, "transform": _ANYWHERE}
    with rasterio.Env(**GDAL):
        content: bytes = render(part[:3], mask=mask, **options)
    return content


@contextmanager
def _webp(tile: bytes) -> Iterator[DatasetReader]:
    """A WebP in memory, opened beside a note of where it lies, which WebP itself cannot hold."""
    folder = uuid4().hex
    with (
        rasterio.Env(**_WITH_SIDECAR),
        MemoryFile(tile, dirname=folder, filename="tile.webp") as file,
        MemoryFile(_SIDECAR, dirname=folder, filename="tile.webp.aux.xml"),
        file.open(driver="WEBP") as image,
    ):
        yield image


def _parent_pixels(number: int, steps: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Which row (column) of the tile ``steps`` zooms up each row (column) of a tile shows."""
    return ((number % (1 << steps)) * TILE + np.arange(TILE)) >> steps
