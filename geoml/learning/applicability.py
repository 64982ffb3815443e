"""Where the model has seen nothing alike: the area of applicability.

Meyer and Pebesma 2021, doi:10.1111/2041-210X.13650: the dissimilarity index of a place is its
distance to the nearest training cell in the space of features, each standardised and weighted by
its importance, divided by the mean distance between training cells. The threshold is the upper
whisker (third quartile + 1.5 interquartile ranges) of the index that training cells have towards
the other folds. The mean distance divides both, so index over threshold does without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoml.learning.inputs import middle
from geoml.types import Array, Mask

_CELLS, _LEAST, _CACHED = 1500, 30, 256
_MANY_ROWS = 4096
_FAR = 1e100  # its square is a number: what is farther away is as far


@dataclass(frozen=True)
class Applicability:
    """Reference cells, in standardised and weighted features; rows may lack any of them.

    A row is compared over the features that it knows, with reference cells that know them too.
    """

    names: tuple[str, ...]
    centre: Array
    scale: Array
    cells: Array
    fold: NDArray[np.intp]
    _known: dict[bytes, tuple[cKDTree, float] | None] = field(default_factory=dict, repr=False)

    def index(self, rows: Array) -> Array:
        """Dissimilarity index divided by its threshold, shape (n,): at most 1 is applicable.

        NaN where a row knows no feature that matters, or too few training cells know the same.
        """
        with np.errstate(over="ignore"):
            scaled = np.clip((rows - self.centre) * self.scale, -_FAR, _FAR)
        answer = np.full(len(rows), np.nan)
        for known, chosen in _by_pattern(np.isfinite(rows) & (self.scale > 0)):
            compared = self._reference(known)
            if compared is not None:
                tree, limit = compared
                workers = 1 if len(chosen) < _MANY_ROWS else -1
                near, _ = tree.query(scaled[np.ix_(chosen, known)], workers=workers)
                answer[chosen] = near / limit
        return answer

    def _reference(self, known: Mask) -> tuple[cKDTree, float] | None:
        key = known.tobytes()
        if key in (cached := self._known):
            return cached.get(key)
        compared = self._compare(known)
        if len(cached) < _CACHED:  # more sets of known features than any town has: compute anew
            cached[key] = compared
        return compared

    def _compare(self, known: Mask) -> tuple[cKDTree, float] | None:
        """Tree of the reference cells over some features, and the distance that is the limit."""
        usable = np.isfinite(self.cells[:, known]).all(axis=1)
        if not known.any() or usable.sum() < _LEAST:
            return None
        cells = np.ascontiguousarray(self.cells[usable][:, known])
        limit = _whisker(_to_other_folds(cells, self.fold[usable]))
        return (cKDTree(cells), limit) if limit > 0 else None

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` restores it. Unknown is null."""
        cells = [[_number(v) for v in row] for row in self.cells.tolist()]
        return {
            "features": list(self.names),
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
            "cells": cells,
            "fold": self.fold.tolist(),
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Applicability:
        """The reference that ``as_dict`` wrote."""
        return cls(
            tuple(document["features"]),
            np.array(document["centre"], dtype=np.float64),
            np.array(document["scale"], dtype=np.float64),
            np.array(document["cells"], dtype=np.float64),
            np.array(document["fold"], dtype=np.intp),
        )


def learn(
    names: Sequence[str],
    rows: Array,
    importance: Array,
    fold: NDArray[np.intp],
    *,
    seed: int = 0,
) -> Applicability:
    """Reference from training rows; ``importance`` is the mean absolute contribution of each."""
    centre, spread = middle(rows), middle(rows, np.std)
    scale = np.divide(importance, spread, out=np.zeros(len(names)), where=spread > 0)
    rng = np.random.default_rng([seed, 3])
    count = min(_CELLS, len(rows))
    chosen = np.sort(rng.choice(len(rows), count, replace=False))
    cells = (rows[chosen] - centre) * scale
    rounded: Array = np.array([[float(f"{v:.6g}") for v in row] for row in cells.tolist()])
    return Applicability(tuple(names), centre, scale, rounded, fold[chosen])


def _to_other_folds(cells: Array, fold: NDArray[np.intp]) -> Array:
    """Distance of each cell to the nearest one of another fold."""
    distance = np.full(len(cells), np.nan)
    for one in np.unique(fold):
        inside = fold == one
        if not inside.all():
            distance[inside], _ = cKDTree(cells[~inside]).query(cells[inside])
    return distance


def _whisker(distance: Array) -> float:
    known = distance[np.isfinite(distance)]
    if not len(known):
        return 0.0
    low, high = np.percentile(known, [25, 75])
    return float(known[known <= high + 1.5 * (high - low)].max())


def _by_pattern(known: Mask) -> list[tuple[Mask, NDArray[np.intp]]]:
    """Rows grouped by what they know: (columns known, row numbers)."""
    if len(known) == 0:
        return []
    if known.all():
        return [(known[0], np.arange(len(known)))]
    packed = np.packbits(known, axis=1)
    found, first, index = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    groups = [np.flatnonzero(index.ravel() == one) for one in range(len(found))]
    return [(known[first[one]], rows) for one, rows in enumerate(groups)]


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
