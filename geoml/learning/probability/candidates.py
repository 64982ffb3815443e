"""What is tried: boosted trees, the rules of the service, what it ships frozen, and nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from geoml.contract import Rule
from geoml.learning import boosting
from geoml.learning.probability.sampling import draw
from geoml.learning.probability.trees import Parts, Trees, columns_of
from geoml.learning.study import Study
from geoml.types import Array, Features

TREES, FROZEN, RATE = "lightgbm", "frozen", "base_rate"
Score = Callable[[Array], Array]
"""Rows of shape (n, features) -> a number that is larger where a one is likelier."""


@dataclass(frozen=True)
class Candidate:
    """How to learn a score, and what may be read in it.

    ``probability`` becomes one by an isotonic curve, ``rule`` says yes or no, ``index`` only ranks.
    """

    learn: Callable[[Study], Score]
    kind: Literal["probability", "rule", "index"]


@dataclass(frozen=True)
class Frozen:
    """The model that a service ships, which no label changes; it serves where nothing is better.

    ``predict`` gives the target for features of shape (n,), NaN unknown. ``write`` puts the model
    into an empty folder and returns what the manifest says of it, ``features_used`` at least.
    """

    predict: Callable[[Features], Array]
    write: Callable[[Path], Mapping[str, Any]]


def candidates(
    study: Study, frozen: Frozen | None, parts: Parts | None = None
) -> dict[str, Candidate]:
    """Name -> candidate, the trees first."""
    tried = {TREES: Candidate(partial(_boosted, parts or {}), "probability")}
    for rule in study.service.accept.rules:
        tried[rule.name] = Candidate(partial(_rule, rule), "rule")
    if frozen is not None:
        tried[FROZEN] = Candidate(partial(_frozen, frozen), "index")
    return {**tried, RATE: Candidate(_nothing, "probability")}


def trees(study: Study, parts: Parts) -> Trees:
    """Trees that follow the declared directions, from the cells that ``sampling`` draws."""
    names, by = study.names, study.service.accept.balance
    balance = study.rows[:, names.index(by)] if by in names else None
    drawn = draw(balance, study.target > 0, study.blocks.block, seed=study.seed)
    rows, target = study.rows[drawn.cells], study.target[drawn.cells]
    found = columns_of(names, parts)
    boosters = []
    for columns in found.values():
        mine = tuple(names[one] for one in columns.tolist())
        known = np.isfinite(rows[:, columns]).any(axis=1)
        booster = boosting.fit(
            study.service,
            mine,
            rows[np.ix_(known, columns)],
            target[known],
            seed=study.seed,
            weight=drawn.weight[known],
            objective="binary",
        )
        boosters.append(booster)
    return Trees(tuple(found), tuple(found.values()), tuple(boosters))


def _boosted(parts: Parts, study: Study) -> Score:
    return trees(study, parts).margin


def _rule(rule: Rule, study: Study) -> Score:
    """The feature itself; its threshold is chosen where every threshold is."""
    column, sign = study.names.index(rule.feature), 1.0 if rule.way == "up" else -1.0
    return lambda rows: sign * rows[:, column]


def _frozen(frozen: Frozen, study: Study) -> Score:
    names = study.names

    def score(rows: Array) -> Array:
        given = frozen.predict({name: rows[:, i] for i, name in enumerate(names)})
        return np.where(np.isfinite(given), given, -np.inf)

    return score


def _nothing(study: Study) -> Score:  # noqa: ARG001 - it looks at nothing
    return lambda rows: np.zeros(len(rows))
