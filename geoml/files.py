"""Writing files so that a crash at any instruction leaves the old file or the new one."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geoml.errors import Busy, CorruptFile, NoSpace

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary sibling of ``path`` to write to; it becomes ``path`` at one stroke on success.

    On any exception, Ctrl-C included, the temporary file is removed and ``path`` is untouched.
    The sibling keeps the suffix, because GDAL and pyarrow look at it. Raises NoSpace.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    with removing(temporary), spacious(path):
        yield temporary
        temporary.chmod(0o644)  # a web server of another user must read it
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)


@contextmanager
def removing(path: Path) -> Iterator[None]:
    """Remove a file or folder at the end, if it is there, even when Ctrl-C comes just then."""
    try:
        try:
            yield
        finally:
            _remove(path)
    finally:
        _remove(path)  # an interruption may have cut the first one short


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def spacious(path: Path) -> Iterator[None]:
    """Say it in our words when there is no room for ``path``: raises NoSpace."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise no_space(path, error.strerror or "") from error


def no_space(path: Path, got: str) -> NoSpace:
    """The error for a disk, quota or file size limit that is exhausted while writing ``path``."""
    try:
        free = f"{shutil.disk_usage(path.parent).free >> 20} MiB free"
    except OSError:
        free = "an unknown amount free"
    return NoSpace(
        "no room to write it",
        where=str(path),
        expected="enough free space on the disk",
        got=f"{free} ({got})",
        next_step="free some space, or set GEOML_HOME to a folder on another disk",
    )


@contextmanager
def unhurried() -> Iterator[None]:
    """Let Ctrl-C wait for the end of a short step that must be done as a whole."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def building(final: Path) -> Iterator[Path]:
    """A temporary folder beside ``final`` that becomes ``final`` at one stroke on success."""
    with staging(final.parent, final.name) as temporary:
        yield temporary
        settle(temporary, final)


@contextmanager
def staging(parent: Path, label: str) -> Iterator[Path]:
    """A temporary folder ``.label-*`` in ``parent``, removed at the end unless it was settled."""
    parent.mkdir(parents=True, exist_ok=True)
    temporary = parent / f".{label}-{secrets.token_hex(4)}"
    with removing(temporary), spacious(temporary):
        temporary.mkdir(mode=0o700)
        yield temporary


def settle(folder: Path, final: Path) -> None:
    """Flush everything in ``folder`` to the disk, then rename it to ``final``.

    Whatever the umask of who wrote it, everybody may read it: the server may be another user.
    """
    folder.chmod(0o755)
    for file in sorted(folder.rglob("*")):
        file.chmod(0o755 if file.is_dir() else 0o644)
        sync(file)
    sync(folder)
    folder.rename(final)
    sync(final.parent)


@contextmanager
def alone(folder: Path, *, wait: bool, lock: str = ".lock") -> Iterator[None]:
    """Hold a lock of a folder; the kernel frees it when the process dies, however it dies.

    With ``wait`` another holder is waited for, without it Busy is raised. ``lock`` is the name of
    its file: who holds one lock of a folder is in nobody's way who needs another.
    """
    handle = _locked(folder, wait, lock)
    while not _is_at(handle, folder / lock):  # the folder was deleted while we waited
        os.close(handle)
        handle = _locked(folder, wait, lock)
    try:
        yield
    finally:
        os.close(handle)


def _locked(folder: Path, wait: bool, lock: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        os.close(handle)
        raise Busy(
            "another process is publishing here",
            where=str(folder),
            next_step="wait for it to end, then run again",
        ) from error
    except BaseException:  # Ctrl-C while waiting
        os.close(handle)
        raise
    return handle


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def write_json(path: Path, document: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write ``document`` as UTF-8 JSON, sorted keys, atomically; NaN is refused, not written."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON document in ``path``."""
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read by blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(folder: Path, digests: Mapping[str, str], *, next_step: str) -> None:
    """Compare files of a sealed folder with their sha256; raises CorruptFile for the first other.

    ``digests`` maps the name of a file to its hexadecimal SHA-256, as the manifest has them.
    """
    for name, expected in digests.items():
        path = folder / name
        got = sha256(path) if path.is_file() else "no file"
        if got != expected:
            raise CorruptFile(
                "not the file that was written",
                where=str(path),
                expected=f"sha256 {expected}",
                got=got,
                next_step=next_step,
            )


def unreadable(path: Path, what: str, *, expected: str, got: str) -> CorruptFile:
    """The error for a published file that cannot be read as what it is; ``got`` is cut."""
    return CorruptFile(
        f"not a readable {what}",
        where=str(path),
        expected=expected,
        got=got[:200],
        next_step="publish the edition again: geoml republish",
    )


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
