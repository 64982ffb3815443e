"""What counts as known: a finite number that the quantity can have."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.types import Array, Mask


def within(values: Array, valid: tuple[float, float]) -> Array:
    """The values that lie in a range, its ends included; NaN elsewhere. A copy, same shape.

    An infinity, a nodata number that nobody declared or a raw digital number must not be cut to
    the end of a range, where it would pass for an answer.

    >>> within(np.array([0.5, 7.0, np.inf]), (0, 1)).tolist()
    [0.5, nan, nan]
    """
    low, high = valid
    return np.where((values >= low) & (values <= high), values, values.dtype.type(np.nan))


def is_true(values: NDArray[Any]) -> Mask:
    """Cells of a mask that are True; of a mask kept as numbers, those in (0, 1]."""
    mask: Mask = (values > 0) & (values <= 1)
    return mask
