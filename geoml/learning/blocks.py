"""Spatial blocks and folds: what a model is tested on lies apart from what it learned from.

Roberts et al. 2017, doi:10.1111/ecog.02881; Valavi et al. 2019, doi:10.1111/2041-210X.13107.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Samples
from geoml.errors import NotEnoughData
from geoml.learning.variogram import Range, range_of
from geoml.types import Array, Mask

FOLDS = 5
LEAST_BLOCKS = 12
_LEAST_CELLS = 5
"""A block with fewer cells than this does not count as holding data."""


@dataclass(frozen=True)
class Blocks:
    """``block`` and ``fold`` of each cell, shape (n,); a block lies wholly in one fold."""

    block: NDArray[np.intp]
    fold: NDArray[np.intp]
    side_m: float
    range: Range
    count: int

    @property
    def shorter_than_range(self) -> bool:
        """Whether cells of neighbouring blocks may still resemble each other."""
        return self.side_m < self.range.metres or not self.range.reached

    def at(self, chosen: Mask) -> Blocks:
        """The blocks of some of the cells, in folds that are balanced anew."""
        block = self.block[chosen]
        return Blocks(block, folds(block), self.side_m, self.range, len(np.unique(block)))

    def as_dict(self) -> dict[str, Any]:
        """JSON form of everything but the cells."""
        return {
            "blocks": self.count,
            "folds": int(self.fold.max()) + 1,
            "block_m": round(self.side_m, 1),
            "range_m": round(self.range.metres, 1),
            "range_is_lower_bound": not self.range.reached,
            "blocks_shorter_than_range": self.shorter_than_range,
        }


def lay(samples: Samples, *, seed: int = 0, least: int = LEAST_BLOCKS) -> Blocks:
    """Lay square-ish blocks over each area and deal them into folds.

    The side is the larger of the target's autocorrelation range and five supports, made smaller
    only where fewer than ``least`` blocks would hold data. Raises NotEnoughData when not even
    blocks of three supports are enough.
    """
    wide = range_of(samples, seed=seed)
    side = max(wide.metres, 5 * samples.cell_m)
    while True:
        block, actual = _block_of(samples, side)
        count = int((np.bincount(block) >= _LEAST_CELLS).sum())
        if count >= least:
            return Blocks(block, folds(block, seed=seed), actual, wide, count)
        side *= 0.9
        if side < 3 * samples.cell_m:
            raise NotEnoughData(
                "too few training cells for spatial validation",
                where=", ".join(samples.areas),
                expected=f"at least {least} blocks of {_LEAST_CELLS} or more cells",
                got=f"{len(samples.target)} cells in {count} blocks",
                next_step="use a larger area, train on several areas, or take the model of "
                "another town: geoml run SERVICE --area AREA --model champion",
            )


def folds(
    block: NDArray[np.intp], *, k: int = FOLDS, seed: int = 0, mass: Array | None = None
) -> NDArray[np.intp]:
    """Fold 0..k-1 of each cell: whole blocks, largest first, each to the smallest fold.

    With ``mass`` of shape (n,), not negative, cells count by it.
    """
    found, index, size = np.unique(block, return_inverse=True, return_counts=True)
    if mass is not None:
        size = np.bincount(index, mass)
    luck = np.random.default_rng(seed).permutation(len(found))
    load, fold_of = np.zeros(k), np.empty(len(found), np.intp)
    for one in np.lexsort((luck, -size)):
        fold_of[one] = load.argmin()
        load[fold_of[one]] += size[one]
    answer: NDArray[np.intp] = fold_of[index]
    return answer


def held_out(blocks: Blocks, share: float, *, seed: int = 0) -> Mask:
    """Cells of a seeded ``share`` of the blocks, to be kept out of everything."""
    found = np.unique(blocks.block)
    luck = np.random.default_rng([seed, 1]).permutation(found)
    answer: Mask = np.isin(blocks.block, luck[: round(share * len(found))])
    return answer


def _block_of(samples: Samples, side: float) -> tuple[NDArray[np.intp], float]:
    """Block of each cell, and the smaller side of the smallest block.

    An area is cut into equal parts of at least ``side``, so that no sliver is left at its edge.
    """
    block = np.empty(len(samples.target), np.intp)
    first, smallest = 0, math.inf
    for area in range(len(samples.areas)):
        inside = samples.area == area
        if not inside.any():
            continue
        col, cols, width = _cut(samples.easting_m[inside], side, samples.cell_m)
        row, rows, height = _cut(-samples.northing_m[inside], side, samples.cell_m)
        block[inside] = first + row * cols + col
        first, smallest = first + rows * cols, min(smallest, width, height)
    return block, smallest


def _cut(
    along: NDArray[np.floating[Any]], side: float, cell: float
) -> tuple[NDArray[np.intp], int, float]:
    start, extent = along.min() - cell / 2, float(np.ptp(along)) + cell
    parts = max(1, math.floor(extent / side))
    part = np.floor((along - start) / extent * parts).astype(np.intp)
    return np.minimum(part, parts - 1), parts, extent / parts
