"""From the log-odds of the trees to a frequency: a curve that never falls.

Zadrozny and Elkan 2002, doi:10.1145/775047.775151. It is learned on predictions of models that
did not see the cell, on all cells, so that its mean is the true base rate.
"""

from __future__ import annotations

import numpy as np

from geoml.learning.probability.curves import Curve
from geoml.types import Array, Mask


def fit(margin: Array, truth: Mask) -> Curve:
    """The rising curve nearest to the truth in squares, through both ends of each of its steps.

    Between two steps it is straight. Over the cells it learned from, its mean is the share of
    ones, but for the rounding to six decimals.
    """
    from scipy.optimize import isotonic_regression

    at, index, count = np.unique(margin, return_inverse=True, return_counts=True)
    share = np.bincount(index, truth) / count
    level = np.clip(isotonic_regression(share, weights=count).x, 0.0, 1.0)
    edge = level[1:] != level[:-1]
    kept = np.append(True, edge) | np.append(edge, True)
    return _spaced(at[kept], level[kept])


def _spaced(margin: Array, probability: Array) -> Curve:
    """Rounded, at margins that are still apart."""
    rounded, first = np.unique(np.round(margin, 6), return_index=True)
    return Curve(rounded, np.round(probability, 6)[first])
