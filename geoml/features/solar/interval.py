"""An answer with its interval, and how independent doubts add up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geoml.types import Array

TENTH = 1.2816
"""Standard deviations from the median of a normal distribution to its first tenth."""


class Interval(NamedTuple):
    """P50, low and high of n roofs: arrays of one shape, low <= p50 <= high; NaN unknown.

    One year in ten, one roof in ten lies below ``low``, as many above ``high``, if the assumptions
    hold; what an unknown orientation or shade could be lies within them.
    """

    p50: Array
    low: Array
    high: Array


def widened(p50: Array, low: Array, high: Array, sigma: Array | float) -> Interval:
    """The interval when a relative standard error is added to one that was there already.

    Half-widths of independent doubts add as the sides of a right angle (JCGM 100:2008, GUM, 5.1.2):
    below, hypot(p50 - low, 1.2816 sigma p50), and the same above; never below 0.
    """
    doubt = TENTH * sigma * p50
    below = p50 - np.hypot(p50 - low, doubt)
    return Interval(p50, np.maximum(below, 0.0), p50 + np.hypot(high - p50, doubt))
