"""The base layer of an area: its own imagery or a hillshade, as finished WebP tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from pmtiles.tile import TileType, zxy_to_tileid
from pmtiles.writer import Writer
from rasterio.enums import Resampling
from rasterio.io import DatasetReader, MemoryFile
from rasterio.vrt import WarpedVRT

from geoml.files import replacing
from geoml.raster.archive import archive_header
from geoml.raster.cog import grid_of, open_cog
from geoml.raster.png import TILE
from geoml.raster.webgrid import WEB_CRS, WORLD_PIXEL_M, TileRange, tiles_of, zooms
from geoml.types import Array, Bytes2D

QUALITY = 82
_SAMPLE = 1_000_000
_WHITE = 2.0, 98.0  # percentiles that a stretch takes for black and white
_GAMMA = 1.3
_ANYWHERE = Affine.scale(2.0)  # a tile's place is its id; without one rasterio warns


def write_imagery(
    paths: Sequence[Path],
    out: Path,
    *,
    stretch: bool,
    metadata: dict[str, Any],
    detail: Path | None = None,
) -> tuple[int, int, int]:
    """Write red, green and blue as WebP tiles in PMTiles, atomically.

    ``paths`` are three one-band rasters, one raster of three bands, or one single-band raster that
    is shown in grey. With ``stretch`` reflectance is brightened between its 2nd and 98th
    percentile, one pair for all bands, so that colours stay what they are; without it values are
    bytes already. Unknown is transparent. ``detail`` is a finer picture of a part, of three bands
    of bytes: its tiles go on where those of ``paths`` end.

    Returns the lowest zoom, the highest of ``paths``, and the highest of all.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(open_cog(path)) for path in paths]
        bands, grid = _bands(opened), grid_of(opened[0])
        lowest, highest = zooms(grid)
        low, high = _range(bands) if stretch else (0.0, 255.0)
        finest = highest
        with replacing(out) as final, final.open("wb") as stream:
            writer = Writer(stream)  # type: ignore[no-untyped-call]
            _write(writer, bands, range(lowest, highest + 1), low, high)
            if detail is not None:
                part = stack.enter_context(open_cog(detail))
                finest = max(zooms(grid_of(part))[1], highest)
                _write(writer, _bands([part]), range(highest + 1, finest + 1), 0.0, 255.0)
            head = archive_header(TileType.WEBP, grid.crs, grid.bounds, lowest)
            writer.finalize(head, {"format": "webp", **metadata})  # type: ignore[no-untyped-call]
    return lowest, highest, finest


def _write(
    writer: Writer, bands: list[tuple[DatasetReader, int]], levels: range, low: float, high: float
) -> None:
    """The tiles of some zooms, in the order of their ids."""
    for zoom in levels:
        for tile_id, part in _places(tiles_of(grid_of(bands[0][0]), zoom)):
            tile = _draw(bands, part, low, high)
            if tile is not None:
                writer.write_tile(tile_id, tile)  # type: ignore[no-untyped-call]


def _bands(opened: Sequence[DatasetReader]) -> list[tuple[DatasetReader, int]]:
    if len(opened) == 1:
        count = 3 if opened[0].count >= 3 else 1
        return [(opened[0], min(band, count)) for band in (1, 2, 3)]
    return [(dataset, 1) for dataset in opened]


def _range(bands: list[tuple[DatasetReader, int]]) -> tuple[float, float]:
    parts = []
    for dataset, band in bands:
        shrink = max(1.0, math.sqrt(dataset.width * dataset.height / _SAMPLE))
        shape = max(1, int(dataset.height / shrink)), max(1, int(dataset.width / shrink))
        values = dataset.read(band, out_shape=shape, masked=True).compressed()
        parts.append(values[np.isfinite(values)])
    known = np.concatenate(parts)
    if not known.size:
        return 0.0, 1.0
    low, high = (float(q) for q in np.percentile(known, _WHITE))
    return low, max(high, low + 1e-6)


def _places(tiles: TileRange) -> Iterator[tuple[int, TileRange]]:
    found = [
        (zxy_to_tileid(tiles.zoom, x, y), TileRange(tiles.zoom, x, y, 1, 1))
        for x in range(tiles.x, tiles.x + tiles.cols)
        for y in range(tiles.y, tiles.y + tiles.rows)
    ]
    yield from sorted(found, key=lambda one: one[0])


def _draw(
    bands: list[tuple[DatasetReader, int]], part: TileRange, low: float, high: float
) -> bytes | None:
    values = _read(bands, part)
    known = np.isfinite(values).all(axis=0)
    if not known.any():
        return None
    share = np.clip((np.where(known, values, low) - low) / (high - low), 0, 1)
    gamma = 1 / _GAMMA if (low, high) != (0.0, 255.0) else 1.0
    pixels: Bytes2D = np.rint(255 * share**gamma).astype(np.uint8)
    alpha = np.where(known, 255, 0).astype(np.uint8)[None]
    return _webp(np.concatenate([pixels, alpha]))


def _read(bands: list[tuple[DatasetReader, int]], part: TileRange) -> Array:
    """One tile of three bands; a file is warped once, for a warp makes all of its bands at once."""
    warped: dict[DatasetReader, Array] = {}
    for dataset, _ in bands:
        if dataset not in warped:
            warped[dataset] = _warped(dataset, part)
    return np.stack([warped[dataset][band - 1] for dataset, band in bands])


def _warped(dataset: DatasetReader, part: TileRange) -> Array:
    grid = part.grid()
    source = abs(dataset.transform.a)
    ground = WORLD_PIXEL_M / (1 << part.zoom)
    options: dict[str, Any] = {
        "crs": WEB_CRS,
        "transform": grid.transform,
        "width": TILE,
        "height": TILE,
        "resampling": Resampling.average if ground > 1.5 * source else Resampling.bilinear,
        "dtype": "float32",
        "nodata": float("nan"),
        "src_nodata": dataset.nodata if dataset.nodata is not None else float("nan"),
    }
    with WarpedVRT(dataset, **options) as vrt:
        values: Array = vrt.read()
    return values


def _webp(pixels: Bytes2D) -> bytes:
    profile: dict[str, Any] = {
        "driver": "WEBP", "width": TILE, "height": TILE, "count": 4, "dtype": "uint8",
        "transform": _ANYWHERE,
    }  # fmt: skip
    with MemoryFile() as memory:
        with rasterio.Env(GDAL_PAM_ENABLED="NO"), memory.open(**profile, QUALITY=QUALITY) as image:
            image.write(pixels)
        memory.seek(0)
        return bytes(memory.read())
