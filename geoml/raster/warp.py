"""Bringing a foreign raster onto one of our grids, block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT

from geoml.errors import ForbiddenFormat, InvalidArgument
from geoml.raster.formats import RASTER_DRIVERS, unreadable
from geoml.raster.grid import Grid, Window, transformer, windows
from geoml.raster.header import Header, opened
from geoml.types import Array, Bytes2D

Kind: TypeAlias = Literal["continuous", "class", "count"]
Method: TypeAlias = Literal["nearest", "mode", "bilinear", "average", "sum"]
_SOURCE_CELLS = 16_000_000  # at most this many cells of the source are read for one block


def resampling_for(kind: Kind, source_m: float, cell_m: float) -> Method:
    """The right method to go from cells of ``source_m`` metres to cells of ``cell_m``.

    Quantities are averaged when they get coarser and interpolated when they get finer; classes are
    never mixed (mode, nearest); counts keep their total (sum).
    """
    coarser = cell_m > source_m * 1.0001
    if kind == "count":
        return "sum"
    if kind == "class":
        return "mode" if coarser else "nearest"
    return "average" if coarser else "bilinear"


def source_pixel_m(header: Header, grid: Grid) -> tuple[float, float]:
    """Size (x, y) of the raster's cells at the centre of ``grid``, in metres of the grid's CRS.

    NaN where the raster's CRS has no place for that point.
    """
    if header.crs == grid.crs:
        return header.pixel
    west, south, east, north = grid.bounds
    to_source = transformer(grid.crs, header.crs)
    x, y = to_source.transform((west + east) / 2, (south + north) / 2)
    dx, dy = header.pixel
    back = transformer(header.crs, grid.crs)
    xs, ys = back.transform([x - dx / 2, x + dx / 2, x, x], [y, y, y - dy / 2, y + dy / 2])
    if not np.isfinite([*xs, *ys]).all():
        return math.nan, math.nan
    return math.hypot(xs[1] - xs[0], ys[1] - ys[0]), math.hypot(xs[3] - xs[2], ys[3] - ys[2])


def warp(
    header: Header,
    grid: Grid,
    *,
    resampling: Method,
    unscale: bool = True,
    drivers: Sequence[str] = RASTER_DRIVERS,
    block: int = 512,
) -> Iterator[tuple[Window, Array]]:
    """Yield (window, values) of the chosen band on ``grid``, row-major, float32 with NaN.

    Honours the file's nodata, mask band and alpha; cells that the raster does not reach are NaN.
    With ``unscale`` the file's own scale and offset are applied. 64-bit and 32-bit whole-number
    sources come as float64 values rounded to float32 at the end. Memory is bounded by the block,
    whatever the ratio of the cell sizes.

    Raises:
        UnreadableFile: The pixels are truncated or corrupt.
        InvalidArgument: No band was chosen, or a sum of cells with an offset.
    """
    if header.band is None:
        raise InvalidArgument("choose a band before warping", where=str(header.path))
    scale, offset = (header.scale, header.offset) if unscale else (1.0, 0.0)
    if resampling == "sum" and offset:
        raise InvalidArgument("counts cannot carry an offset", where=str(header.path))
    with opened(header.path, drivers) as dataset:
        ratio = _ratio(header, grid)
        for window in windows(grid, _block_size(ratio, block)):
            part = grid.window(window)
            values = _read(dataset, header, part, ratio, resampling, [header.band])[0]
            out = values * scale + offset if (scale, offset) != (1.0, 0.0) else values
            with np.errstate(over="ignore"):
                single = out.astype(np.float32, copy=False)
            single[~np.isfinite(single)] = np.nan
            yield window, single


def warp_rgb(
    header: Header,
    grid: Grid,
    *,
    drivers: Sequence[str],
    resampling: Method = "bilinear",
    block: int = 512,
) -> Iterator[tuple[Window, NDArray[np.uint8], Bytes2D]]:
    """Yield (window, RGB of shape (3, rows, cols), mask of 255 or 0) of an aerial image.

    A single grey band is repeated; a palette is not expanded. Only 8-bit images are taken, for a
    stretch of anything else would be a guess.
    """
    if header.dtype != "uint8" or len(header.bands) not in (1, 3, 4):
        raise ForbiddenFormat(
            "not an 8-bit image",
            where=str(header.path),
            expected="1, 3 or 4 bands of 8 bits",
            got=f"{len(header.bands)} bands of {header.dtype}",
            next_step="export it as 8-bit RGB",
        )
    with opened(header.path, drivers) as dataset:
        bands = [1, 2, 3] if len(header.bands) >= 3 else [1, 1, 1]
        ratio = _ratio(header, grid)
        for window in windows(grid, _block_size(ratio, block)):
            values = _read(dataset, header, grid.window(window), ratio, resampling, bands)
            known = np.isfinite(values).all(axis=0)
            rgb = np.where(known, np.rint(np.clip(values, 0, 255)), 0).astype(np.uint8)
            yield window, rgb, np.where(known, 255, 0).astype(np.uint8)


def _ratio(header: Header, grid: Grid) -> tuple[float, float]:
    """Cells of ``grid`` per cell of the source along x and y; 1 where it cannot be told."""
    x, y = source_pixel_m(header, grid)
    return (x / grid.pixel_x, y / grid.pixel_y) if x > 0 and y > 0 else (1.0, 1.0)


def _block_size(ratio: tuple[float, float], block: int) -> int:
    """Cells a side of a block, such that a block never reads more than _SOURCE_CELLS."""
    return max(1, min(block, int(math.sqrt(_SOURCE_CELLS * ratio[0] * ratio[1]))))


def _read(
    dataset: DatasetReader,
    header: Header,
    part: Grid,
    ratio: tuple[float, float],
    resampling: Method,
    bands: list[int],
) -> Array:
    """Bands on the grid ``part``, shape (bands, rows, cols), floating, NaN where unknown."""
    # A VRT per block: its extent is the block, so GDAL cannot ask for more of the source.
    wide = header.dtype in ("float64", "int32", "uint32", "int64", "uint64")
    options: dict[str, Any] = {
        "src_crs": header.crs,
        "src_transform": header.transform,
        "crs": part.crs,
        "transform": part.transform,
        "width": part.cols,
        "height": part.rows,
        "resampling": Resampling[resampling],
        "tolerance": 0.01,  # source cells; 0 makes rasterio 1.4 build no transformer at all
        "nodata": math.nan,
        "dtype": "float64" if wide else "float32",
        "warp_mem_limit": 64,
        # Left to itself GDAL guesses the ratio from the parts of the two extents that overlap: a
        # small image in a large block then averages to nothing, and blocks disagree at their seams.
        "XSCALE": ratio[0],
        "YSCALE": ratio[1],
    }
    nodata = _source_nodata(dataset, header)
    if nodata is not None:
        options["src_nodata"] = nodata
    try:
        with WarpedVRT(dataset, **options) as vrt:
            values: Array = vrt.read(bands)
            return values
    except RasterioIOError as error:
        raise unreadable(header.path, error) from error


def has_mask(dataset: DatasetReader, band: int) -> bool:
    """Whether a mask or alpha band says what is known; a nodata number would silence it."""
    flags = dataset.mask_flag_enums[band - 1]
    masked = any(flag in (MaskFlags.per_dataset, MaskFlags.alpha) for flag in flags)
    return masked or any(colour is ColorInterp.alpha for colour in dataset.colorinterp)


def _source_nodata(dataset: DatasetReader, header: Header) -> float | None:
    """The nodata of the source as GDAL needs it: NaN for floats that declare none."""
    floating = np.dtype(header.dtype).kind == "f"
    if header.nodata is None:
        return math.nan if floating and not has_mask(dataset, header.band or 1) else None
    if floating:
        return header.nodata
    limits = np.iinfo(header.dtype)
    whole = math.isfinite(header.nodata) and header.nodata == int(header.nodata)
    return header.nodata if whole and limits.min <= header.nodata <= limits.max else None
