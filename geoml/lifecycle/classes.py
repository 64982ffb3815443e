"""The classes that things are counted in: those of a score's legend, and those of a depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.areas.sources import Source
from geoml.contract import Service
from geoml.raster.cog import open_cog, read_from
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array, Text

_CELLS_AT_ONCE = 4_000_000

DEPTHS_M: Final = (0.0, 0.5, 1.0, 2.0)
"""Upper ends of the classes of depth; what is deeper than the last is a class of its own."""
DEPTH_TITLES: Final = (
    Text(fr="au sec", en="dry"),
    Text(fr="jusqu'à 0,5 m d'eau", en="up to 0.5 m of water"),
    Text(fr="0,5 à 1 m d'eau", en="0.5 to 1 m of water"),
    Text(fr="1 à 2 m d'eau", en="1 to 2 m of water"),
    Text(fr="plus de 2 m d'eau", en="more than 2 m of water"),
)
Classify: TypeAlias = Callable[[Array], NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Classes of a raster on a grid, or on one whose cells nest ``factor`` times in it.

    ``classify`` gives the class of each value, and for NaN the one after the last.
    """

    raster: Path
    factor: int
    titles: tuple[Text, ...]
    classify: Classify

    def shares(self, window: Window) -> Array:
        """Share of each cell of a window in each class, the unknown last: (classes + 1, ...)."""
        f = self.factor
        inner = Window(window.row * f, window.col * f, window.rows * f, window.cols * f)
        with open_cog(self.raster) as dataset:
            found = self.classify(read_from(dataset, inner))
        blocks = found.reshape(window.rows, f, window.cols, f)
        every = range(len(self.titles) + 1)
        return np.stack([(blocks == one).mean(axis=(1, 3)) for one in every])

    def windows(self, grid: Grid) -> tuple[Window, ...]:
        """Windows of the area's grid that hold few enough of the raster's cells."""
        return windows(grid, max(1, int(_CELLS_AT_ONCE**0.5) // self.factor))

    def count(self, values: Array) -> list[int]:
        """How many values lie in each class, the unknown last."""
        found = np.bincount(self.classify(values), minlength=len(self.titles) + 1)
        return [int(one) for one in found]


def of_score(service: Service, folder: Path) -> Ground:
    """The classes of the legend, on the score of an edition; a lower edge belongs to its class."""
    inner = np.asarray(service.legend.edges[1:-1], float)

    def classify(values: Array) -> NDArray[np.intp]:
        found = np.searchsorted(inner, values, side="right")
        return np.where(np.isnan(values), len(service.legend.labels), found)

    return Ground(folder / "score.tif", 1, service.legend.labels, classify)


def count_of_score(service: Service, scores: Array) -> list[int]:
    """How many of these scores lie in each class of the legend, the unknown last."""
    return of_score(service, Path()).count(scores)


def of_depth(source: Source) -> Ground:
    """The classes of depth, as fine as the source is stored; an upper end belongs to its class."""

    def classify(values: Array) -> NDArray[np.intp]:
        found = np.searchsorted(np.asarray(DEPTHS_M), values, side="left")
        return np.where(np.isnan(values), len(DEPTH_TITLES), found)

    return Ground(source.path, source.factor, DEPTH_TITLES, classify)
