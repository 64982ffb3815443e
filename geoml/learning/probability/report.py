"""What ``metrics.json`` says of a learned probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geoml.learning.probability import isotonic, skill, validation
from geoml.learning.probability.candidates import TREES, Candidate
from geoml.learning.probability.model import ProbabilityModel
from geoml.learning.probability.validation import Tried
from geoml.learning.study import Study
from geoml.types import Mask


def metrics(
    study: Study,
    behind: Mapping[tuple[str, str], Tried],
    lines: list[dict[str, Any]],
    served: str,
) -> dict[str, Any]:
    """The whole table, every fold, the worst fold and block, and the calibration."""
    truth, found = study.target > 0, behind[served, "block"]
    trees = behind[TREES, "block"]
    folds = validation.by_fold(found, study)
    given = np.full(len(truth), np.nan) if trees.probability is None else trees.probability
    return {
        "validation": {
            "cells": len(truth),
            "ones": int(truth.sum()),
            "catchments": _catchments(study, behind),
            **study.blocks.as_dict(),
        },
        "served": served,
        "table": lines,
        "rules": _rules(study, behind, truth),
        "folds": folds,
        "worst_fold": min(folds, key=lambda one: one["csi"] or 0),
        "worst_block": validation.worst_block(found, study),
        "calibration": skill.calibration(given, truth),
        "threshold": _yes_from(trees, truth),
        "intervals": [],
        "holdout": None,
        "format": 1,
    }


def _catchments(study: Study, behind: Mapping[tuple[str, str], Tried]) -> int:
    """How many catchments were left out by turns; 0 where there were too few, or none is known."""
    if (TREES, "catchment") not in behind or study.samples.group is None:
        return 0
    return len(np.unique(study.samples.group))


def holdout(
    study: Study,
    out: Study,
    tried: Mapping[str, Candidate],
    behind: Mapping[tuple[str, str], Tried],
    model: ProbabilityModel | None,
) -> dict[str, Any]:
    """How every candidate does on blocks that nothing was learned from.

    ``predicted`` is the mean probability there, ``observed`` the share of ones; what only the
    learned model can say is None where it does not serve.
    """
    truth, learned = out.target > 0, study.target > 0
    features = dict(zip(out.names, out.rows.T, strict=True))
    given = None if model is None else model.predict(features, explain=False)
    lines = []
    for name, candidate in tried.items():
        score = candidate.learn(study)(out.rows)
        yes = score >= skill.best_threshold(behind[name, "block"].score, learned)
        probability = given.target if given is not None and name == TREES else None
        lines.append({"candidate": name, **Tried(score, yes, probability, ()).metrics(truth)})
    return {
        "cells": len(truth),
        "blocks": out.blocks.count,
        "predicted": None if given is None else skill.short(float(given.target.mean())),
        "observed": skill.short(float(truth.mean())),
        "applicable_share": None
        if given is None
        else round(float(np.mean(given.applicability <= 1)), 4),
        "table": lines,
    }


def _rules(
    study: Study, behind: Mapping[tuple[str, str], Tried], truth: Mask
) -> list[dict[str, Any]]:
    """Each rule with its threshold over all cells, in the feature's unit."""
    return [
        {
            "candidate": rule.name,
            "feature": rule.feature,
            "way": rule.way,
            "threshold": skill.short(
                (1 if rule.way == "up" else -1)
                * skill.best_threshold(behind[rule.name, "block"].score, truth)
            ),
        }
        for rule in study.service.accept.rules
    ]


def _yes_from(trees: Tried, truth: Mask) -> float:
    """Probability from which saying yes gives the best CSI, over all cells."""
    curve = isotonic.fit(trees.score, truth)
    best = np.array([skill.best_threshold(trees.score, truth)])
    return skill.short(float(curve.at(best)[0]))
