"""A PMTiles archive with its whole directory in memory: a tile is one look-up and one read."""

from __future__ import annotations

import gzip
import json
import os
import weakref
import zlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)

from geoml.errors import CorruptFile
from geoml.files import unreadable

_HEADER = 127
_LARGEST_DIRECTORY = 64 << 20
_BROKEN = (
    MagicNumberNotFound,
    SpecVersionUnsupported,
    EOFError,
    IndexError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What the pmtiles package raises on bytes that are no archive."""


class Archive:
    """One open archive; safe to read from any thread.

    Images are as they are; vector tiles may be compressed by gzip, which ``packed`` says.
    ``metadata`` is what the archive says of itself.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._handle = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise _broken(path, error.strerror or "") from error
        weakref.finalize(self, os.close, self._handle)
        try:
            self.header: Any = deserialize_header(os.pread(self._handle, _HEADER, 0))
            self._places = self._directory(self.header["root_offset"], self.header["root_length"])
            self.metadata: dict[str, Any] = self._metadata()
        except _BROKEN as error:
            raise _broken(path, str(error)) from error
        end = self.header["tile_data_offset"] + self.header["tile_data_length"]
        if os.fstat(self._handle).st_size < end:
            raise _broken(path, "a file that ends too early")
        self.packed = self.header["tile_compression"] is Compression.GZIP
        images = self.header["tile_type"] is not TileType.MVT
        if self.header["tile_compression"] is not Compression.NONE and (images or not self.packed):
            raise _broken(path, "tiles that are compressed twice")

    def __len__(self) -> int:
        """How many tiles it has."""
        return len(self._places)

    def ids(self) -> tuple[int, ...]:
        """The PMTiles ids of its tiles, ascending."""
        return tuple(sorted(self._places))

    def get(self, z: int, x: int, y: int) -> bytes | None:
        """The bytes of a tile, or None where the archive has none."""
        place = self._places.get(zxy_to_tileid(z, x, y))
        return os.pread(self._handle, place[1], place[0]) if place else None

    def _metadata(self) -> dict[str, Any]:
        length = self.header["metadata_length"]
        if length > _LARGEST_DIRECTORY:
            raise ValueError(f"metadata of {length} bytes")
        content = os.pread(self._handle, length, self.header["metadata_offset"])
        if self.header["internal_compression"] is Compression.GZIP and content:
            content = gzip.decompress(content)
        found = json.loads(content or b"{}")
        return found if isinstance(found, dict) else {}

    def _directory(self, offset: int, length: int) -> dict[int, tuple[int, int]]:
        """Tile id -> (offset in the file, length), leaves included."""
        if length > _LARGEST_DIRECTORY:
            raise ValueError(f"a directory of {length} bytes")
        places: dict[int, tuple[int, int]] = {}
        content = os.pread(self._handle, length, offset)
        if self.header["internal_compression"] is Compression.GZIP and content[:2] != b"\x1f\x8b":
            raise ValueError("a directory that is not there")
        for entry in deserialize_directory(content):
            if entry.run_length == 0:
                start = self.header["leaf_directory_offset"] + entry.offset
                places |= self._directory(start, entry.length)
            start = self.header["tile_data_offset"] + entry.offset
            for tile_id in range(entry.tile_id, entry.tile_id + entry.run_length):
                places[tile_id] = (start, entry.length)
        return places


class Archives:
    """The archives that were asked for last, kept open; ``limit`` of them at most."""

    def __init__(self, limit: int = 64) -> None:
        self._limit, self._lock = limit, Lock()
        self._open: OrderedDict[tuple[Path, str], Archive] = OrderedDict()

    def peek(self, path: Path, version: str) -> Archive | None:
        """The archive when it is open already; touches no file."""
        with self._lock:
            found = self._open.get((path, version))
            if found:
                self._open.move_to_end((path, version))
            return found

    def open(self, path: Path, version: str) -> Archive:
        """The archive, opened when it was not; raises CorruptFile."""
        found = self.peek(path, version)
        if found:
            return found
        archive = Archive(path)
        with self._lock:
            self._open[path, version] = archive
            while len(self._open) > self._limit:
                self._open.popitem(last=False)  # closed when its last reader lets go
        return archive


def _broken(path: Path, got: str) -> CorruptFile:
    return unreadable(path, "archive of tiles", expected="PMTiles version 3", got=got)
