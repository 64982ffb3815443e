"""The shelf of editions of one service in one area, and the pointer to the one that is served.

An edition is a folder that nobody edits. ``current.json`` is the one truth of what is served, and
of what ever was: it holds the ids of the editions that it pointed at. It is replaced by an atomic
rename, so that a crash at any instruction leaves the earlier edition served, and the edition of a
publisher that died before it pointed at it never was an answer. Rolling back points at an earlier
edition; nothing that was served is deleted.

The same inputs at the same time give the same bytes, in any home and with any number of threads.
Of the manifest, ``created``, ``edition`` and the ``model`` version hold the time, which
``SOURCE_DATE_EPOCH`` pins (``geoml.clock``); ``OF_THE_HOME`` differs all the same.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import Any

from geoml import clock
from geoml.errors import UnknownEdition
from geoml.files import alone, read_json, settle, sha256, staging, verify, write_json
from geoml.paths import Home

MANIFEST = "manifest.json"
CURRENT = "current.json"
OF_THE_HOME = ("born",)
"""What a manifest says of the home, not of the inputs: drawn when the area was created."""
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{10}")
_POINTING = ".pointing.lock"
_STALE_S = 60.0


@dataclass(frozen=True, slots=True)
class EditionRef:
    """An edition that exists."""

    service: str
    area: str
    id: str
    folder: Path

    def manifest(self) -> dict[str, Any]:
        """The manifest, as published; raises UnknownEdition when it was deleted meanwhile."""
        try:
            document: dict[str, Any] = read_json(self.folder / MANIFEST)
        except FileNotFoundError:
            raise _unknown(self.service, self.area, self.id) from None
        return document

    def verify(self) -> None:
        """Compare every file with the sha256 of the manifest; raises CorruptFile."""
        step = f"run: geoml rollback {self.service} --area {self.area}"
        verify(self.folder, self.manifest()["files"], next_step=step)


def publish(
    home: Home, service: str, area: str, fill: Callable[[Path], dict[str, Any]]
) -> EditionRef:
    """Let ``fill`` write an edition aside, seal it, and serve it.

    ``fill`` returns the manifest without file hashes. The id is the time and a hash of the
    content, so two editions with the same content differ in the time alone.
    """
    shelf = home.editions(service, area)
    shelf.mkdir(parents=True, exist_ok=True)
    with _writing(shelf), staging(shelf, "next") as folder:
        created = clock.now()
        manifest = {**fill(folder), "service": service, "area": area, "format": 1}
        files = {file.name: sha256(file) for file in sorted(folder.iterdir())}
        digest = new_sha256("".join(f"{n} {h}\n" for n, h in files.items()).encode()).hexdigest()
        edition = f"{created:%Y%m%dT%H%M%SZ}-{digest[:10]}"
        stamp = {"edition": edition, "created": created.isoformat(), "content_sha256": digest}
        write_json(folder / MANIFEST, {**manifest, **stamp, "files": files})
        ref = EditionRef(service, area, edition, shelf / edition)
        if not ref.folder.exists():  # the same content published twice within a second
            settle(folder, ref.folder)
        point(home, ref)
    return ref


def all_of(home: Home, service: str, area: str) -> tuple[EditionRef, ...]:
    """Every edition that is there and that was ever served, oldest first."""
    shelf = home.editions(service, area)
    served = _served(shelf)
    return tuple(
        EditionRef(service, area, one, shelf / one) for one in _complete(shelf) if one in served
    )


def find(home: Home, service: str, area: str, edition: str) -> EditionRef:
    """One complete edition by id, served or not: who names it, means it; raises UnknownEdition."""
    folder = home.editions(service, area) / edition
    if _ID.fullmatch(edition) and (folder / MANIFEST).is_file():
        return EditionRef(service, area, edition, folder)
    raise _unknown(service, area, edition)


def current(home: Home, service: str, area: str) -> EditionRef | None:
    """The edition that is served, or None when nothing was published."""
    path = home.editions(service, area) / CURRENT
    try:
        edition = str(read_json(path)["edition"])
    except FileNotFoundError:
        return None
    return find(home, service, area, edition)


def point(home: Home, ref: EditionRef) -> None:
    """Serve this edition from now on, and remember that it was served."""
    shelf = home.editions(ref.service, ref.area)
    with alone(shelf, wait=True, lock=_POINTING):  # a moment: publishing has a lock of its own
        served = {ref.id, *(_served(shelf) & set(_complete(shelf)))}
        since = datetime.now(UTC).isoformat()
        pointer = {"edition": ref.id, "since": since, "served": sorted(served), "format": 1}
        write_json(shelf / CURRENT, pointer)


def _complete(shelf: Path) -> list[str]:
    """Ids of the editions that lie on a shelf, sorted."""
    found = (path.parent.name for path in shelf.glob(f"[!.]*/{MANIFEST}"))
    return sorted(one for one in found if _ID.fullmatch(one))


def _served(shelf: Path) -> set[str]:
    """Ids of the editions that the pointer ever pointed at, as it says itself.

    One of before there was such a journal vouches for all that are there.
    """
    try:
        pointer = read_json(shelf / CURRENT)
    except FileNotFoundError:
        return set()
    return set(pointer["served"] if "served" in pointer else _complete(shelf))


def rollback(home: Home, service: str, area: str, to: str | None = None) -> EditionRef:
    """Serve an earlier edition: ``to``, or the one served and published before the current one."""
    if to is not None:
        ref = find(home, service, area, to)
    else:
        now = current(home, service, area)
        earlier = [e for e in all_of(home, service, area) if now is not None and e.id < now.id]
        if not earlier:
            raise UnknownEdition(
                "nothing to roll back to",
                where=f"{service} in {area}",
                expected="an edition before the current one",
                next_step=f"run: geoml editions --area {area}",
            )
        ref = earlier[-1]
    ref.verify()
    point(home, ref)
    return ref


def _unknown(service: str, area: str, edition: str) -> UnknownEdition:
    return UnknownEdition(
        "no such edition",
        where=f"{service} in {area}",
        got=repr(edition)[:80],
        next_step=f"run: geoml editions --area {area}",
    )


@contextmanager
def _writing(shelf: Path) -> Iterator[None]:
    """Hold the shelf, and clear what a killed publisher left: nobody else writes now."""
    with alone(shelf, wait=False):
        for left_over in (*shelf.glob(".next-*"), *_never_served(shelf)):
            shutil.rmtree(left_over, ignore_errors=True)
        for left_over in shelf.glob(f".{Path(CURRENT).stem}-*"):
            if _is_stale(left_over):  # a younger one may be a rollback's, which takes no lock
                left_over.unlink(missing_ok=True)
        yield


def _never_served(shelf: Path) -> list[Path]:
    """Editions of publishers that died before they pointed at them.

    They are not older than the one that is served; an older one that nobody knows was put there
    by a person, who may want to roll back to it.
    """
    try:
        now = str(read_json(shelf / CURRENT)["edition"])
    except FileNotFoundError:
        return []
    served, second = _served(shelf), now.partition("-")[0]
    return [shelf / one for one in _complete(shelf) if one >= second and one not in served]


def _is_stale(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _STALE_S
    except FileNotFoundError:
        return False
