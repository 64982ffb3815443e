"""A rio-tiler reader that opens our own GeoTIFFs and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attr
import numpy as np
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from geoml.errors import CorruptFile, OutsideData, UnknownLayer
from geoml.raster.png import TILE
from geoml.types import Bytes2D
from tiles.layers import Layer
from tiles.pool import GDAL, POOL


@attr.s
class CogReader(Reader):
    """Opens with the GeoTIFF driver alone, whatever the content claims to be."""

    def __attrs_post_init__(self) -> None:
        """Open the file where it is not open, then let rio-tiler take its metadata."""
        if self.dataset is None:
            self.dataset = self._ctx_stack.enter_context(self._opened())
        super().__attrs_post_init__()  # type: ignore[no-untyped-call]

    def _opened(self) -> DatasetReader:
        try:
            opened: DatasetReader = rasterio.open(self.input, driver="GTiff")
        except RasterioIOError as error:
            raise CorruptFile(
                "cannot be read",
                where=str(self.input),
                got=str(error),
                next_step="publish the edition again",
            ) from error
        return opened

    def tile(self, *args: Any, **options: Any) -> ImageData:  # noqa: ANN401 - as in rio-tiler
        """As rio-tiler's; a tile with nothing of the raster in it is OutsideData."""
        try:
            return super().tile(*args, **options)
        except TileOutsideBounds as error:
            raise OutsideData("this tile holds nothing of the layer", got=str(error)) from error


def read_index(layer: Layer, z: int, x: int, y: int, *, missing_is_error: bool = False) -> Bytes2D:
    """The indices of any tile of the web map from the web COG, by nearest.

    Where the COG has nothing: 0, or OutsideData with ``missing_is_error``.
    """
    path = web_cog_of(layer)
    with POOL.lend(Path(path), layer.etag) as opened, rasterio.Env(**GDAL):
        reader = CogReader(path, dataset=opened.dataset)
        try:
            image = reader.tile(x, y, z, tilesize=TILE)
        except OutsideData:
            if missing_is_error:
                raise
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
