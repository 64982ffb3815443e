"""The plan of a training: which chip is drawn at which step, told without reading a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from geoml.errors import NotEnoughData
from geoml.learning.segmentation.chips import SCALE
from geoml.learning.segmentation.dataset import DataSet, Generated
from geoml.learning.segmentation.sheets import sheets
from geoml.learning.segmentation.splits import GAP_M, SHARE, Region, split

GSD_M = 0.25
"""Metres per pixel at which the network works."""
_MADE_UP = "generated"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chip to be: of a region or, where that is None, made up by ``seed``.

    ``gsd_m`` is the size of its pixels, ``seed`` that of all its random numbers.
    """

    region: Region | None
    gsd_m: float
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is learned from, what is reported on, and how often each is drawn.

    ``generated`` chips make up the share of the batches that their weight has among the places:
    a place weighs the ``weight`` of its table, whatever its size.
    """

    learn: tuple[Region, ...]
    report: tuple[Region, ...]
    generated: tuple[Generated, ...]
    seed: int

    @property
    def places(self) -> tuple[str, ...]:
        """Where something is learned from; made-up pictures count as one."""
        real = sorted({one.sheet.place for one in self.learn})
        return (*real, _MADE_UP) if self.generated else tuple(real)

    def batch(self, step: int, size: int) -> tuple[Drawn, ...]:
        """The chips of a step; the same step gives the same chips, whatever came before it."""
        rng = np.random.default_rng([self.seed, step])
        return tuple(self._drawn(rng) for _ in range(size))

    def chips_per_epoch(self, size_px: int) -> int:
        """As many chips as cover what is learned from about twice, 64 at least."""
        area = sum(one.area_m2 for one in self.learn)
        made_up = sum(one.count for one in self.generated)
        return max(64, int(2 * area / (size_px * GSD_M) ** 2) + made_up)

    def _drawn(self, rng: Generator) -> Drawn:
        regions, weights = _weighted(self.learn)
        made_up = [one.weight for one in self.generated]
        every = np.array([*weights, *made_up])
        index = int(rng.choice(len(every), p=every / every.sum()))
        scale = float(np.exp(rng.uniform(*np.log(SCALE))))
        if index < len(regions):
            return Drawn(regions[index], GSD_M * scale, int(rng.integers(1 << 62)))
        one = self.generated[index - len(regions)]
        seed = one.seed * 1_000_003 + int(rng.integers(one.count))
        return Drawn(None, GSD_M * _scale_of(seed), seed)


def plan(data: DataSet, *, share: float = SHARE, seed: int = 0, gap_m: float = GAP_M) -> Plan:
    """Cut a data set into what is learned from and what is reported on, by headers alone.

    Raises as ``sheets`` and ``split``, and NotEnoughData where nothing is left to learn from.
    """
    regions = split(sheets(data), share=share, seed=seed, gap_m=gap_m)
    learn = tuple(one for one in regions if one.part == "learn")
    if not learn and not data.generated:
        raise NotEnoughData(
            "nothing to learn from",
            expected="a place that is not held out, or generated pictures",
            got=f"{len(regions)} regions, all of them to be reported on",
            next_step="add a data set, or remove held_out from one",
        )
    report = tuple(one for one in regions if one.part == "report")
    return Plan(learn, report, data.generated, seed)


def files(regions: Sequence[Region]) -> tuple[Path, ...]:
    """Every picture of these regions, each once."""
    return tuple(dict.fromkeys(tile.image for one in regions for tile in one.sheet.tiles))


def _weighted(regions: tuple[Region, ...]) -> tuple[tuple[Region, ...], list[float]]:
    """Regions with the share of their place that their area is."""
    total: dict[str, float] = {}
    for one in regions:
        total[one.sheet.place] = total.get(one.sheet.place, 0.0) + one.area_m2
    return regions, [one.sheet.weight * one.area_m2 / total[one.sheet.place] for one in regions]


def _scale_of(seed: int) -> float:
    """Always the same for the same picture, so that it is drawn once and kept."""
    return float(np.exp(np.random.default_rng(seed).uniform(*np.log(SCALE))))
