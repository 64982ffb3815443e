"""The tile codec: indexed PNG whose first 1,081 bytes are the style and nothing else.

An 8-bit indexed PNG carries its colours in two chunks, PLTE and tRNS. Written at full length
(256 entries each) before the pixels, they make a header that depends on the palette alone, so a
tile in another style is another header before the same pixels: no decoding, no encoding.
PNG specification, third edition, https://www.w3.org/TR/png-3/ sections 5, 11.2 and 11.3.2.
"""

from __future__ import annotations

import struct
import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.errors import CorruptFile, InvalidArgument
from geoml.types import Bytes2D

TILE = 256
HEADER_BYTES = 1081  # signature 8, IHDR 25, PLTE 780, tRNS 268
_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Palette: TypeAlias = NDArray[np.uint8]
"""Colours of the indices 0..255: shape (256, 4), red, green, blue, opacity."""


def header(palette: Palette) -> bytes:
    """The first 1,081 bytes of every 256 x 256 tile in these colours."""
    if palette.shape != (256, 4) or palette.dtype != np.uint8:
        raise InvalidArgument(
            "not a palette",
            expected="256 colours of 4 bytes (red, green, blue, opacity)",
            got=f"{palette.dtype} of shape {palette.shape}",
        )
    size = struct.pack(">IIBBBBB", TILE, TILE, 8, 3, 0, 0, 0)
    colours = np.ascontiguousarray(palette[:, :3]).tobytes()
    opacity = np.ascontiguousarray(palette[:, 3]).tobytes()
    return _SIGNATURE + _chunk(b"IHDR", size) + _chunk(b"PLTE", colours) + _chunk(b"tRNS", opacity)


def indexed_png(index: Bytes2D, palette: Palette, *, level: int = 9) -> bytes:
    """A complete PNG of 256 x 256 indices; the same input gives the same bytes.

    ``level`` is zlib's: 9 for what is published once, less for what is drawn on request.
    """
    return header(palette) + pixels(index, level=level)


def pixels(index: Bytes2D, *, level: int = 9) -> bytes:
    """What follows the header: the indices, deflated without row filters, and the end mark."""
    if index.shape != (TILE, TILE) or index.dtype != np.uint8:
        raise InvalidArgument(
            "not a tile",
            expected=f"bytes of shape ({TILE}, {TILE})",
            got=f"{index.dtype} of shape {index.shape}",
        )
    rows = np.zeros((TILE, TILE + 1), np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:] = index
    return _chunk(b"IDAT", zlib.compress(rows.tobytes(), level)) + _chunk(b"IEND", b"")


def restyle(png: bytes, new_header: bytes) -> bytes:
    """The same tile under another ``header``; only for tiles that ``indexed_png`` made."""
    return new_header + png[HEADER_BYTES:]


def indices(png: bytes) -> Bytes2D:
    """The indices of a tile that ``indexed_png`` made, shape (256, 256)."""
    (length,) = struct.unpack_from(">I", png, HEADER_BYTES)
    start = HEADER_BYTES + 8
    if png[HEADER_BYTES + 4 : start] != b"IDAT":
        raise CorruptFile("not a tile of ours", next_step="publish the edition again")
    rows = np.frombuffer(zlib.decompress(png[start : start + length]), np.uint8)
    return rows.reshape(TILE, TILE + 1)[:, 1:].copy()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
