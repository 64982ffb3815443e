"""Whether files stood still while they were read: half an upload is not a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from geoml.errors import DataError, UnreadableFile

_Identity: TypeAlias = tuple[int, int, int, int] | None
_COMPANIONS = {".shp": (".shx", ".dbf")}
"""What is read together with a file, and may change without it."""


@contextmanager
def still(paths: Iterable[Path]) -> Iterator[None]:
    """Raise UnreadableFile when one of the files is another one at the end of the block.

    Told by disk, inode, size and time of the last change of content, so a change within one tick
    of the file system's clock that keeps the size is not seen. An error about the data or a file,
    raised in the block, gives way to this one: it is the consequence.
    """
    files = [file for path in paths for file in _together(path)]
    before = {file: _identity(file) for file in files}
    try:
        yield
    except (DataError, OSError) as error:
        _check(before, error)
        raise
    _check(before, None)


def _together(path: Path) -> list[Path]:
    beside = _COMPANIONS.get(path.suffix.lower(), ())
    return [path, *(path.with_suffix(suffix) for suffix in beside)]


def _identity(path: Path) -> _Identity:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _check(before: dict[Path, _Identity], cause: Exception | None) -> None:
    for path, was in before.items():
        now = _identity(path)
        if now != was:
            raise UnreadableFile(
                "it changed while it was read",
                where=str(path),
                expected="a file that nobody writes to",
                got=_told(was, now),
                next_step="wait until the download or export has ended, then ingest it again",
            ) from cause


def _told(was: _Identity, now: _Identity) -> str:
    if was is None or now is None:
        return "it was removed" if now is None else "it was not there at first"
    if was[2] != now[2]:
        return f"{was[2]} bytes at first, {now[2]} at the end"
    return "another content of the same size"
