"""A home as it is at one moment, without copying it and without stopping anybody.

Nothing in a home is edited in place: files are replaced, folders renamed. A hard link therefore
keeps a file as it was. Pointers are linked before what they point at, which is immutable and
there, and databases are copied by SQLite itself.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from geoml.errors import Busy, DataError
from geoml.files import staging
from geoml.paths import Home

POINTERS = ("current.json", "champion.json")
_LEFT_OUT = frozenset({"cache", "logs"})
_TRIES = 5
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def snapshot(home: Home) -> Iterator[Path]:
    """A folder inside the home that stays as the home is now; removed at the end.

    Left out: ``cache`` and ``logs``, which can be made again, and what begins with a dot. Raises
    Busy when an area changes all the time, DataError for a link, which might lead anywhere.
    """
    with staging(home.root, "backup") as folder:
        for path in _pointers(home.root):
            _link(path, folder / path.relative_to(home.root))
        for top in _visible(home.root):
            if top.is_dir(follow_symlinks=False):
                _link_folder(Path(top.path), folder / top.name)
            elif top.name.endswith(".db"):
                _copy_database(Path(top.path), folder / top.name)
            elif not top.name.endswith((".db-wal", ".db-shm")):
                _link(Path(top.path), folder / top.name)
        yield folder


def files_of(folder: Path) -> list[str]:
    """Names of all files below a folder, pointers last, each kind sorted."""
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return [path.as_posix() for path in sorted(found, key=lambda p: (p.name in POINTERS, p))]


def _pointers(root: Path) -> list[Path]:
    return [
        *root.glob(f"editions/[!.]*/[!.]*/{POINTERS[0]}"),
        *root.glob(f"models/[!.]*/{POINTERS[1]}"),
    ]


def _visible(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        found = [one for one in entries if one.name[0] != "." and one.name not in _LEFT_OUT]
    for one in found:
        if one.is_symlink():
            raise DataError(
                "a link, which a backup does not follow",
                where=one.path,
                next_step="put the data themselves there, or mount the disk there",
            )
    return sorted(found, key=lambda one: one.name)


def _link_folder(source: Path, target: Path) -> None:
    """Link a folder; an area whose files changed meanwhile again, until it is of one moment."""
    if source.name != "areas":
        _link_below(source, target)
        return
    for area in _visible(source):
        _settled(Path(area.path), target / area.name)


def _settled(source: Path, target: Path) -> None:
    for _ in range(_TRIES):
        before = _state(source)
        try:
            _link_below(source, target)
        except FileNotFoundError:  # replaced or deleted between two looks
            shutil.rmtree(target, ignore_errors=True)
            continue
        if _state(source) == before:
            return
        shutil.rmtree(target, ignore_errors=True)
        if not source.is_dir():  # the area was deleted
            return
    raise Busy(
        "this area changes while it is backed up",
        where=str(source),
        next_step="wait for the ingestion to end, then run again",
    )


def _state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file with what changes when it is replaced."""
    found = {}
    for path in folder.rglob("*"):
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file() and path.name[0] != ".":
            found[str(path)] = (about.st_ino, about.st_mtime_ns, about.st_size)
    return found


def _link_below(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for one in _visible(source):
        if one.is_dir(follow_symlinks=False):
            _link_below(Path(one.path), target / one.name)
        elif one.is_file(follow_symlinks=False):
            _link(Path(one.path), target / one.name)


def _link(source: Path, target: Path) -> None:
    """A second name for a file; the first of two links of one name stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(source, target)


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own copy, whole while others write (https://sqlite.org/backup.html)."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as there,
        closing(sqlite3.connect(target)) as copy,
    ):
        there.backup(copy)
