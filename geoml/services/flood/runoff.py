"""Curve numbers backwards: which ground leaves so much of a storm."""

from __future__ import annotations

import numpy as np

from geoml.types import Array


def curve_number_of(rain_mm: float, runoff_mm: Array) -> Array:
    """The curve number that leaves this runoff of this rain; the highest one where none runs off.

    The root of TR-55 (1986) eq. 2-3 and 2-4 for S, 5 (P + 2 Q - sqrt(4 Q^2 + 5 P Q)) in mm, with Q
    held in [0, P]; NaN in, NaN out. The inverse of ``geoml.features.runoff.runoff_depth``.
    """
    q = np.clip(runoff_mm, 0.0, rain_mm)
    storage = 5.0 * (rain_mm + 2.0 * q - np.sqrt(4.0 * q**2 + 5.0 * rain_mm * q))
    return np.asarray(25_400.0 / (np.maximum(storage, 0.0) + 254.0))
