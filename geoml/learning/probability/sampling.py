"""Which cells the trees learn from: every one, and zeros that are hard to tell from ones.

Zeros are drawn from the blocks (or catchments) that have ones, as many in each bin of one feature,
so that "far from the river" is not what is learned. The bins are tenths of the ones; what lies
beyond all ones is a bin of its own, and so is what is unknown. The zeros of a bin stand for all
zeros of that bin, by their weight: the weighted base rate is the true one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoml.types import Array, Mask

ZEROS_PER_ONE = 5
_BINS, _LEAST = 10, 200


@dataclass(frozen=True)
class Drawn:
    """Rising indices of the cells, and how many cells each of them stands for."""

    cells: NDArray[np.intp]
    weight: Array


def draw(balance: Array | None, truth: Mask, block: NDArray[np.intp], *, seed: int = 0) -> Drawn:
    """Draw cells of shape (n,); ``balance`` is the feature that zeros are balanced by.

    ``ZEROS_PER_ONE`` zeros a one, and at least 200, as far as there are so many.
    """
    weight = np.where(truth, 1.0, 0.0)
    bins = np.zeros(len(truth), np.intp) if balance is None else _bins(balance, truth)
    near = np.isin(block, np.unique(block[truth]))
    found = np.unique(bins[~truth])
    each = -(-max(ZEROS_PER_ONE * int(truth.sum()), _LEAST) // max(len(found), 1))
    rng = np.random.default_rng([seed, 5])
    for one in found:
        zeros = ~truth & (bins == one)
        pool = np.flatnonzero(zeros & near if (zeros & near).any() else zeros)
        chosen = rng.choice(pool, min(each, len(pool)), replace=False)
        weight[chosen] = zeros.sum() / len(chosen)
    cells = np.flatnonzero(weight > 0)
    return Drawn(cells, weight[cells])


def _bins(values: Array, truth: Mask) -> NDArray[np.intp]:
    """Number of the bin of each cell; the ones are spread over them evenly."""
    known = np.isfinite(values)
    ones = values[truth & known]
    if not len(ones):
        return np.where(known, 0, 1)
    edges = np.unique(np.quantile(ones, np.linspace(0, 1, _BINS + 1)))
    number = np.searchsorted(edges, values, side="right")
    number[values == edges[-1]] = len(edges) - 1  # the largest one lies in the last bin of ones
    number[~known] = len(edges) + 1
    return number.astype(np.intp)
