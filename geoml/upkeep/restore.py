"""A backup becomes a home again: every byte checked, and all of it at one stroke or nothing.

A backup may come from anywhere, so it is read as a foreign file: plain files alone, names that
stay inside, no compression and no holes (so it cannot be larger than it is), headers of a bounded
size. Its sha256 show accidents, not malice: who can change a file can change its sum.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from geoml.errors import (
    AlreadyExists,
    CorruptFile,
    DataError,
    ForbiddenFormat,
    GeomlError,
    UnreadableFile,
)
from geoml.files import settle, staging, sync
from geoml.paths import Home
from geoml.upkeep.backup import CONTENTS, FORMAT

_BLOCK = 1 << 20
_LONGEST_HEADER = 4 << 20
_LONGEST_CONTENTS = 256 << 20
_MOST_FILES = 200_000
_DEEPEST = 16
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


def restore(home: Home, file: Path) -> dict[str, Any]:
    """Make a home from a backup; it must not exist yet, or be an empty folder.

    Returns how many files and bytes there are, and when and by which version they were written.
    Raises AlreadyExists, ForbiddenFormat for what no backup holds, CorruptFile for what was
    damaged, UnreadableFile; the home is then as it was.
    """
    root = home.root
    if root.exists() and any(root.iterdir()):
        raise AlreadyExists(
            "there is a home already",
            where=f"GEOML_HOME={root}",
            expected="a folder that is empty or not there",
            next_step="set GEOML_HOME to a new folder, look at what is restored, then move it",
        )
    mounted = root.is_dir() and os.path.ismount(root)  # a volume cannot be renamed
    with staging(root if mounted else root.parent, "restore") as folder:
        whole = folder / "home"
        whole.mkdir()
        told = _unpack(file, whole)
        if mounted:
            _move_in(whole, root)
        else:
            settle(whole, root)
    return {"home": str(root), **told}


def _unpack(file: Path, target: Path) -> dict[str, Any]:
    """Unpack and check a backup; says what is in it."""
    try:
        size = file.stat().st_size
        _room_for(size, target)
        with _Careful(file) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            found, contents = _members(archive, target, size)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise _unreadable(file, error) from error
    _compare(file, found, contents)
    for database in target.glob("*.db"):
        _check_database(database)
    return {
        "files": len(found),
        "bytes": sum(length for length, _ in found.values()),
        **{name: contents.get(name) for name in ("created", "geoml")},
    }


def _members(
    archive: tarfile.TarFile, target: Path, size: int
) -> tuple[dict[str, tuple[int, str]], dict[str, Any]]:
    """Unpack every member; sizes and digests of the files, and what the last one says of them."""
    found: dict[str, tuple[int, str]] = {}
    written = 0
    while (member := archive.next()) is not None:
        written += member.size
        _check(member, len(found), written, size)
        stream = archive.extractfile(member)
        if stream is None:
            raise _forbidden(member, "not a file")
        if member.name == CONTENTS:
            return found, _contents(stream, member)
        if member.name in found:
            raise _forbidden(member, "twice in it")
        tarfile.data_filter(member, str(target))  # what Python refuses, we do too
        found[member.name] = (member.size, _write(stream, target / member.name))
    raise _cut_off()


def _check(member: tarfile.TarInfo, count: int, written: int, size: int) -> None:
    """Refuse what ``geoml backup`` never writes."""
    parts = member.name.split("/")
    if member.type not in _PLAIN or member.issparse() or member.sparse is not None:
        raise _forbidden(member, "a link, a device, or a file with holes")
    if len(parts) > _DEEPEST or not all(_is_plain(part) for part in parts):
        raise _forbidden(member, "a name that could leave its folder, or hide in it")
    if written > size:
        raise _cut_off()
    if count >= _MOST_FILES:
        raise _forbidden(member, "more files than a home has")
    if member.name == CONTENTS and member.size > _LONGEST_CONTENTS:
        raise _forbidden(member, "a list that is too long")


def _is_plain(part: str) -> bool:
    return 0 < len(part) <= 200 and part[0] != "." and part.isprintable() and "\\" not in part


def _contents(stream: IO[bytes], member: tarfile.TarInfo) -> dict[str, Any]:
    try:
        document = json.loads(b"".join(iter(lambda: stream.read(_BLOCK), b"")))
        files = document["files"]
        valid = document["format"] == FORMAT and isinstance(files, dict)
    except (ValueError, KeyError, TypeError, RecursionError):
        valid = False
    if not valid:
        raise _forbidden(member, "not the list that this version of geoml writes")
    told: dict[str, Any] = document
    return told


def _write(stream: IO[bytes], path: Path) -> str:
    """Write a member to a file that is not there yet; its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while block := stream.read(_BLOCK):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _compare(file: Path, found: dict[str, tuple[int, str]], contents: dict[str, Any]) -> None:
    told = {
        name: (one.get("bytes"), one.get("sha256")) if isinstance(one, dict) else None
        for name, one in contents["files"].items()
    }
    if told == found:
        return
    wrong = sorted(name for name in told.keys() | found.keys() if told.get(name) != found.get(name))
    raise CorruptFile(
        "not what was backed up",
        where=str(file),
        expected="the sizes and sha256 that the backup lists",
        got=f"another {wrong[0][:120]}" + (f", and {len(wrong) - 1} more" if wrong[1:] else ""),
        next_step="take another backup",
    )


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            [state] = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        state = str(error)
    if state != "ok":
        raise CorruptFile("the database is damaged", where=path.name, got=state[:200])


def _move_in(whole: Path, root: Path) -> None:
    """Into a volume, which cannot be renamed: editions last, for they are what is served."""
    for path in whole.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        sync(path)
    for entry in sorted(whole.iterdir(), key=lambda one: (one.name == "editions", one.name)):
        entry.rename(root / entry.name)
    sync(root)


def _room_for(size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            "the disk is too full",
            where=str(folder.parent),
            expected=f"{size} bytes",
            got=f"{free}",
        )


def _cut_off() -> CorruptFile:
    return CorruptFile(
        "the backup is cut off",
        expected=f"{CONTENTS} at its end",
        next_step="copy it again, or take another backup",
    )


def _unreadable(file: Path, error: Exception) -> GeomlError:
    return UnreadableFile(
        "cannot be read as a backup",
        where=str(file),
        expected="a file that geoml backup wrote",
        got=str(error)[:200],
    )


def _forbidden(member: tarfile.TarInfo, why: str) -> ForbiddenFormat:
    return ForbiddenFormat(
        "no backup of geoml holds this",
        where=repr(member.name)[:120],
        got=why,
        next_step="restore only files that geoml backup wrote",
    )


class _Careful(io.FileIO):
    """A file of which nobody reads much at once: a header cannot fill the memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most ``_LONGEST_HEADER`` bytes; raises tarfile.ReadError for more."""
        if size is None or not 0 <= size <= _LONGEST_HEADER:
            raise tarfile.ReadError("a header that is too long")
        return super().read(size)
