"""Depth of the depression that a place lies in."""

from __future__ import annotations

import numpy as np

from geoml.types import Array


def sink_depth(level: Array, elevation: Array) -> Array:
    """Metres of water that would stand here before it runs on, 0 outside depressions; NaN unknown.

    ``level`` is the filled surface (``Flow.level``). A hollow at 98 m whose lowest rim is at 99.5 m
    has 1.5. Where mapped water crosses the rim the hollow is drained: no depth.
    """
    depth: Array = np.maximum(level - elevation.astype(np.float32, copy=False), np.float32(0))
    return depth
