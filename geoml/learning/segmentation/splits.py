"""Splits in space: what is reported on lies apart from what was learned from.

Chips of one photograph share its light, its camera and its builders; a random split of them tells
nothing about the next town. So whole groups of pictures are kept out where there are several, else
a strip across each large one, with a gap beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from geoml.errors import InvalidArgument
from geoml.learning.segmentation.sheets import Sheet
from geoml.raster.grid import Window

Part: TypeAlias = Literal["learn", "report"]

GAP_M = 16.0
SHARE = 0.2
_FEW = 5
"""Below this many groups in a place each of them is cut."""


@dataclass(frozen=True, slots=True)
class Region:
    """A window of a sheet that belongs to one part whole."""

    sheet: Sheet
    window: Window
    part: Part

    @property
    def area_m2(self) -> float:
        """Ground that it shows."""
        return self.window.rows * self.window.cols * self.sheet.gsd_m**2


def split(
    sheets: Sequence[Sheet], *, share: float = SHARE, seed: int = 0, gap_m: float = GAP_M
) -> tuple[Region, ...]:
    """Regions to learn from and to report on, about ``share`` of each place for the latter.

    A place that the data set holds out is reported on whole. With ``share`` 0 everything else is
    learned from. Between two parts of one sheet ``gap_m`` belong to neither. The same sheets and
    seed give the same split. Raises InvalidArgument for a share outside 0..0.5.
    """
    if not 0 <= share <= 0.5:
        raise InvalidArgument("no share to keep out", expected="0..0.5", got=str(share))
    regions: list[Region] = []
    for place in sorted({one.place for one in sheets}):
        here = [one for one in sheets if one.place == place]
        told = [one for one in here if one.held_out]
        regions += [_whole(one, "report") for one in told]
        regions += _of_place([one for one in here if not one.held_out], share, seed, gap_m)
    return tuple(regions)


def _of_place(here: list[Sheet], share: float, seed: int, gap_m: float) -> list[Region]:
    if not here or share == 0:
        return [_whole(one, "learn") for one in here]
    groups = sorted({one.group for one in here})
    if len(groups) < _FEW:
        ordered = sorted(here, key=lambda one: one.key)
        draws = (np.random.default_rng([seed, len(one.place) + n]) for n, one in enumerate(ordered))
        cut = zip(ordered, draws, strict=True)
        return [region for one, draw in cut for region in _cut(one, share, draw, gap_m)]
    count = max(1, round(share * len(groups)))
    out = set(np.random.default_rng(seed).permutation(groups)[:count].tolist())
    return [_whole(one, "report" if one.group in out else "learn") for one in here]


def _cut(sheet: Sheet, share: float, draw: np.random.Generator, gap_m: float) -> list[Region]:
    """A strip across the longer side, at one of the places where 1 / share of them fit."""
    length = max(sheet.shape)
    strip = round(length * share)
    slots = max(1, length // strip)
    slot = int(draw.integers(slots))
    first = length - strip if slot == slots - 1 else slot * strip
    gap = round(gap_m / sheet.gsd_m)
    if first <= gap and first + strip + gap >= length:
        first = 0  # a strip in the middle of a small sheet would leave nothing to learn from
    before, after = first - gap, first + strip + gap
    regions = [Region(sheet, _across(sheet, first, strip), "report")]
    if before > 0:
        regions.append(Region(sheet, _across(sheet, 0, before), "learn"))
    if length - after > 0:
        regions.append(Region(sheet, _across(sheet, after, length - after), "learn"))
    return regions


def _across(sheet: Sheet, first: int, count: int) -> Window:
    rows, cols = sheet.shape
    return Window(first, 0, count, cols) if rows >= cols else Window(0, first, rows, count)


def _whole(sheet: Sheet, part: Part) -> Region:
    return Region(sheet, Window(0, 0, *sheet.shape), part)
