"""The normalised difference that the spectral indices are made of."""

from __future__ import annotations

import numpy as np

from geoml.features.known import within
from geoml.types import Array

REFLECTANCE = (-0.5, 2.0)
"""What a reflectance can be, with room for glints and for what atmospheric correction leaves."""


def normalized_difference(a: Array, b: Array) -> Array:
    """(a - b) / (a + b) of two reflectances, in [-1, 1].

    NaN, never 0, where a band is NaN or no reflectance, or the sum is not positive. Where
    atmospheric correction left one band slightly below 0 the ratio would leave its range: it is
    cut at -1 and 1.

    >>> float(normalized_difference(np.array([0.4]), np.array([0.1]))[0])
    0.6
    """
    a, b = within(a, REFLECTANCE), within(b, REFLECTANCE)
    total = a + b
    ratio = np.full_like(total, np.nan)
    np.divide(a - b, total, out=ratio, where=total > 0)
    clipped: Array = np.clip(ratio, -1, 1)
    return clipped
