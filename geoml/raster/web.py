"""The web copy of a layer: one uint8 COG on the grid of web maps, every overview a zoom level."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.shutil import copy as rasterio_copy
from rasterio.windows import Window as RasterioWindow

from geoml.files import replacing
from geoml.raster import coding
from geoml.raster.cog import grid_of, open_cog
from geoml.raster.grid import Grid
from geoml.raster.png import TILE
from geoml.raster.sample import sample
from geoml.raster.webgrid import WEB_CRS, TileRange, tiles_of, zooms
from geoml.types import Bytes2D

Kind: TypeAlias = Literal["average", "mode"]


def web_cog(
    source: Path,
    out: Path,
    *,
    quantise: coding.Quantise = coding.score_index,
    kind: Kind = "average",
    tags: dict[str, str] | None = None,
) -> tuple[int, int]:
    """Write the web copy of one of our rasters, atomically; returns its (min, max) zoom.

    ``source`` is a one-band raster in a projected CRS, unknown NaN. At the highest zoom a pixel
    holds the byte of the very cell that its centre lies in, which is the cell that a click there
    answers. Below, ``"average"`` means the mean of all known pixels of the highest zoom, made a
    byte once, and ``"mode"`` the most frequent byte (the higher one of two). Byte 0 is nodata. The
    file covers whole tiles of the lowest zoom, so every 256 px block of every overview is a tile.
    Memory does not grow with the raster. The same raster gives the same bytes.
    """
    with open_cog(source) as dataset:
        grid = grid_of(dataset)
        lowest, highest = zooms(grid)
        base = tiles_of(grid, lowest)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.stem}-", dir=_made(out.parent)))
        try:
            with _levels(folder, base, highest) as levels:
                walk = _Walk(dataset, grid, levels, highest, quantise, kind)
                for y in range(base.y, base.y + base.rows):
                    for x in range(base.x, base.x + base.cols):
                        walk.tile(lowest, x, y)
            index = folder / "index.vrt"
            index.write_text(_index(base, highest, _tags(quantise, tags, lowest, highest, kind)))
            with replacing(out) as final:
                _assemble(index, final)
        finally:
            shutil.rmtree(folder)
    return lowest, highest


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(slots=True)
class _Levels:
    """The open file of every zoom, and where its first tile lies."""

    base: TileRange
    files: dict[int, DatasetWriter] = field(default_factory=dict)

    def write(self, index: Bytes2D, zoom: int, x: int, y: int) -> None:
        first = self.base.at(zoom)
        window = RasterioWindow((x - first.x) * TILE, (y - first.y) * TILE, TILE, TILE)
        if index.any():  # blocks that were never written stay sparse: nodata
            self.files[zoom].write(index, 1, window=window)


@contextmanager
def _levels(folder: Path, base: TileRange, highest: int) -> Iterator[_Levels]:
    levels = _Levels(base)
    with ExitStack() as stack:
        for zoom in range(base.zoom, highest + 1):
            grid = base.at(zoom).grid()
            profile: dict[str, Any] = {
                "driver": "GTiff", "dtype": "uint8", "count": 1, "nodata": coding.NODATA,
                "width": grid.cols, "height": grid.rows, "crs": grid.crs,
                "transform": grid.transform, "tiled": True, "blockxsize": TILE, "blockysize": TILE,
                "compress": "zstd", "zstd_level": 1, "sparse_ok": True, "BIGTIFF": "IF_SAFER",
            }  # fmt: skip
            writer = rasterio.open(folder / f"{zoom}.tif", "w", **profile)
            levels.files[zoom] = stack.enter_context(writer)
        yield levels


Sums: TypeAlias = dict[int, NDArray[Any]]
"""What is added up over the pixels of a tile: key -1 the sum and -2 the number of known values
(average), or a class's byte -> how many pixels have it (mode)."""


@dataclass(slots=True)
class _Walk:
    """Draws tiles from the highest zoom downward, adding four tiles up to one."""

    source: DatasetReader
    grid: Grid
    levels: _Levels
    highest: int
    quantise: coding.Quantise
    kind: Kind

    def tile(self, zoom: int, x: int, y: int) -> Sums:
        """Draw a tile and all below it; empty where the raster has nothing."""
        covered = tiles_of(self.grid, zoom)
        if not (0 <= x - covered.x < covered.cols and 0 <= y - covered.y < covered.rows):
            return {}
        if zoom == self.highest:
            return self._leaf(x, y)
        sums: Sums = {}
        for down in (0, 1):
            for right in (0, 1):
                child = self.tile(zoom + 1, 2 * x + right, 2 * y + down)
                for key, values in child.items():
                    total = sums.setdefault(key, np.zeros((TILE, TILE), values.dtype))
                    half = TILE // 2
                    quarter = (slice(down * half, (down + 1) * half),
                               slice(right * half, (right + 1) * half))  # fmt: skip
                    total[quarter] = values.reshape(half, 2, half, 2).sum(axis=(1, 3))
        if sums:
            self.levels.write(self._index(sums), zoom, x, y)
        return sums

    def _leaf(self, x: int, y: int) -> Sums:
        values = sample(self.source, self.grid, TileRange(self.highest, x, y, 1, 1).grid())
        if values is None:
            return {}
        index = self.quantise(values)
        self.levels.write(index, self.highest, x, y)
        if self.kind == "mode":
            return {int(one): (index == one).astype(np.int64) for one in np.unique(index) if one}
        known = np.isfinite(values)
        return {
            -1: np.where(known, values, 0.0).astype(np.float64),
            -2: known.astype(np.int64),
        }

    def _index(self, sums: Sums) -> Bytes2D:
        if self.kind == "average":
            count = sums[-2]
            mean = np.full(count.shape, np.nan)
            np.divide(sums[-1], count, out=mean, where=count > 0)
            return self.quantise(mean)
        classes = sorted(sums, reverse=True)  # argmax takes the first of equals: the higher
        stack = np.stack([sums[one] for one in classes])
        best = np.asarray(classes, np.uint8)[stack.argmax(axis=0)]
        index: Bytes2D = np.where(stack.max(axis=0) > 0, best, coding.NODATA).astype(np.uint8)
        return index


def _tags(
    quantise: coding.Quantise,
    tags: dict[str, str] | None,
    lowest: int,
    highest: int,
    kind: Kind,
) -> dict[str, str]:
    said = {
        "AREA_OR_POINT": "Area",
        "TILE_MATRIX_SET": "WebMercatorQuad",
        "MIN_ZOOM": str(lowest),
        "MAX_ZOOM": str(highest),
        "OVERVIEW_METHOD": kind,
    }
    if quantise is coding.score_index:
        said["QUANTISATION_ERROR_BOUND"] = f"{coding.ERROR_BOUND:g}"
    return said | (tags or {})


def _index(base: TileRange, highest: int, tags: dict[str, str]) -> str:
    """A virtual raster of our own level files: the highest zoom with the others as overviews."""
    grid = base.at(highest).grid()
    scored = "QUANTISATION_ERROR_BOUND" in tags
    scale = (
        f"<Offset>{-coding.ERROR_BOUND:g}</Offset><Scale>{coding.STEP:g}</Scale>" if scored else ""
    )
    overviews = "".join(
        f'<Overview><SourceFilename relativeToVRT="1">{zoom}.tif</SourceFilename>'
        "<SourceBand>1</SourceBand></Overview>"
        for zoom in range(highest - 1, base.zoom - 1, -1)
    )
    transform = ", ".join(repr(float(one)) for one in grid.transform.to_gdal())
    metadata = "".join(
        f'<MDI key="{escape(key)}">{escape(value)}</MDI>' for key, value in sorted(tags.items())
    )
    size = f'xSize="{grid.cols}" ySize="{grid.rows}"'
    return (
        f'<VRTDataset rasterXSize="{grid.cols}" rasterYSize="{grid.rows}"><SRS>{WEB_CRS}</SRS>'
        f"<GeoTransform>{transform}</GeoTransform><Metadata>{metadata}</Metadata>"
        f'<VRTRasterBand dataType="Byte" band="1"><NoDataValue>{coding.NODATA}</NoDataValue>{scale}'
        f"<ColorInterp>Gray</ColorInterp>{overviews}<SimpleSource>"
        f'<SourceFilename relativeToVRT="1">{highest}.tif</SourceFilename>'
        f'<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" {size}/>'
        f'<DstRect xOff="0" yOff="0" {size}/></SimpleSource></VRTRasterBand></VRTDataset>'
    )


def _assemble(index: Path, final: Path) -> None:
    has_overviews = "<Overview>" in index.read_text()
    with rasterio.Env(GDAL_CACHEMAX=64, GDAL_NUM_THREADS="1"):
        rasterio_copy(
            os.fspath(index),
            os.fspath(final),
            driver="COG",
            BLOCKSIZE=str(TILE),
            COMPRESS="DEFLATE",
            LEVEL="9",
            PREDICTOR="NO",
            OVERVIEWS="FORCE_USE_EXISTING" if has_overviews else "NONE",
            BIGTIFF="IF_SAFER",
            NUM_THREADS="1",
            SPARSE_OK="YES",
            ADD_ALPHA="NO",
        )
