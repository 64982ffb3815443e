"""How a probability becomes a byte: 0 unknown, else 1 + round(254 p)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from geoml.errors import InvalidArgument
from geoml.raster.grid import Window
from geoml.types import Array, Bytes2D

NODATA = 0
LEVELS = 254

Read: TypeAlias = Callable[[Window], Bytes2D]
"""Gives the bytes of one window, shape (rows, cols) of it."""


def encoded(probability: Array) -> Bytes2D:
    """Bytes of probabilities 0..1, any shape; NaN becomes 0."""
    levels = np.rint(np.nan_to_num(probability, nan=0.0) * LEVELS) + 1
    coded: Bytes2D = np.where(np.isnan(probability), NODATA, levels).astype(np.uint8)
    return coded


def least_byte(threshold: float) -> int:
    """The lowest byte that means ``threshold`` or more; raises InvalidArgument outside (0, 1]."""
    if not 0 < threshold <= 1:
        raise InvalidArgument(
            "not a threshold of a probability", expected="above 0, at most 1", got=str(threshold)
        )
    return 1 + math.ceil(threshold * LEVELS - 1e-9)
