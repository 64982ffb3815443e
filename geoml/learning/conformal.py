"""Intervals that keep their promise: split conformal, calibrated by spatial block.

Cells of one block resemble each other, so a block counts as one observation, whatever its size:
the half-width is the finite-sample quantile of hierarchical conformal prediction (Lee, Barber and
Willett 2023, arXiv:2306.06342; see also Dunn, Wasserman and Ramdas 2022,
doi:10.1080/01621459.2022.2060112). The residuals are out of fold, as in cross-conformal
prediction, so the guarantee is approximate; that is why the coverage is measured and published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Service
from geoml.learning.blocks import Blocks
from geoml.learning.inputs import Pattern, holds, only, patterns
from geoml.learning.validation import OutOfFold
from geoml.types import Array, Mask

ALPHA = 0.1
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class HalfWidth:
    """Half-width of the interval where at least ``pattern`` is known, in the target's unit.

    ``coverage_mean`` and ``coverage_worst`` are measured on folds that the half-width did not see.
    ``exact`` is False where there are too few blocks for the finite-sample guarantee, and the
    half-width is the largest residual seen.
    """

    pattern: Pattern
    half_width: float
    coverage_mean: float | None
    coverage_worst: float | None
    cells: int
    blocks: int
    exact: bool

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``HalfWidth(**document)`` restores it but for the tuple."""
        return {**self.__dict__, "pattern": list(self.pattern)}


def calibrate(
    service: Service,
    names: Sequence[str],
    rows: Array,
    target: Array,
    found: OutOfFold,
    blocks: Blocks,
) -> tuple[HalfWidth, ...]:
    """One half-width for each pattern of known features, from the block-fold models."""
    answer = []
    for pattern in patterns(service, names):
        chosen = holds(pattern, names, rows)
        if chosen.any():
            answer.append(_one(pattern, names, rows, target, found, blocks, chosen))
    return tuple(answer)


def _one(
    pattern: Pattern,
    names: Sequence[str],
    rows: Array,
    target: Array,
    found: OutOfFold,
    blocks: Blocks,
    chosen: Mask,
) -> HalfWidth:
    block, fold = blocks.block[chosen], blocks.fold[chosen]
    asked, residual = only(pattern, names, rows[chosen]), np.empty(int(chosen.sum()))
    for number, model in enumerate(found.models):
        inside = fold == number
        if inside.any():
            residual[inside] = np.abs(target[chosen][inside] - model(asked[inside]))
    wide, exact = quantile(residual, block)
    covered = _covered(residual, block, fold)
    return HalfWidth(
        pattern=pattern,
        half_width=round(wide, 6),
        coverage_mean=round(float(np.mean(covered)), 4) if covered else None,
        coverage_worst=round(min(covered), 4) if covered else None,
        cells=len(residual),
        blocks=len(np.unique(block)),
        exact=exact,
    )


def _covered(residual: Array, block: Labels, fold: Labels) -> list[float]:
    """Of each fold, the share of cells within the half-width that the other folds give."""
    found = np.unique(fold)
    if len(found) < 2:
        return []
    limits = [quantile(residual[fold != one], block[fold != one])[0] for one in found]
    return [
        float(np.mean(residual[fold == one] <= limit))
        for one, limit in zip(found, limits, strict=True)
    ]


def quantile(residual: Array, block: Labels, alpha: float = ALPHA) -> tuple[float, bool]:
    """Half-width that a cell of a new block exceeds with probability at most ``alpha``.

    Every block carries the mass 1 / (B + 1), shared by its cells; the rest lies at infinity. With
    fewer than ``1 / alpha - 1`` blocks that is infinite: then the largest residual and False.
    """
    _, index, size = np.unique(block, return_inverse=True, return_counts=True)
    weight = 1.0 / (size[index] * (len(size) + 1))
    order = np.argsort(residual, kind="stable")
    mass = np.cumsum(weight[order])
    place = int(np.searchsorted(mass, 1 - alpha - 1e-12))
    exact = place < len(residual)
    return float(residual[order[min(place, len(residual) - 1)]]), exact


def half_width(calibrated: Sequence[HalfWidth], names: Sequence[str], rows: Array) -> Array:
    """Of each row, the tightest half-width whose pattern it knows; NaN where there is none."""
    answer = np.full(len(rows), np.nan)
    for one in sorted(calibrated, key=lambda each: -each.half_width):
        answer[holds(one.pattern, names, rows)] = one.half_width
    return answer


def from_dicts(documents: Sequence[dict[str, Any]]) -> tuple[HalfWidth, ...]:
    """The half-widths that ``as_dict`` wrote."""
    return tuple(HalfWidth(**{**one, "pattern": tuple(one["pattern"])}) for one in documents)
