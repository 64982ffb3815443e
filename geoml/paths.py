"""Where things lie: one object for GEOML_HOME, one function for the built front end."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from geoml.errors import InvalidArgument

_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,46}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds a town's data (``GEOML_HOME``, default ``./data``)."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home that ``GEOML_HOME`` names; only the edges (CLI, server) call this.

        It need not exist yet. Raises InvalidArgument when it cannot: a file is in its place,
        or the way there is closed.
        """
        root = Path(os.environ.get("GEOML_HOME") or "data").expanduser().resolve()
        try:
            there = next(path for path in (root, *root.parents) if path.exists())
        except PermissionError as error:
            raise _unusable(root, f"{error.strerror} at {error.filename}") from error
        if not there.is_dir():
            raise _unusable(root, f"{there}, which is no folder")
        return cls(root)

    def unusable(self, error: OSError) -> InvalidArgument | None:
        """What ``error`` says about the home as a whole; None when it is about something else.

        That is: it, or a file below it, may not be written, or it cannot be created.
        """
        path = Path(os.fsdecode(error.filename)) if error.filename else None
        if path is None or not path.is_relative_to(self.root):
            return None
        if error.errno in _FORBIDDEN or not self.root.is_dir():
            return _unusable(self.root, f"{error.strerror} at {path}")
        return None

    @property
    def areas(self) -> Path:
        """Folder of all areas."""
        return self.root / "areas"

    def area(self, area: str) -> Path:
        """Folder of one area: ``area.json``, ``sources/``, ``features/``, ``units/``."""
        return self.areas / slug(area)

    def sources(self, area: str) -> Path:
        """Folder of an area's ingested sources."""
        return self.area(area) / "sources"

    def features(self, area: str) -> Path:
        """Folder of an area's computed features."""
        return self.area(area) / "features"

    def units(self, area: str) -> Path:
        """Folder of an area's units with stable ids."""
        return self.area(area) / "units"

    def editions(self, service: str, area: str) -> Path:
        """Folder of the editions of one service in one area."""
        return self.root / "editions" / slug(service) / slug(area)

    def cache(self, service: str, area: str) -> Path:
        """Folder of what was made from the editions of one shelf and can be made again."""
        return self.root / "cache" / slug(service) / slug(area)

    def models(self, service: str) -> Path:
        """Folder of the models that this home has trained for a service."""
        return self.root / "models" / slug(service)


def _unusable(root: Path, got: str) -> InvalidArgument:
    return InvalidArgument(
        "cannot be the home of the data",
        where=f"GEOML_HOME={root}",
        expected="a folder that can be written, or the path of a new one",
        got=got,
        next_step="set GEOML_HOME to another folder",
    )


def slug(name: str) -> str:
    """``name`` itself when it is a safe identifier; raises InvalidArgument otherwise.

    Every id that becomes part of a path goes through here, so no id can leave its folder.
    """
    if _SLUG.fullmatch(name):
        return name
    raise InvalidArgument(
        "not a valid identifier",
        where=repr(name)[:80],
        expected="1 to 48 of a-z, 0-9 and inner - or _",
        next_step="choose another id",
    )


def packaged_models(service: str) -> Path:
    """Folder of the models that ship with geoml for a service; it may not exist."""
    installed = Path(__file__).parent / "_models" / slug(service)
    return installed if installed.is_dir() else _checkout() / "models" / slug(service)


def maps_dir() -> Path:
    """The built front end: inside the wheel, else ``maps/dist`` of the checkout."""
    installed = Path(__file__).parent / "_maps"
    return installed if installed.is_dir() else _checkout() / "maps" / "dist"


def _checkout() -> Path:
    return Path(__file__).resolve().parent.parent
