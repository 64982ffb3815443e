"""The general lane: tiles of any offered grid, in a style or in a range of the measured values.

A pixel shows the cell that its centre lies in, read from the coarsest overview that is no coarser
than the pixel. PNGs are indexed and deflated quickly, which takes a tenth of the time that GDAL
takes for the same picture in four bands.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import rasterio

from geoml.errors import OutsideData
from geoml.raster import png
from geoml.raster.grid import Grid, transformer
from geoml.raster.png import TILE, Palette
from geoml.raster.sample import sample
from geoml.types import Array
from tiles import grids
from tiles.fast import BLANK, drawn
from tiles.layers import Layer
from tiles.pool import GDAL, POOL
from tiles.reader import CogReader, data_of, read_index, web_cog_of

_FINER = 1.01  # an overview may be this much coarser than the pixel: rounding is no reason


class Place(NamedTuple):
    """A tile: name of its grid, zoom, column and row."""

    grid: str
    z: int
    x: int
    y: int


def styled(layer: Layer, tile: Place, style: str | None, side: int = TILE) -> bytes:
    """A tile as the finished ones look; raises OutsideData where the layer has nothing."""
    if side != TILE:
        return _large(layer, tile, style, side)
    if tile.grid == grids.WEB:
        index = read_index(layer, tile.z, tile.x, tile.y, missing_is_error=True)
    else:
        values = _sampled(Path(web_cog_of(layer)), layer, grids.tile_grid(*tile))
        index = np.nan_to_num(values, nan=0.0).astype(np.uint8)
    return drawn(layer, index, tile.z, tile.x, tile.y, layer.palette(style))


def stretched(layer: Layer, tile: Place, low: float, high: float, palette: Palette) -> bytes:
    """A tile of the measured values, ``low`` in the first colour and ``high`` in the last.

    ``palette`` has 256 opaque colours. Values outside the range take the colour at its end;
    unknown is transparent.
    """
    values = _sampled(Path(data_of(layer)), layer, grids.tile_grid(*tile))
    return coloured(values, low, high, palette)


def _large(layer: Layer, tile: Place, style: str | None, side: int) -> bytes:
    """A tile of another size, as rio-tiler draws it."""
    path, grid = web_cog_of(layer), grids.offered().get(tile.grid)
    colours = {index: tuple(colour) for index, colour in enumerate(layer.palette(style).tolist())}
    with POOL.lend(Path(path), layer.etag) as opened, rasterio.Env(**GDAL):
        reader = CogReader(path, dataset=opened.dataset, tms=grid)
        image = reader.tile(tile.x, tile.y, tile.z, tilesize=side)
        if layer.draw is not None:
            image.array[0] = layer.draw(image.array[0].filled(0), tile.z, tile.x, tile.y)
        content: bytes = image.render(img_format="PNG", colormap=colours, zlevel=1)
    return content


def coloured(values: Array, low: float, high: float, palette: Palette) -> bytes:
    """Values of a tile as an indexed PNG; NaN is transparent."""
    known = np.isfinite(values)
    if not known.any():
        return BLANK
    share = np.clip((np.where(known, values, low) - low) * (255.0 / (high - low)), 0.0, 255.0)
    index = share.astype(np.uint8)
    if known.all():
        return png.indexed_png(index, palette, level=1)
    # 256 colours and one clear: the clear one takes the place of the least used colour, whose
    # pixels take the nearest. Almost always a colour that no pixel has.
    used = np.bincount(index[known], minlength=256)
    clear = int(used.argmin())
    index[known & (index == clear)] = clear - 1 if clear else 1
    index[~known] = clear
    colours = palette.copy()
    colours[clear] = 0
    return png.indexed_png(index, colours, level=1)


def _sampled(path: Path, layer: Layer, target: Grid) -> Array:
    """Values of a tile, NaN where unknown; raises OutsideData where the raster has nothing."""
    with POOL.lend(path, layer.etag) as whole:
        if not _overlap(whole.grid, target):
            raise OutsideData(
                "this tile holds nothing of the layer", next_step="tilejson.json gives its bounds"
            )
        overview = _overview(whole.grid, whole.overviews, target)
        if overview < 0:
            found = sample(whole.dataset, whole.grid, target)
    if overview >= 0:
        with POOL.lend(path, layer.etag, overview) as coarse:
            found = sample(coarse.dataset, coarse.grid, target)
    return np.full(target.shape, np.nan, np.float32) if found is None else found


def _overlap(grid: Grid, target: Grid) -> bool:
    west, south, east, north = transformer(target.crs, grid.crs).transform_bounds(*target.bounds)
    left, bottom, right, top = grid.bounds
    if not np.isfinite((west, south, east, north)).all():
        return True  # a tile of half the world: its pixels say
    return bool(west < right and east > left and south < top and north > bottom)


def _overview(grid: Grid, factors: tuple[int, ...], target: Grid) -> int:
    """Number of the coarsest overview that is no coarser than the pixels; -1 for none."""
    west, south, east, north = target.bounds
    x, y = transformer(target.crs, grid.crs).transform(
        [(west + east) / 2, (west + east) / 2 + target.pixel_x], [(south + north) / 2] * 2
    )
    pixel = float(np.hypot(x[1] - x[0], y[1] - y[0])) / grid.pixel_x
    if not np.isfinite(pixel):
        return -1
    return sum(factor <= pixel * _FINER for factor in factors) - 1
