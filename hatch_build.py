"""Puts the built front end into the wheel as ``geoml/_maps``; an editable install needs none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface):
    """Adds ``maps/dist`` and ``models`` to a standard wheel, and refuses to build one without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        if version == "editable":
            return
        built = Path(self.root) / "maps" / "dist"
        if not (built / "index.html").is_file():
            raise FileNotFoundError(f"{built}/index.html is missing; run `make maps` first")
        build_data["force_include"][str(built)] = "geoml/_maps"
        build_data["force_include"][str(Path(self.root) / "models")] = "geoml/_models"
