"""Curve numbers there and back: what a storm leaves on the ground, and what ground that tells.

USDA TR-55 (1986), eq. 2-1 to 2-4, in millimetres.
"""

from __future__ import annotations

import numpy as np

from geoml.types import Array

SEALED_CN = 98.0
"""TR-55 table 2-2a: pavement and roofs."""

PERVIOUS_CN = 74.0
"""TR-55 table 2-2a: open space in good condition, hydrologic soil group C."""


def runoff_depth(rain_mm: float, curve_number: Array) -> Array:
    """Storm runoff in mm, initial loss 0.2 S; ``curve_number`` in (0, 100]; NaN in, NaN out.

    USDA TR-55 (1986), eq. 2-3 and 2-4: 5 in of rain on CN 80 leave 2.89 in.
    """
    storage = 25_400.0 / curve_number - 254.0
    excess: Array = np.maximum(rain_mm - 0.2 * storage, 0.0)
    total = excess + storage
    return np.divide(
        excess**2, total, out=np.where(np.isnan(excess), np.nan, 0.0), where=excess > 0
    )


def curve_number(imperviousness: Array) -> Array:
    """Composite curve number of a share of sealed ground in 0..1; NaN in, NaN out.

    USDA TR-55 (1986), chapter 2, connected sealed ground: 98 p + 74 (1 - p).
    """
    composite: Array = SEALED_CN * imperviousness + PERVIOUS_CN * (1.0 - imperviousness)
    return composite


def curve_number_of(rain_mm: float, runoff_mm: Array) -> Array:
    """The curve number that leaves this runoff of this rain; the highest one where none runs off.

    The root of TR-55 eq. 2-3 for S, 5 (P + 2 Q - sqrt(4 Q^2 + 5 P Q)), Q in [0, P].
    """
    q = np.clip(runoff_mm, 0.0, rain_mm)
    storage = 5.0 * (rain_mm + 2.0 * q - np.sqrt(4.0 * q**2 + 5.0 * rain_mm * q))
    return np.asarray(25_400.0 / (np.maximum(storage, 0.0) + 254.0))
