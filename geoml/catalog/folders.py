"""Which folders are services, and what is wrong with one that cannot be loaded."""

from __future__ import annotations

import keyword
import re
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from geoml.contract import Service
from geoml.errors import BrokenService, GeomlError

_NAME = re.compile(r"[a-z](?:[a-z0-9_]{0,30}[a-z0-9])?")
RESERVED = frozenset({"base"})
"""Names that mean something else in the id of a layer."""

# What code can raise while it is imported. One folder's fault must not take the others down.
_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, GeomlError,
    ImportError, LookupError, MemoryError, NameError, OSError, RuntimeError, SyntaxError,
    SystemExit, TypeError, ValueError, Warning,
)  # fmt: skip


def found(roots: Iterable[str]) -> tuple[Path, ...]:
    """Folders with Python code in them, by name; hidden and dunder folders are none of ours.

    What git leaves of a removed service, a ``__pycache__`` alone, is not a service.
    """
    folders = (one for root in roots for one in Path(root).iterdir() if one.is_dir())
    ours = (one for one in folders if one.name[0] not in "._" and any(one.glob("*.py")))
    return tuple(sorted(ours, key=lambda one: one.name))


def open_folder(package: str, folder: Path) -> Service:
    """The ``SERVICE`` of a folder; raises BrokenService, which names the file and the line."""
    name = folder.name
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in RESERVED:
        raise _broken(
            "not a name for a service",
            folder,
            expected="1 to 32 of a-z, 0-9 and inner _, starting with a letter, no Python keyword "
            f"and none of {', '.join(sorted(RESERVED))}",
            got=repr(name)[:80],
            next_step="rename the folder",
        )
    if not (folder / "__init__.py").is_file():
        raise _broken("no __init__.py", folder, expected="one that exposes SERVICE")
    try:
        module = import_module(f"{package}.{name}")
    except _FAULTS as error:
        _forget(f"{package}.{name}")
        raise _failed(folder, error) from error
    return _declared(folder, getattr(module, "SERVICE", None))


def _declared(folder: Path, service: object) -> Service:
    entry = folder / "__init__.py"
    if not isinstance(service, Service):
        raise _broken(
            "no SERVICE" if service is None else "SERVICE is not a Service",
            entry,
            expected="SERVICE, a geoml.contract.Service",
            got="" if service is None else type(service).__name__,
        )
    if service.name != folder.name:
        raise _broken(
            "the service is not called like its folder",
            entry,
            expected=f"name={folder.name!r}",
            got=f"name={service.name!r}",
            next_step="write name=__package__.rpartition('.')[2]",
        )
    return service


def _failed(folder: Path, error: BaseException) -> BrokenService:
    """Where in the folder it failed: the last line of ours that was running."""
    frames = [(one.filename, one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    inside = [f"{file}:{line}" for file, line in frames if Path(file).is_relative_to(folder)]
    words = " ".join(str(error).split())[:300]
    where = inside[-1] if inside else folder
    return _broken("the service cannot be loaded", where, got=f"{type(error).__name__}: {words}")


def _broken(
    what: str,
    where: Path | str,
    *,
    expected: str = "",
    got: str = "",
    next_step: str = "mend it, or take the folder out; the other services go on",
) -> BrokenService:
    return BrokenService(what, where=str(where), expected=expected, got=got, next_step=next_step)


def _forget(package: str) -> None:
    """Leave nothing half-imported behind: a second look must see the same fault."""
    for name in [one for one in sys.modules if one == package or one.startswith(f"{package}.")]:
        del sys.modules[name]
