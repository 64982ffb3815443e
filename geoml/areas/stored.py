"""A source is its data and its STAC item, two files or three; here they change as one."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geoml.files import read_json, sha256, sync, write_json


def store(
    folder: Path, key: str, data: Path, item: dict[str, Any], *, around: Path | None = None
) -> None:
    """Put ``data`` (a finished file on the same disk) and its item in place as source ``key``.

    ``around`` is the second file of the item, what lies beyond the area. It is named by what is in
    it, so it stands beside the present one until no item tells of that any more.

    The next item is written beside the present one first; whoever finds it there tells by the
    checksum whether the data had been replaced. So a crash at any instruction leaves the old
    source or the new one, never one's data with the other's item.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if around is not None:
        around.chmod(0o644)
        sync(around)
        around.replace(folder / item["assets"]["around"]["href"])
    write_json(_next(folder, key), item)
    data.chmod(0o644)
    sync(data)
    data.replace(folder / item["assets"]["data"]["href"])
    sync(folder)
    _next(folder, key).replace(folder / f"{key}.json")
    for suffix in {".tif", ".parquet"} - {data.suffix}:  # the key came in the other form before
        (folder / f"{key}{suffix}").unlink(missing_ok=True)
    _drop_around(folder, key, item)
    sync(folder)


def remove(folder: Path, key: str) -> None:
    """Take source ``key`` away: its item first, so that a crash leaves no item without data.

    The next item goes after the present one: alone it only counts beside the data it was made for.
    """
    item = settled(folder, key)
    (folder / f"{key}.json").unlink(missing_ok=True)
    _next(folder, key).unlink(missing_ok=True)
    sync(folder)
    if item is not None:
        (folder / item["assets"]["data"]["href"]).unlink(missing_ok=True)
        _drop_around(folder, key, {"assets": {}})
        sync(folder)


def _drop_around(folder: Path, key: str, item: dict[str, Any]) -> None:
    """Remove what lay around source ``key`` before, all but what ``item`` tells of."""
    kept = item["assets"].get("around", {}).get("href")
    for left in folder.glob(f"{key}-around-*"):
        if left.name != kept:
            left.unlink()


def annotate(folder: Path, key: str, told: dict[str, Any]) -> None:
    """Add to what the item of source ``key`` tells; the data stay. Call it ``alone``."""
    item = settled(folder, key)
    if item is None:
        raise FileNotFoundError(folder / f"{key}.json")
    write_json(folder / f"{key}.json", {**item, "properties": {**item["properties"], **told}})
    _next(folder, key).unlink(missing_ok=True)  # it was the settled one, or of a lost ingestion
    sync(folder)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the one lock under which sources and units of an area change."""
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def settled(folder: Path, key: str) -> dict[str, Any] | None:
    """The STAC item of source ``key``, or None when there is no such source."""
    pending = _read(_next(folder, key))
    if pending is not None:
        asset = pending["assets"]["data"]
        data = folder / asset["href"]
        if data.is_file() and checksum(data) == asset["file:checksum"]:
            return pending
    item = _read(folder / f"{key}.json")
    if item is None or not (folder / item["assets"]["data"]["href"]).is_file():
        return None
    return item


def checksum(path: Path) -> str:
    """SHA-256 of a file as a multihash, the form of STAC's ``file:checksum``."""
    return "1220" + sha256(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = read_json(path)
    except FileNotFoundError:
        return None
    return found


def _next(folder: Path, key: str) -> Path:
    return folder / f".{key}.next.json"
