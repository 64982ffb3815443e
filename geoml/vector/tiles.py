"""Vector tiles of a table: every zoom of it as MVT in one PMTiles archive.

A feature smaller than a pixel is drawn as its pixel, and one feature for each such pixel: from
afar a town is there and no tile holds a hundred thousand invisible houses. A tile that is still
too large takes coarser pixels. The same rows give the same bytes.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geoml.files import replacing
from geoml.raster.archive import archive_header
from geoml.vector.fragments import known
from geoml.vector.mvt import EXTENT, commands, layer

MIN_ZOOM, MAX_ZOOM = 8, 14
"""At zoom 14 a unit is 60 cm at the equator: viewers magnify from there."""
LARGEST = 500_000
"""Bytes of a tile, compressed, that no viewer has trouble with."""
_BUFFER = 64
_PIXEL = EXTENT // 256
_COARSEST = EXTENT // 8


def write_tiles(
    path: Path, frame: geopandas.GeoDataFrame, columns: Sequence[str], *, name: str = "units"
) -> int:
    """Write ``columns`` and shapes of a table as PMTiles, atomically; returns how many tiles.

    Tiles are compressed by gzip and hold one layer, ``name``. What is no polygon is drawn as one
    pixel; NaN is left out. An archive cannot be empty: without a shape it holds one empty tile.
    Each tile goes to the disk before the next is drawn: beside the table, memory holds one of them.
    """
    frame = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
    told = {one: [known(value) for value in frame[one]] for one in columns}
    shapes = shapely.orient_polygons(
        shapely.transform(np.asarray(frame.geometry.to_crs(3857).array, dtype=object), _to_unit),
        exterior_cw=False,  # y is turned to the south: clockwise for the eye
    )
    count = 0
    with replacing(path) as temporary, temporary.open("wb") as stream:
        writer = Writer(stream)  # type: ignore[no-untyped-call]
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            for tile_id, tile in _zoom(shapes, told, zoom, name):
                writer.write_tile(tile_id, tile)  # type: ignore[no-untyped-call]
                count += 1
        if not count:
            nothing = _packed(layer(name, [], {}))
            writer.write_tile(zxy_to_tileid(MIN_ZOOM, 0, 0), nothing)  # type: ignore[no-untyped-call]
        bounds = tuple(frame.total_bounds) if len(frame) else frame.crs.area_of_use.bounds
        header = archive_header(TileType.MVT, frame.crs.to_string(), bounds, MIN_ZOOM)
        header["tile_compression"] = Compression.GZIP
        writer.finalize(header, _about(name, told))  # type: ignore[no-untyped-call]
    return count


def _to_unit(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """EPSG:3857 to 0..1, from the north-west corner of the world."""
    world = 2 * math.pi * 6_378_137
    found: NDArray[np.float64] = xy / np.array([world, -world]) + 0.5
    return found


def _zoom(
    shapes: NDArray[Any], told: Mapping[str, list[Any]], zoom: int, name: str
) -> Iterator[tuple[int, bytes]]:
    """(id, tile) of every tile of a zoom that shows anything, in the order of the archive."""
    if not len(shapes):
        return
    size = EXTENT << zoom
    bounds = shapely.bounds(shapes) * size
    small = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) < _PIXEL
    small |= ~np.isin(shapely.get_type_id(shapes), (3, 6))
    shape, x, y = _met(np.where(small[:, None], _middles(bounds), bounds), (1 << zoom) - 1)
    tiles, tile_of = np.unique(y << zoom | x, return_inverse=True)
    places = np.stack([tiles & (1 << zoom) - 1, tiles >> zoom], axis=1)
    ids = np.array([zxy_to_tileid(zoom, *place) for place in places.tolist()], np.int64)
    order = np.lexsort((shape, ids[tile_of]))
    shape, tile_of = shape[order], tile_of[order]
    starts = np.flatnonzero(np.diff(tile_of, prepend=-1))
    for one, number in zip(np.split(shape, starts[1:]), tile_of[starts], strict=True):
        origin = places[number] * EXTENT
        large = one[~small[one]]
        drawn = dict(zip(large.tolist(), _commands(shapes[large], size, origin), strict=True))
        dots = one[small[one]]
        middles = _middles(bounds[dots])[:, :2] - origin
        tile = _fitting(name, drawn, dots, middles, told)
        if tile is not None:
            yield int(ids[number]), tile


def _met(bounds: NDArray[np.float64], last: int) -> tuple[NDArray[np.int64], ...]:
    """(shape, x, y) for each tile that a shape meets, the buffer of the tile included."""
    low = np.clip((bounds[:, :2] - _BUFFER) // EXTENT, 0, last).astype(np.int64)
    high = np.clip((bounds[:, 2:] + _BUFFER) // EXTENT, 0, last).astype(np.int64)
    wide, tall = (high - low + 1).T
    shape = np.repeat(np.arange(len(bounds)), wide * tall)
    number = np.arange(len(shape)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    return shape, low[shape, 0] + number % wide[shape], low[shape, 1] + number // wide[shape]


def _commands(shapes: NDArray[Any], size: int, origin: NDArray[np.int64]) -> list[bytes]:
    local = shapely.transform(shapes, lambda xy: xy * size - origin)
    bounds = shapely.bounds(local)
    edge = EXTENT + _BUFFER
    over = (bounds[:, :2] < -_BUFFER).any(axis=1) | (bounds[:, 2:] > edge).any(axis=1)
    local[over] = [_polygons(one) for one in shapely.clip_by_rect(
        local[over], -_BUFFER, -_BUFFER, edge, edge)]  # fmt: skip
    return commands(local)


def _polygons(shape: Any) -> Any:  # noqa: ANN401 - shapely has no type for any geometry
    """The polygons of what clipping left, turned as before: it may leave points and lines too."""
    parts = [one for one in shapely.get_parts(shape) if shapely.get_type_id(one) == 3]
    return shapely.orient_polygons(shapely.MultiPolygon(parts), exterior_cw=False)


def _fitting(
    name: str,
    drawn: Mapping[int, bytes],
    dots: NDArray[np.int64],
    middles: NDArray[np.float64],
    told: Mapping[str, list[Any]],
) -> bytes | None:
    """The tile, with pixels so coarse that it is not too large; None when it shows nothing."""
    grain = _PIXEL
    while True:
        cells = (middles // grain).astype(np.int64)
        _, first = np.unique(cells, axis=0, return_index=True)
        first.sort()
        squares = _squares(cells[first], grain)
        every = dict(drawn) | dict(zip(dots[first].tolist(), squares, strict=True))
        rows = sorted(row for row, shape in every.items() if shape)
        if not rows:
            return None
        columns = {key: [values[row] for row in rows] for key, values in told.items()}
        tile = _packed(layer(name, [every[row] for row in rows], columns))
        if len(tile) <= LARGEST or grain >= _COARSEST:
            return tile
        grain *= 2


def _squares(cells: NDArray[np.int64], grain: int) -> list[bytes]:
    x, y = cells.T * grain
    return commands(shapely.orient_polygons(shapely.box(x, y, x + grain, y + grain)))


def _middles(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    return np.concatenate([middle, middle], axis=1)


def _packed(tile: bytes) -> bytes:
    return gzip.compress(tile, 6, mtime=0)  # the time would make other bytes


def _about(name: str, told: Mapping[str, list[Any]]) -> dict[str, Any]:
    def kind(values: list[Any]) -> str:
        return "String" if any(isinstance(value, str) for value in values) else "Number"

    fields = {key: kind(values) for key, values in told.items()}
    one = {"id": name, "minzoom": MIN_ZOOM, "maxzoom": MAX_ZOOM, "fields": fields}
    return {"name": name, "format": "pbf", "type": "overlay", "vector_layers": [one]}
