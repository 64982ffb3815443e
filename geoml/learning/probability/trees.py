"""The trees that are served: one set for all features, or one for each cause kept apart.

With causes apart the log-odds is the largest of theirs. The curve that makes it a probability
never falls, so it may be drawn before or after that choice: the probability is the largest of the
parts, and it is calibrated. What an action changes in one part it leaves alone in the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoml.learning import boosting
from geoml.learning.boosting import Boosting
from geoml.learning.tabular import BOOSTED
from geoml.types import Array

Parts = Mapping[str, Sequence[str]]
"""Part -> the features that it is learned from; empty where nothing is kept apart."""


@dataclass(frozen=True)
class Trees:
    """Boosted trees, with the columns of the rows that each of them looks at."""

    parts: tuple[str, ...]
    columns: tuple[NDArray[np.intp], ...]
    boosters: tuple[Boosting, ...]

    def margins(self, rows: Array) -> Array:
        """Log-odds of shape (n, parts); NaN where a row knows no feature of a part."""
        answer = np.full((len(rows), len(self.boosters)), np.nan)
        for number, (columns, booster) in enumerate(zip(self.columns, self.boosters, strict=True)):
            mine = np.ascontiguousarray(rows[:, columns])
            known = np.isfinite(mine).any(axis=1)
            if known.any():
                answer[known, number] = booster.margin(mine[known])
        return answer

    def margin(self, rows: Array) -> Array:
        """The largest log-odds of those that are known, shape (n,)."""
        answer: Array = np.fmax.reduce(self.margins(rows), axis=1)
        return answer

    def explain(self, rows: Array) -> tuple[Array, Array]:
        """Contributions of shape (n, features) to the part that leads, and what it starts from."""
        leads = np.nan_to_num(self.margins(rows), nan=-np.inf).argmax(axis=1)
        moved, start = np.zeros(rows.shape), np.zeros(len(rows))
        for number, (columns, booster) in enumerate(zip(self.columns, self.boosters, strict=True)):
            inside = leads == number
            if inside.any():
                mine, first = booster.explain(np.ascontiguousarray(rows[np.ix_(inside, columns)]))
                moved[np.ix_(inside, columns)] = mine
                start[inside] = first
        return moved, start

    def save(self, folder: Path) -> None:
        """Write each in LightGBM's own text format."""
        for part, booster in zip(self.parts, self.boosters, strict=True):
            booster.save(folder / _file(part))


def columns_of(names: Sequence[str], parts: Parts) -> dict[str, NDArray[np.intp]]:
    """Part -> its columns among ``names``; parts without any are left out."""
    if not parts:
        return {"": np.arange(len(names))}
    found = {
        part: np.array([names.index(one) for one in names if one in chosen], np.intp)
        for part, chosen in parts.items()
    }
    return {part: columns for part, columns in found.items() if len(columns)}


def load(folder: Path, names: Sequence[str], parts: Parts) -> Trees:
    """Open what ``Trees.save`` wrote; raises CorruptFile."""
    found = columns_of(names, parts)
    boosters = tuple(boosting.load(folder / _file(part)) for part in found)
    return Trees(tuple(found), tuple(found.values()), boosters)


def _file(part: str) -> str:
    return f"{part}.txt" if part else BOOSTED
