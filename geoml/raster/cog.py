"""Reading and writing cloud-optimised GeoTIFF by windows; unknown is NaN in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError  # copying raises it bare
from rasterio.enums import Resampling as Resampling  # re-exported: callers may not import GDAL
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.shutil import copy as rasterio_copy

from geoml.errors import CorruptFile, GridMismatch
from geoml.files import no_space, removing, replacing
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array

BLOCK = 512
_GDAL = {"GDAL_CACHEMAX": 128, "GDAL_NUM_THREADS": "1", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}


@dataclass(frozen=True, slots=True)
class Band:
    """One band of one of our own rasters, counted from 1."""

    path: Path
    number: int = 1


Layer: TypeAlias = Path | Band
"""A raster by its path is its first band."""


def band_of(layer: Layer) -> Band:
    """The band that is meant."""
    return layer if isinstance(layer, Band) else Band(layer)


@contextmanager
def open_cog(path: Path) -> Iterator[DatasetReader]:
    """Open one of our own rasters, GeoTIFF only; never a file that a caller names over HTTP."""
    try:
        with rasterio.Env(**_GDAL), rasterio.open(path, driver="GTiff") as dataset:
            yield dataset
    except RasterioIOError as error:
        raise CorruptFile(
            "cannot be read", where=str(path), got=str(error), next_step="ingest or run again"
        ) from error


def grid_of(dataset: DatasetReader) -> Grid:
    """The grid of one of our own, north-up rasters."""
    t, crs = dataset.transform, dataset.crs
    code = crs.to_epsg()
    name = f"EPSG:{code}" if code else crs.to_wkt()
    return Grid(name, t.c, t.f, t.a, -t.e, dataset.height, dataset.width)


def read_grid(path: Path) -> Grid:
    """The grid of one of our own rasters."""
    with open_cog(path) as dataset:
        return grid_of(dataset)


def read(path: Path, window: Window | None = None, band: int = 1) -> Array:
    """One band as float32 (float64 where the file has it), shape (rows, cols), nodata as NaN."""
    with open_cog(path) as dataset:
        return read_from(dataset, window, band)


def read_from(dataset: DatasetReader, window: Window | None = None, band: int = 1) -> Array:
    """As ``read``, from an open dataset."""
    values = dataset.read(band, window=window.bounds if window else None)
    kind = np.float64 if values.dtype == np.float64 else np.float32
    out: Array = values.astype(kind, copy=False)
    nodata = dataset.nodata
    if nodata is not None and not np.isnan(nodata):
        out[values == nodata] = np.nan
    return out


class CogWriter:
    """Collects windows of a raster; ``cog_writer`` turns them into a COG at one stroke."""

    def __init__(self, dataset: DatasetWriter, grid: Grid) -> None:
        self._dataset, self.grid = dataset, grid

    def write(self, values: NDArray[Any], window: Window | None = None, band: int = 1) -> None:
        """Write one band of one window; the shape must be the window's."""
        window = window or self.grid.whole()
        if values.shape != (window.rows, window.cols):
            raise GridMismatch(
                "block of the wrong shape",
                expected=str((window.rows, window.cols)),
                got=str(values.shape),
            )
        kind = self._dataset.dtypes[0]
        self._dataset.write(values.astype(kind, copy=False), band, window=window.bounds)


@contextmanager
def cog_writer(
    path: Path,
    grid: Grid,
    *,
    dtype: str = "float32",
    nodata: float | None = float("nan"),
    bands: Sequence[str] = ("",),
    units: Sequence[str] = (),
    tags: dict[str, str] | None = None,
    scaling: tuple[float, float] | None = None,
    overviews: Resampling = Resampling.average,
) -> Iterator[CogWriter]:
    """Write a raster by windows, then publish it as a COG in one atomic step.

    Memory is bounded by the windows that the caller writes: the pixels pass through a plain
    tiled GeoTIFF beside ``path``, which is removed whatever happens. ``bands`` names the bands,
    ``units`` their units; ``scaling`` (scale, offset) says what quantity their numbers stand for.
    """
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "dtype": dtype,
        "nodata": nodata,
        "count": len(bands),
        "height": grid.rows,
        "width": grid.cols,
        "crs": grid.crs,
        "transform": grid.transform,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "BIGTIFF": "IF_SAFER",
        "interleave": "band",
        "compress": "zstd",
        "zstd_level": 1,
        "sparse_ok": True,
    }
    with replacing(path) as final, rasterio.Env(**_GDAL):
        # GDAL's COG driver writes its own temporary beside the target, hence the folder-local name.
        scratch = final.with_name(final.stem + "-plain.tif")
        with removing(scratch), _told_when_full(path):
            with rasterio.open(scratch, "w", **profile) as dataset:
                dataset.update_tags(**(tags or {}))
                for number, name in enumerate(bands, 1):
                    if name:
                        dataset.set_band_description(number, name)
                if units:
                    dataset.units = tuple(units)
                if scaling is not None:
                    dataset.scales, dataset.offsets = ([part] * len(bands) for part in scaling)
                yield CogWriter(dataset, grid)
            _to_cog(scratch, final, dtype, overviews)


@contextmanager
def _told_when_full(path: Path) -> Iterator[None]:
    """GDAL says that a write failed and not why: the disk or a quota is full."""
    try:
        yield
    except (RasterioIOError, CPLE_BaseError) as error:
        if "write" not in str(error).lower():
            raise
        raise no_space(path, str(error.__cause__ or error)[:200]) from error


def _to_cog(scratch: Path, final: Path, dtype: str, overviews: Resampling) -> None:
    predictor = "YES" if dtype.startswith(("float", "int", "uint16", "uint32")) else "NO"
    rasterio_copy(
        os.fspath(scratch),
        os.fspath(final),
        driver="COG",
        BLOCKSIZE=str(BLOCK),
        COMPRESS="DEFLATE",
        LEVEL="6",
        PREDICTOR=predictor,
        OVERVIEW_RESAMPLING=overviews.name.upper(),
        BIGTIFF="IF_SAFER",
        NUM_THREADS="1",
        SPARSE_OK="YES",
    )


def write(path: Path, values: NDArray[Any], grid: Grid, **options: Any) -> None:  # noqa: ANN401
    """Write an array of shape (rows, cols) as a COG, atomically; options as ``cog_writer``."""
    with cog_writer(path, grid, **options) as writer:
        for window in windows(grid):
            writer.write(values[window.slices], window)


def read_cell(path: Path, row: int, col: int) -> list[float]:
    """Every band of one cell, nodata as NaN."""
    with open_cog(path) as dataset:
        values = dataset.read(window=((row, row + 1), (col, col + 1)))[:, 0, 0].astype(float)
        if dataset.nodata is not None:
            values[values == dataset.nodata] = np.nan
        return [float(value) for value in values]
