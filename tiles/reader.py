"""A rio-tiler reader that opens our own GeoTIFFs and nothing else."""

from __future__ import annotations

from typing import Any

import attr
import numpy as np
import rasterio
from morecantile import TileMatrixSets, tms
from rasterio.errors import RasterioIOError
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from geoml.errors import CorruptFile, OutsideData, UnknownLayer
from geoml.raster.png import TILE
from geoml.types import Bytes2D
from tiles.layers import Layer

MAX_ZOOM = 24
GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": 128,
}
WEB_GRID = TileMatrixSets({"WebMercatorQuad": tms.get("WebMercatorQuad")})
"""The one tile matrix set that the layers are stored on."""


@attr.s
class CogReader(Reader):
    """Opens with the GeoTIFF driver alone, whatever the content claims to be."""

    def __attrs_post_init__(self) -> None:
        """Open the file, then let rio-tiler take its metadata."""
        try:
            opened = rasterio.open(self.input, driver="GTiff")
        except RasterioIOError as error:
            raise CorruptFile(
                "cannot be read",
                where=str(self.input),
                got=str(error),
                next_step="publish the edition again",
            ) from error
        self.dataset = self._ctx_stack.enter_context(opened)
        super().__attrs_post_init__()  # type: ignore[no-untyped-call]

    def tile(self, *args: Any, **options: Any) -> ImageData:  # noqa: ANN401 - as in rio-tiler
        """As rio-tiler's; a tile with nothing of the raster in it is OutsideData."""
        try:
            return super().tile(*args, **options)
        except TileOutsideBounds as error:
            raise OutsideData("this tile holds nothing of the layer", got=str(error)) from error


def read_index(layer: Layer, z: int, x: int, y: int) -> Bytes2D:
    """The indices of any tile of any zoom from the web COG, by nearest; 0 outside."""
    path = web_cog_of(layer)
    with rasterio.Env(**GDAL), CogReader(str(path)) as reader:
        try:
            image = reader.tile(x, y, z, tilesize=TILE)
        except OutsideData:
            return np.zeros((TILE, TILE), np.uint8)
    index: Bytes2D = np.where(image.mask > 0, image.data[0], 0).astype(np.uint8)
    return index


def web_cog_of(layer: Layer) -> str:
    """Path of the layer's web COG; raises UnknownLayer for imagery, which has none."""
    if layer.web_cog is None:
        raise _no_values(layer)
    return str(layer.web_cog)


def data_of(layer: Layer) -> str:
    """Path of the layer's values; raises UnknownLayer for imagery, which has none."""
    if layer.data is None:
        raise _no_values(layer)
    return str(layer.data)


def _no_values(layer: Layer) -> UnknownLayer:
    return UnknownLayer(
        "this layer is an image: it has tiles, and no values",
        where=layer.id,
        next_step=f"use /tiles/{layer.id}/tilejson.json",
    )
