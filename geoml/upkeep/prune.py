"""Throwing away what nobody needs any more, and nothing else.

Safe while serving and publishing. Kept are the edition that is served, the newest few, and every
edition of a shelf whose pointer moved within the grace time: a page that is open asks for the
tiles and the next pages of the edition that was current when it was opened, which is the current
one again when the pointer has stood still for as long as a page may be open.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from geoml import editions
from geoml.editions import EditionRef
from geoml.editions.store import CURRENT
from geoml.errors import Busy, NotFound, UnknownEdition
from geoml.files import alone, read_json
from geoml.paths import Home

GRACE = timedelta(hours=1)
_SECOND_LOOK_S = 0.2
_STALE_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that was removed, or would be: what it was, where it lay below the home."""

    what: str
    path: str
    bytes: int


def prune(
    home: Home,
    *,
    keep: int = 3,
    older_than: timedelta = timedelta(0),
    grace: timedelta = GRACE,
    dry_run: bool = False,
    now: datetime | None = None,
) -> tuple[tuple[Removed, ...], tuple[str, ...]]:
    """Remove old editions, their caches and what crashes left; what was removed, what was spared.

    Of each shelf the current edition and the newest ``keep`` stay, and what is younger than
    ``older_than``. Raises NotFound without a home, Busy while a backup or another prune runs.
    """
    if not home.root.is_dir():
        raise NotFound("nothing to prune", where=f"GEOML_HOME={home.root}")
    now = now or datetime.now(UTC)
    removed: list[Removed] = []
    spared: list[str] = []
    with alone(home.root, wait=False):
        for shelf in _shelves(home):
            try:
                with alone(shelf, wait=False):
                    old = _old(home, shelf, keep, now - older_than)
                    if old and _moved_since(shelf, now - grace):
                        spared.append(f"{_name(home, shelf)}: its pointer moved within {grace}")
                    elif old:
                        removed += _remove(home, shelf, old, dry_run)
            except Busy:
                spared.append(f"{_name(home, shelf)}: somebody publishes there")
        removed += _discard(home, "cache", list(_caches(home, removed)), dry_run)
        removed += _discard(home, "left over", list(_left_over(home, now)), dry_run)
    return tuple(removed), tuple(spared)


def _shelves(home: Home) -> list[Path]:
    return sorted(one for one in home.root.glob("editions/[!.]*/[!.]*") if one.is_dir())


def _old(home: Home, shelf: Path, keep: int, before: datetime) -> list[EditionRef]:
    """Editions that may go: not served, not among the newest, and old enough."""
    service, area = shelf.parent.name, shelf.name
    every = editions.all_of(home, service, area)
    try:
        current = editions.current(home, service, area)
    except UnknownEdition:  # the pointer leads nowhere: a person must look
        current = None
    if current is None:  # nothing is served: who knows why, and what for
        return []
    newest = {one.id for one in every[max(0, len(every) - keep) :]} if keep else set()
    return [
        one
        for one in every
        if one.id != current.id and one.id not in newest and _published(one) < before
    ]


def _published(edition: EditionRef) -> datetime:
    return datetime.strptime(edition.id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _moved_since(shelf: Path, moment: datetime) -> bool:
    """Whether the pointer moved after a moment; one that does not say when did."""
    since = read_json(shelf / CURRENT).get("since")
    return since is None or datetime.fromisoformat(str(since)) > moment


def _remove(home: Home, shelf: Path, old: list[EditionRef], dry_run: bool) -> list[Removed]:
    """Take editions off the shelf; look again whether one is served, for a rollback asks nobody."""
    if dry_run:
        return [_described(home, "edition", one.folder) for one in old]
    aside = [(one, one.folder.with_name(f".pruned-{one.id}")) for one in old]
    for one, away in aside:
        one.folder.rename(away)
    time.sleep(_SECOND_LOOK_S)
    served = read_json(shelf / CURRENT).get("edition")
    removed = []
    for one, away in aside:
        if one.id == served:
            away.rename(one.folder)
            continue
        told = _described(home, "edition", away)
        shutil.rmtree(away)
        removed.append(Removed(told.what, _name(home, one.folder), told.bytes))
    return removed


def _caches(home: Home, removed: list[Removed]) -> Iterator[Path]:
    """Caches of editions that are gone, or that go now."""
    going = {one.path for one in removed if one.what == "edition"}
    for cache in sorted(home.root.glob("cache/[!.]*/[!.]*/[0-9]*")):
        edition = home.root / "editions" / cache.relative_to(home.root / "cache")
        if not edition.is_dir() or _name(home, edition) in going:
            yield cache


def _left_over(home: Home, now: datetime) -> Iterator[Path]:
    """What a crash left half-way, a day ago and more."""
    for pattern in ("editions/*/*/.next-*", "editions/*/*/.pruned-*", ".backup-*", ".restore-*"):
        for path in sorted(home.root.glob(pattern)):
            if now.timestamp() - path.stat().st_mtime > _STALE_S:
                yield path


def _discard(home: Home, what: str, paths: list[Path], dry_run: bool) -> list[Removed]:
    told = [_described(home, what, path) for path in paths]
    for path in () if dry_run else paths:
        shutil.rmtree(path, ignore_errors=True)
    return told


def _described(home: Home, what: str, folder: Path) -> Removed:
    """A folder and its bytes; what has a second name elsewhere frees nothing."""
    stats = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return Removed(what, _name(home, folder), sum(s.st_size for s in stats if s.st_nlink == 1))


def _name(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()


def as_document(removed: tuple[Removed, ...], spared: tuple[str, ...]) -> dict[str, Any]:
    """What was removed as JSON-ready values."""
    return {
        "removed": [{"what": r.what, "path": r.path, "bytes": r.bytes} for r in removed],
        "bytes": sum(one.bytes for one in removed),
        "spared": list(spared),
    }
