"""How good each candidate is where it did not learn, in one table.

Scores are out of fold. The threshold of a fold's yes or no, and the curve of its probability, come
from the other folds. The headline is the block scheme; beside it whole catchments are left out
where the cells say theirs, and whole areas where there are several; the random split is optimistic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.learning.blocks import FOLDS, LEAST_BLOCKS, folds
from geoml.learning.probability import isotonic, skill
from geoml.learning.probability.candidates import Candidate, Score
from geoml.learning.study import Study
from geoml.learning.validation import Folds, schemes
from geoml.types import Array, Mask

_LEAST_CELLS = 5
"""A catchment with fewer cells than this tells nothing."""


@dataclass(frozen=True)
class Tried:
    """Out-of-fold answers for each cell, and the score functions, one a fold.

    ``probability`` is None where the candidate gives none.
    """

    score: Array
    yes: Mask
    probability: Array | None
    models: tuple[Score, ...]

    def metrics(self, truth: Mask, inside: Mask | slice = slice(None)) -> dict[str, Any]:
        """All numbers of one line of the table, over some of the cells."""
        given = None if self.probability is None else self.probability[inside]
        return {
            **skill.ranking(self.score[inside], truth[inside]),
            **skill.yes_or_no(self.yes[inside], truth[inside]),
            "brier": None if given is None else skill.brier(given, truth[inside]),
            "base_rate": skill.short(float(truth[inside].mean())),
        }


def try_out(candidate: Candidate, study: Study, fold: Folds) -> Tried:
    """Learn once without each fold, answer that fold."""
    truth, score = study.target > 0, np.full(len(study.target), np.nan)
    models = []
    for one in range(int(fold.max()) + 1):
        model = candidate.learn(study.at(fold != one))
        score[fold == one] = model(study.rows[fold == one])
        models.append(model)
    yes = np.zeros(len(score), bool)
    for one in range(len(models)):
        inside = fold == one
        yes[inside] = score[inside] >= skill.best_threshold(score[~inside], truth[~inside])
    given = cross_calibrated(score, truth, fold) if candidate.kind == "probability" else None
    if candidate.kind == "rule":
        given = yes.astype(np.float64)
    return Tried(score, yes, given, tuple(models))


def cross_calibrated(score: Array, truth: Mask, fold: Folds) -> Array:
    """Probability of each cell, by the curve that the other folds give."""
    answer = np.full(len(score), np.nan)
    for one in np.unique(fold):
        inside = fold == one
        answer[inside] = isotonic.fit(score[~inside], truth[~inside]).at(score[inside])
    return answer


def table(
    tried: Mapping[str, Candidate], study: Study
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], Tried]]:
    """One line for each candidate and scheme, and the answers behind each line."""
    lines, behind = [], {}
    for scheme, fold in _schemes(study).items():
        for name, candidate in tried.items():
            found = try_out(candidate, study, fold)
            line = {"candidate": name, "scheme": scheme, "optimistic": scheme == "random"}
            lines.append({**line, **found.metrics(study.target > 0)})
            behind[name, scheme] = found
    return lines, behind


def _schemes(study: Study) -> dict[str, Folds]:
    found = schemes(study.samples, study.blocks, seed=study.seed)
    apart = catchments(study)
    return found if apart is None else {"block": found["block"], "catchment": apart, **found}


def catchments(study: Study) -> Folds | None:
    """Folds of whole groups of cells; None where they say none, or too few to tell anything."""
    if study.samples.group is None:
        return None
    truth = study.target > 0
    _, index, sizes = np.unique(study.samples.group, return_inverse=True, return_counts=True)
    enough = (sizes >= _LEAST_CELLS).sum() >= LEAST_BLOCKS
    if not enough or len(np.unique(index[truth])) < FOLDS:
        return None
    return dealt(index.astype(np.intp), truth, seed=study.seed)


def dealt(block: NDArray[np.intp], truth: Mask, *, seed: int = 0) -> Folds:
    """Folds of whole blocks that share the ones as evenly as the cells."""
    return folds(block, seed=seed, mass=np.where(truth, 1 + len(truth) / truth.sum(), 1.0))


def by_fold(found: Tried, study: Study) -> list[dict[str, Any]]:
    """The numbers of each fold of the block scheme."""
    return [
        {
            "fold": one,
            "cells": int(inside.sum()),
            "blocks": len(np.unique(study.blocks.block[inside])),
            **found.metrics(study.target > 0, inside),
        }
        for one in range(int(study.blocks.fold.max()) + 1)
        if (inside := study.blocks.fold == one).any()
    ]


def worst_block(found: Tried, study: Study, *, least: int = 20) -> dict[str, Any]:
    """The block with the lowest CSI among those of ``least`` cells where anything is or was said.

    Of equally bad ones, the one with the most misses and false alarms.
    """
    truth, block = study.target > 0, study.blocks.block
    concerned = np.bincount(block, truth | found.yes)
    sizes = np.bincount(block)
    numbers = np.flatnonzero((sizes >= min(least, sizes.max())) & (concerned > 0))
    if not len(numbers):
        numbers = np.flatnonzero(concerned > 0)
    hits = np.bincount(block, truth & found.yes)
    wrong = concerned - hits
    worst = min(numbers.tolist(), key=lambda one: (hits[one] / concerned[one], -wrong[one]))
    inside = block == worst
    return {
        "area": study.samples.areas[int(study.samples.area[inside][0])],
        "cells": int(inside.sum()),
        "easting_m": round(float(study.samples.easting_m[inside].mean()), 1),
        "northing_m": round(float(study.samples.northing_m[inside].mean()), 1),
        **found.metrics(truth, inside),
    }
