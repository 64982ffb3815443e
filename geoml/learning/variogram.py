"""How far apart two cells must be to tell different stories: the autocorrelation range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from geoml.contract import Samples
from geoml.types import Array

_CELLS, _LAGS, _PAIRS = 1500, 30, 30


@dataclass(frozen=True, slots=True)
class Range:
    """Autocorrelation range in metres; ``reached`` is False when it is only a lower bound."""

    metres: float
    reached: bool


def range_of(samples: Samples, *, seed: int = 0) -> Range:
    """Lag at which the target's empirical variogram reaches 95 % of its sill.

    Matheron's estimator, gamma(h) = mean of (z_i - z_j)^2 / 2, over pairs of at most 1,500 seeded
    cells of the same area, pooled over areas; the sill is the pooled variance within areas. Where
    it is not reached within half of the longest extent, that lag is returned as a lower bound.
    Matheron 1963, doi:10.2113/gsecongeo.58.8.1246; Roberts et al. 2017, doi:10.1111/ecog.02881.
    """
    present = np.unique(samples.area).tolist()
    longest = max(_extent(samples, area) for area in present)
    width = max(samples.cell_m, longest / 2 / _LAGS)
    lags = max(1, int(longest / 2 / width))
    total, count = np.zeros(lags), np.zeros(lags)
    spread, cells = 0.0, 0
    rng = np.random.default_rng(seed)
    for area in present:
        chosen = np.flatnonzero(samples.area == area)
        if len(chosen) > _CELLS:
            chosen = np.sort(rng.choice(chosen, _CELLS, replace=False))
        place = np.column_stack([samples.easting_m[chosen], samples.northing_m[chosen]])
        value = samples.target[chosen].astype(np.float64)
        spread += float(np.sum((value - value.mean()) ** 2))
        cells += len(chosen)
        lag = np.rint(pdist(place) / width).astype(np.intp) - 1
        half = pdist(value[:, None], "sqeuclidean") / 2
        near = (lag >= 0) & (lag < lags)
        total += np.bincount(lag[near], half[near], lags)
        count += np.bincount(lag[near], minlength=lags)
    return _first_at_sill(total, count, width, 0.95 * spread / cells)


def _first_at_sill(total: Array, count: Array, width: float, sill: float) -> Range:
    gamma = np.divide(total, count, out=np.zeros(len(total)), where=count >= _PAIRS)
    reached = np.flatnonzero((gamma >= sill) & (count >= _PAIRS))
    if len(reached):
        return Range(float((reached[0] + 1) * width), True)
    return Range(float(len(total) * width), False)


def _extent(samples: Samples, area: int) -> float:
    inside = samples.area == area
    return float(max(np.ptp(samples.easting_m[inside]), np.ptp(samples.northing_m[inside])))
