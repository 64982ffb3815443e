"""Shelves of editions whose service is gone: the town keeps them, and nobody can serve them."""

from __future__ import annotations

from geoml.catalog.services import names
from geoml.paths import Home


def not_installed(home: Home, area: str) -> tuple[str, ...]:
    """Services that published here and that cannot be loaded now, sorted.

    Their editions stay on the disk and are served again when the service is back.
    """
    shelves = (home.root / "editions").glob(f"[!.]*/{area}/current.json")
    there = {path.parent.parent.name for path in shelves}
    return tuple(sorted(there - set(names())))
