"""Batches of chips, read or drawn ahead of the step that needs them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoml.files import replacing
from geoml.learning.segmentation import chips
from geoml.learning.segmentation.chips import Chip, Cut
from geoml.learning.segmentation.plan import Drawn, Plan
from geoml.learning.segmentation.rescale import Source
from geoml.learning.segmentation.sheets import source

Batch = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""(rgb (n, 3, rows, cols), label (n, 1, rows, cols))."""


class Batches:
    """Draws the chips of a plan; sheets stay open, made-up pictures are kept in ``cache``."""

    def __init__(self, plan: Plan, *, size: int, size_px: int, cache: Path) -> None:
        self.plan, self.size, self.size_px, self.cache = plan, size, size_px, cache

    def steps(self, first: int, last: int) -> Iterator[Batch]:
        """The batches of steps ``first`` to ``last - 1``, each made while the last one is used."""
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self.at, first)
            for step in range(first, last):
                batch = coming.result()
                if step + 1 < last:
                    coming = ahead.submit(self.at, step + 1)
                yield batch

    def at(self, step: int) -> Batch:
        """The batch of one step."""
        found = [self.chip(one) for one in self.plan.batch(step, self.size)]
        return np.stack([one[0] for one in found]), np.stack([one[1] for one in found])[:, None]

    def chip(self, drawn: Drawn) -> Chip:
        """One chip, as it was planned."""
        rng = np.random.default_rng(drawn.seed)
        if drawn.region is None:
            which = int(rng.integers(8))
            return chips.mirrored(*self._made_up(drawn), which)
        region = Cut(self._sources[drawn.region.sheet.key], drawn.region.window)
        return chips.chip(region, self.size_px, drawn.gsd_m / drawn.region.sheet.gsd_m, rng)

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {one.sheet.key: source(one.sheet) for one in self.plan.learn}

    def _made_up(self, drawn: Drawn) -> Chip:
        path = self.cache / f"{drawn.seed:012d}-{self.size_px}.npy"
        if not path.is_file():
            self.cache.mkdir(parents=True, exist_ok=True)
            with replacing(path) as scratch, scratch.open("wb") as file:
                np.save(file, _draw(drawn.seed, self.size_px, drawn.gsd_m))
        values = np.load(path, allow_pickle=False)
        return values[:3], values[3]


def _draw(seed: int, size_px: int, gsd_m: float) -> NDArray[np.uint8]:
    from geoml.areas.demo.aerial import chip

    found = chip(seed, size_px=size_px, gsd_m=gsd_m)
    return np.concatenate([np.moveaxis(found.rgb, -1, 0), found.roof[None].astype(np.uint8)])
