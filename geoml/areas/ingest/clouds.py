"""Clouds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geoml.areas.ingest.rasters import Scene


def mask_scene(
    staged: dict[str, dict[str, Any]], scene: Scene, progress: Callable[[float], None]
) -> None:
    """Mask."""
