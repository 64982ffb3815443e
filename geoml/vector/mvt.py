"""Mapbox Vector Tiles: many features encoded at a time, by arrays.

Mapbox Vector Tile specification 2.1, https://github.com/mapbox/vector-tile-spec/tree/master/2.1.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
"""Units along a tile; coordinates are whole units, x to the east and y to the south."""
_MOVE_TO_ONE, _CLOSE = 1 << 3 | 1, 1 << 3 | 7
_POLYGON = b"\x18\x03"

Ints = NDArray[np.int64]


def commands(shapes: NDArray[Any]) -> list[bytes]:
    """The geometry of each polygon or multipolygon as MVT commands; empty where nothing is left.

    ``shapes`` are in tile units, y to the south, with outer rings of positive area in these
    coordinates (``orient_polygons``). Vertices are rounded; rings without an area are left out.
    """
    if not len(shapes):
        return []
    with_multi = [*shapes, shapely.MultiPolygon()]  # so that polygons come as multipolygons too
    _, xy, offsets = shapely.to_ragged_array(with_multi)
    to_vertex, to_ring, to_part = (np.asarray(one, np.int64) for one in offsets)
    of_ring, vertices = _vertices(np.rint(xy).astype(np.int64), to_vertex)
    part_of_ring = np.repeat(np.arange(len(to_ring) - 1), np.diff(to_ring))
    outer = np.zeros(len(to_vertex) - 1, bool)
    outer[to_ring[:-1][np.diff(to_ring) > 0]] = True
    kept = _with_area(vertices, of_ring, outer)
    kept &= kept[to_ring[:-1]][part_of_ring]  # no hole without the ring around it
    chosen = kept[of_ring]
    of_ring, vertices = of_ring[chosen], vertices[chosen]
    shape_of_part = np.repeat(np.arange(len(to_part) - 1), np.diff(to_part))
    return _encoded(vertices, of_ring, shape_of_part[part_of_ring], len(shapes))


def layer(
    name: str, geometry: Sequence[bytes], columns: Mapping[str, Sequence[str | float | None]]
) -> bytes:
    """One layer of a tile, which is a tile too; a property that is None is left out."""
    keys, values = list(columns), dict[bytes, int]()
    parts = [b"\x78\x02", _field(0x0A, name.encode())]
    for shape, *told in zip(geometry, *columns.values(), strict=True):
        tags = bytearray()
        for key, value in enumerate(told):
            if value is not None:
                tags += varint(key) + varint(values.setdefault(_value(value), len(values)))
        parts.append(_field(0x12, _field(0x12, tags) + _POLYGON + _field(0x22, shape)))
    parts += [_field(0x1A, key.encode()) for key in keys]
    parts += [_field(0x22, value) for value in values]
    parts.append(b"\x28" + varint(EXTENT))
    return _field(0x1A, b"".join(parts))


def varint(value: int) -> bytes:
    """A number as protocol buffers write it: seven bits a byte, the lowest first."""
    if value < 0x80:
        return bytes((value,))
    return bytes((value & 0x7F | 0x80,)) + varint(value >> 7)


def _vertices(xy: Ints, to_vertex: Ints) -> tuple[Ints, Ints]:
    """(ring, vertex) without the closing vertices and without repetitions."""
    of_ring = np.repeat(np.arange(len(to_vertex) - 1), np.diff(to_vertex))
    following = np.arange(len(xy)) + 1
    last = to_vertex[1:][np.diff(to_vertex) > 0] - 1
    following[last] = to_vertex[:-1][np.diff(to_vertex) > 0]
    following[last - 1] = following[last]  # the vertex before the closing one meets the first
    kept = (xy != xy[following]).any(axis=1)
    kept[last] = False
    return of_ring[kept], xy[kept]


def _with_area(vertices: Ints, of_ring: Ints, outer: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rings that still turn the way that they should, and enclose something."""
    area = np.zeros(len(outer), np.int64)
    after = _next_in_ring(of_ring)
    x, y = vertices.T
    np.add.at(area, of_ring, x * y[after] - x[after] * y)
    found: NDArray[np.bool_] = np.where(outer, area > 0, area < 0)
    return found


def _next_in_ring(of_ring: Ints) -> Ints:
    after = np.arange(len(of_ring)) + 1
    first = np.flatnonzero(np.diff(of_ring, prepend=-1))
    after[np.append(first[1:], len(of_ring))[: len(first)] - 1] = first
    return after


def _encoded(vertices: Ints, of_ring: Ints, shape_of_ring: Ints, shapes: int) -> list[bytes]:
    """The commands of each shape: for every ring MoveTo, LineTo, ClosePath, in one stream."""
    first = np.flatnonzero(np.diff(of_ring, prepend=-1))
    lengths = np.diff(np.append(first, len(of_ring)))
    shape_of_vertex = shape_of_ring[of_ring]
    steps = np.diff(vertices, axis=0, prepend=0)
    begins = np.flatnonzero(np.diff(shape_of_vertex, prepend=-1))
    steps[begins] = vertices[begins]  # the pen of each feature starts at the corner of the tile
    zigzag = (steps << 1) ^ (steps >> 63)
    ends = np.cumsum(2 * lengths + 3)
    starts = ends - (2 * lengths + 3)
    stream = np.empty(ends[-1] if len(ends) else 0, np.int64)
    stream[starts], stream[starts + 3], stream[ends - 1] = (
        _MOVE_TO_ONE, (lengths - 1) << 3 | 2, _CLOSE)  # fmt: skip
    number = np.arange(len(of_ring)) - np.repeat(first, lengths)
    at = np.repeat(starts, lengths) + 1 + 2 * number + (number > 0)
    stream[at], stream[at + 1] = zigzag.T
    text, offsets = _varints(stream)
    begin = np.full(shapes + 1, len(offsets) - 1)
    shape = shape_of_vertex[first]
    np.minimum.at(begin, shape, starts)
    begin = np.minimum.accumulate(begin[::-1])[::-1]
    cuts = offsets[begin].tolist()
    return [text[a:b] for a, b in pairwise(cuts)]


def _varints(values: Ints) -> tuple[bytes, Ints]:
    """Numbers below 2**35 as varints, and where each begins; one more offset is the end."""
    sizes = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28):
        sizes += values >= 1 << bits
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    out = np.empty(offsets[-1], np.uint8)
    for number in range(int(sizes.max(initial=0))):
        more = sizes > number
        piece = values[more] >> 7 * number & 0x7F
        out[offsets[:-1][more] + number] = piece | np.where(sizes[more] > number + 1, 0x80, 0)
    return out.tobytes(), offsets


def _value(value: str | float) -> bytes:
    if isinstance(value, str):
        return _field(0x0A, value.encode())
    return b"\x19" + struct.pack("<d", value)


def _field(tag: int, content: bytes | bytearray) -> bytes:
    return bytes((tag,)) + varint(len(content)) + content
