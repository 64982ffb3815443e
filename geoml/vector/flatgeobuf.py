"""Whether a foreign FlatGeobuf is whole and holds as many rows as it says.

GDAL believes the header: of a file that says too few it reads too few. Layout:
https://flatgeobuf.org, ``header.fbs``.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from geoml.vector.formats import unreadable

_MAGIC = 8
_MOST_HEADER = 16 << 20
_NODE = 40
_COUNT, _NODE_SIZE = 8, 9  # the number of these fields in the header's table


def check(path: Path, file: Path) -> None:
    """Walk over the rows of ``file`` by their lengths.

    Raises UnreadableFile, in the name of ``path``, unless they end the file.
    """
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            rows, start = _header(data)
            found = _walk(data, start)
        except (struct.error, OverflowError, IndexError) as error:
            raise unreadable(path, "a broken header") from error
    if found is None:
        raise unreadable(path, "it ends in the middle of a row")
    if rows not in (0, found):
        raise unreadable(path, f"it says {rows:,} rows and holds {found:,}")


def _header(data: mmap.mmap) -> tuple[int, int]:
    """(declared number of rows, 0 for unknown; where the rows begin)."""
    (size,) = struct.unpack_from("<I", data, _MAGIC)
    base = _MAGIC + 4
    if not 8 <= size <= min(_MOST_HEADER, len(data) - base):
        raise IndexError("header")
    (root,) = struct.unpack_from("<I", data, base)
    table = base + root
    rows = _field(data, table, _COUNT, "<Q", 0)
    node_size = _field(data, table, _NODE_SIZE, "<H", 16)
    return rows, base + size + _index_bytes(rows, node_size)


def _field(data: mmap.mmap, table: int, number: int, kind: str, default: int) -> int:
    (back,) = struct.unpack_from("<i", data, table)
    (length,) = struct.unpack_from("<H", data, table - back)
    if 4 + 2 * number >= length:
        return default
    (offset,) = struct.unpack_from("<H", data, table - back + 4 + 2 * number)
    if not offset:
        return default
    (value,) = struct.unpack_from(kind, data, table + offset)
    return int(value)


def _index_bytes(rows: int, node_size: int) -> int:
    if not rows or not node_size:
        return 0
    nodes, level, width = rows, rows, max(node_size, 2)
    while True:
        level = -(-level // width)
        nodes += level
        if level == 1:
            break
    return nodes * _NODE


def _walk(data: mmap.mmap, position: int) -> int | None:
    rows, end = 0, len(data)
    if position > end:
        return None
    while position < end:
        if position + 4 > end:
            return None
        position += 4 + int.from_bytes(data[position : position + 4], "little")
        rows += 1
    return rows if position == end else None
