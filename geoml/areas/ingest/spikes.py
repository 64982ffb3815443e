"""The fill value that a file does not declare, told from the values of a sample.

Exports of a clip write 0 outside it, often without a nodata tag: 0 degC in July, 0 m in the Alps.
Such a number is possible by itself; what gives it away is that a whole block of cells has it
exactly, and that it lies far from everything else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from geoml.areas.keys import Key
from geoml.types import Array

LARGE_SHARE = 0.05
"""A number that so many cells have exactly is a block, not a measurement."""
MANY_CELLS, BY_FAR = 30, 20.0
"""So is one of this many cells of the sample, and so many times as many as any other has."""
NEAR: Mapping[str, float] = {"lst": 10.0, "thermal": 10.0, "dem": 30.0, "dsm": 30.0}
"""What is never far, in the unit of the key: a lake in July, the sea beside low land."""
_FEW = 20
_BETWEEN = 1e-3


def far_spike(key: Key, known: Array, scale: float, offset: float) -> float | None:
    """The number, as stored, that is nodata by its share and its distance; None when none is.

    ``known`` are the finite values of a sample, of shape (n,), as they are stored; ``scale`` and
    ``offset`` make the quantity of them. Reflectance is never 0 or less, so there the share is
    enough. Of a temperature any number may be a fill; of a height only 0, and only when no ground
    lies in between: land that meets the sea, or a lake, goes up from it.
    """
    if key.name not in NEAR and key.kind != "reflectance":  # depths are 0 for most of a town
        return None
    values, counts = np.unique(known, return_counts=True)
    if values.size < 2:
        return None
    spike = float(values[np.argmax(counts)])
    if not _is_block(counts) or known.size - counts.max() < _FEW:
        return None
    if key.kind == "reflectance":
        return spike if spike == 0.0 and offset <= 0.0 else None
    rest, near = known[known != spike], NEAR[key.name] / abs(scale or 1.0)
    if key.kind == "continuous":
        empty = spike == 0.0 and _nothing_between(spike, rest)
        return spike if empty and _beyond_range(spike, rest, near) else None
    usual = spike == 0.0 and _nothing_between(spike, rest)
    reach = 0.5 if usual else 1.0
    far = _beyond_range(spike, rest, near, reach) or _beyond_spread(spike, rest, near)
    return spike if far else None


def _is_block(counts: NDArray[np.intp]) -> bool:
    most, second = np.sort(counts)[[-1, -2]]
    by_far = most >= MANY_CELLS and most >= BY_FAR * second
    return bool(by_far or most >= LARGE_SHARE * counts.sum())


def _beyond_range(spike: float, rest: Array, near: float, reach: float = 1.0) -> bool:
    """Beyond the 1..99 % of the others by more than ``reach`` times that range."""
    low, high = np.percentile(rest, [1, 99])
    room = max(reach * float(high - low), near)
    return not low - room <= spike <= high + room


def _beyond_spread(spike: float, rest: Array, near: float) -> bool:
    """Outside their median by more than five robust standard deviations, and outside them all."""
    middle = float(np.median(rest))
    spread = 5.0 * 1.4826 * float(np.median(np.abs(rest - middle)))
    low, high = np.percentile(rest, [1, 99])
    outside = not low - near / 2 <= spike <= high + near / 2
    return outside and abs(spike - middle) > max(spread, near)


def _nothing_between(spike: float, rest: Array) -> bool:
    """Whether hardly a cell lies in the nearer half of the gap between the spike and the others."""
    edge = float(np.percentile(rest, 1 if spike < np.median(rest) else 99))
    low, high = sorted((spike, (spike + edge) / 2))
    return float(np.mean((rest > low) & (rest < high))) < _BETWEEN
