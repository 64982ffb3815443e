"""``GEOML_HOME`` in one file: a plain tar, so that any system can open it in ten years.

The order is the order in which it may be unpacked: what pointers point at comes before them, and
``backup.json`` with the sha256 of everything is the last. Rasters are compressed already.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoml import __version__
from geoml.errors import InvalidArgument, NotFound
from geoml.files import alone, replacing
from geoml.paths import Home
from geoml.upkeep.snapshot import files_of, snapshot

CONTENTS = "backup.json"
FORMAT = 1

Progress = Callable[[str, float], None]


def backup(
    home: Home, file: Path, progress: Progress = lambda _what, _share: None
) -> dict[str, Any]:
    """Write the home as it is now to ``file``, at one stroke; serving and publishing go on.

    Returns how many files and bytes there are. Raises NotFound without a home, InvalidArgument
    for a file inside it, Busy while another backup or a prune runs.
    """
    if not home.root.is_dir():
        raise NotFound("nothing to back up", where=f"GEOML_HOME={home.root}")
    file = file.expanduser().resolve()
    if file.is_relative_to(home.root):
        raise InvalidArgument(
            "a backup inside the home would be backed up too, and lost with it",
            where=str(file),
            next_step="write it to another folder, better to another disk",
        )
    with alone(home.root, wait=False), snapshot(home) as frozen, replacing(file) as temporary:
        contents = _write(frozen, temporary, progress)
    return {"file": str(file), "files": len(contents), "bytes": file.stat().st_size}


def _write(frozen: Path, target: Path, progress: Progress | None) -> dict[str, dict[str, Any]]:
    names = files_of(frozen)
    contents: dict[str, dict[str, Any]] = {}
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for number, name in enumerate(names):
            if progress is not None:
                progress(name.partition("/")[0], number / len(names))
            with _Hashed(frozen / name) as stream:
                info = _info(name, os.fstat(stream.fileno()))
                archive.addfile(info, stream)
            contents[name] = {"bytes": info.size, "sha256": stream.digest.hexdigest()}
        document = {
            "format": FORMAT,
            "geoml": __version__,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": contents,
        }
        told = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=True).encode()
        last = tarfile.TarInfo(CONTENTS)
        last.size = len(told)
        archive.addfile(last, io.BytesIO(told))
    return contents


def _info(name: str, found: os.stat_result) -> tarfile.TarInfo:
    """A plain file without the names of people; two names of one file are two files."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = found.st_size, int(found.st_mtime), 0o644
    return info


class _Hashed(io.FileIO):
    """A file that knows the SHA-256 of what was read from it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.digest = hashlib.sha256()

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file."""
        block = super().read(size)
        self.digest.update(block)
        return block
