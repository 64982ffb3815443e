"""The finished tiles of a layer: every block of its web COG as an indexed PNG, in PMTiles v3.

PMTiles specification 3: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import rasterio
from pmtiles.tile import TileType, zxy_to_tileid
from pmtiles.writer import Writer
from rasterio.io import DatasetReader
from rasterio.windows import Window as RasterioWindow

from geoml.errors import UnusableGrid
from geoml.files import replacing
from geoml.raster.archive import archive_header
from geoml.raster.cog import open_cog
from geoml.raster.png import TILE, Palette, header, pixels
from geoml.raster.webgrid import HALF_WORLD, WEB_CRS, WORLD_PIXEL_M, TileRange
from geoml.types import Bytes2D

Draw: TypeAlias = Callable[[Bytes2D, int, int, int], Bytes2D]
"""(index, z, x, y) -> index: what is drawn where, for example ``coding.hatch``."""


def write_pyramid(
    web_cog: Path,
    out: Path,
    palette: Palette,
    *,
    draw: Draw | None = None,
    metadata: dict[str, Any] | None = None,
) -> int:
    """Write every tile of a web COG that shows anything, atomically; returns how many.

    Tiles are whole PNG files in the colours of ``palette``, not compressed again, so that any
    PMTiles reader shows them. ``metadata`` (name, attribution, ...) goes into the archive. The
    same COG gives the same bytes. An archive cannot be empty: where no tile shows anything it
    holds one transparent tile of the lowest zoom, and the count is 0.
    """
    levels = tile_levels(web_cog)
    start = header(palette)
    with replacing(out) as final, final.open("wb") as stream:
        writer = Writer(stream)  # type: ignore[no-untyped-call]
        count = 0
        for zoom in sorted(levels):
            for tile_id, index in _tiles(web_cog, levels, zoom, draw):
                writer.write_tile(tile_id, start + pixels(index))  # type: ignore[no-untyped-call]
                count += 1
        if not count:
            first = levels[min(levels)]
            blank = start + pixels(np.zeros((TILE, TILE), np.uint8))
            tile_id = zxy_to_tileid(first.zoom, first.x, first.y)
            writer.write_tile(tile_id, blank)  # type: ignore[no-untyped-call]
        said = {"format": "png", **(metadata or {})}
        writer.finalize(_archive(web_cog, levels), said)  # type: ignore[no-untyped-call]
    return count


def tile_levels(web_cog: Path) -> dict[int, TileRange]:
    """Zoom -> the tiles that a web COG holds at it, its full resolution and every overview."""
    with open_cog(web_cog) as dataset:
        return levels_of(dataset)


def levels_of(dataset: DatasetReader) -> dict[int, TileRange]:
    """As ``tile_levels``, from an open dataset."""
    t = dataset.transform
    highest = round_zoom(t.a)
    pixel = WORLD_PIXEL_M / (1 << highest)
    x, y = (t.c + HALF_WORLD) / pixel / TILE, (HALF_WORLD - t.f) / pixel / TILE
    aligned = abs(x - round(x)) < 1e-3 and abs(y - round(y)) < 1e-3
    if dataset.crs.to_epsg() != 3857 or abs(t.a - pixel) > 1e-6 * pixel or not aligned:
        raise UnusableGrid(
            "not a web COG",
            where=dataset.name,
            expected="pixels of a zoom level of WebMercatorQuad, aligned to its tiles",
            got=f"{dataset.crs}, pixels of {t.a:g}",
            next_step="publish the edition again",
        )
    levels = {}
    for factor in (1, *dataset.overviews(1)):
        zoom = highest - (factor.bit_length() - 1)
        size = TILE * factor
        cols, rows = dataset.width // size, dataset.height // size
        levels[zoom] = TileRange(zoom, round(x) // factor, round(y) // factor, cols, rows)
    return levels


def round_zoom(pixel: float) -> int:
    """The zoom whose pixels are nearest to ``pixel`` units of EPSG:3857."""
    zoom = 0
    while zoom < 30 and WORLD_PIXEL_M / (1 << zoom) > pixel * 1.5:
        zoom += 1
    return zoom


def _tiles(
    web_cog: Path, levels: dict[int, TileRange], zoom: int, draw: Draw | None
) -> Iterator[tuple[int, Bytes2D]]:
    """(tile id, index) of the tiles of one zoom that show anything, in the order of their ids."""
    first = levels[zoom]
    places = sorted(
        (zxy_to_tileid(zoom, first.x + col, first.y + row), col, row)
        for row in range(first.rows)
        for col in range(first.cols)
    )
    overview = max(levels) - zoom - 1
    options = {"overview_level": overview} if overview >= 0 else {}
    with (
        rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_CACHEMAX=64),
        rasterio.open(web_cog, driver="GTiff", **options) as dataset,
    ):
        for tile_id, col, row in places:
            index = dataset.read(1, window=RasterioWindow(col * TILE, row * TILE, TILE, TILE))
            if index.any() and draw:
                index = draw(index, zoom, first.x + col, first.y + row)
            if index.any():
                yield tile_id, index


def _archive(web_cog: Path, levels: dict[int, TileRange]) -> dict[str, Any]:
    with open_cog(web_cog) as dataset:
        return archive_header(TileType.PNG, WEB_CRS, tuple(dataset.bounds), min(levels))
