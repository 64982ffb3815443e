"""Whether a foreign OSM PBF file is whole, before GDAL reads it.

GDAL takes an early end and a broken block for the end of the data, and says nothing. Layout:
https://wiki.openstreetmap.org/wiki/PBF_Format
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from geoml.vector.formats import oversized, unreadable

_MOST_HEADER = 64 << 10
_MOST_BLOB = 32 << 20
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_RAW, _RAW_SIZE, _ZLIB = 1, 2, 3
_PACKINGS = {4: "LZMA", 5: "bzip2", 6: "LZ4", 7: "Zstandard"}


class _Broken(ValueError):
    """Bytes that are no PBF."""


def check(path: Path, file: Path, progress: Callable[[float], None]) -> None:
    """Unpack every block of ``file``, one at a time, and compare it with its checksum.

    Raises, in the name of ``path``, UnreadableFile for a truncated or altered file, and
    OversizedHeader for a block that is, or says that it is, larger than the format allows.
    """
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            first = True
            while head := stream.read(4):
                kind, length = _blob_header(stream.read(_length(head)))
                if (kind == "OSMHeader") != first or kind not in ("OSMHeader", "OSMData"):
                    raise _Broken(f"a block {kind[:20]!r} where none should be")
                if length > _MOST_BLOB:
                    raise oversized(path, f"a block of {length >> 20} MiB")
                blob = stream.read(length)
                if len(blob) != length:
                    raise _Broken("it ends in the middle of a block")
                _check_blob(path, blob)
                progress(stream.tell() / size)
                first = False
    except (_Broken, zlib.error) as error:
        raise unreadable(path, error) from error


def _length(head: bytes) -> int:
    length = int.from_bytes(head, "big")
    if len(head) < 4 or length > _MOST_HEADER:
        raise _Broken("it ends, or is altered, between two blocks")
    return length


def _blob_header(raw: bytes) -> tuple[str, int]:
    kind, length = "", -1
    for number, value in _fields(raw):
        if number == 1 and isinstance(value, bytes):
            kind = value.decode("ascii", "replace")
        elif number == 3 and isinstance(value, int):
            length = value
    if length < 0:
        raise _Broken("a block without a length")
    return kind, length


def _check_blob(path: Path, blob: bytes) -> None:
    fields = dict(_fields(blob))
    packed, size, raw = fields.get(_ZLIB), int(fields.get(_RAW_SIZE, 0)), fields.get(_RAW)
    other = next((name for number, name in _PACKINGS.items() if number in fields), None)
    if other:
        raise _Broken(f"packed with {other}; convert it: osmium cat -o new.osm.pbf")
    if size > _MOST_BLOB:
        raise oversized(path, f"a block of {size >> 20} MiB once unpacked")
    if isinstance(packed, bytes):
        unpacker = zlib.decompressobj()
        found = len(unpacker.decompress(packed, _MOST_BLOB + 1))
        if found != size or not unpacker.eof:
            raise _Broken(f"a block that says {size} bytes and unpacks to others")
    elif not isinstance(raw, bytes):
        raise _Broken("a block without content")


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field of a protocol buffer message."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(raw, at)
            yield tag >> 3, value
            continue
        length = {_EIGHT: 8, _FOUR: 4}.get(kind)
        if kind == _BYTES:
            length, at = _varint(raw, at)
        if length is None or at + length > len(raw):
            raise _Broken("a field that ends nowhere")
        yield tag >> 3, raw[at : at + length]
        at += length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            break
        value |= (raw[at] & 0x7F) << shift
        at += 1
        if not raw[at - 1] & 0x80:
            return value, at
    raise _Broken("a number that ends nowhere")
