"""Training of a tabular service: compare, choose, calibrate, write plain files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoml.contract import Samples, Service
from geoml.files import write_json
from geoml.learning import boosting, conformal, linear
from geoml.learning.applicability import Applicability
from geoml.learning.candidates import Fit, candidates
from geoml.learning.card import card
from geoml.learning.conformal import HalfWidth
from geoml.learning.study import Study, about, check, prepare, reach
from geoml.learning.tabular import BOOSTED, CALIBRATION, CARD, LINE, METRICS, Explained
from geoml.learning.validation import (
    OutOfFold,
    by_fold,
    errors,
    out_of_fold,
    schemes,
    table,
    worst_block,
)
from geoml.learning.verdict import Verdict, judge, warnings


def train(
    service: Service,
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,
) -> dict[str, Any]:
    """Compare the candidates, write the champion and its calibration, return the manifest.

    ``folder`` exists and is empty. ``meta`` holds at least ``META``, and ``synthetic`` where the
    labels are made up; ``label`` is ``{"key": ..., "quantity": ...}``. With ``holdout_share`` that
    share of the blocks is kept out of everything and only reported on, as ``holdout``. The same
    samples, meta and seed give the same bytes. Raises NotEnoughData.
    """
    check(meta, holdout_share)
    study, kept_out = prepare(service, samples, seed, holdout_share)
    lines, behind = table(
        service,
        _fits(study),
        study.rows,
        study.target,
        schemes(study.samples, study.blocks, seed=seed),
    )
    verdict = judge(service, lines, linear.inputs(service, study.names))
    chosen, found = _served(study, verdict, behind)
    model = _fit(chosen, verdict, folder)
    wide = conformal.calibrate(
        service, chosen.names, chosen.rows, chosen.target, found, chosen.blocks
    )
    applicable = reach(chosen, model)
    calibration = {
        "half_widths": [one.as_dict() for one in wide],
        "applicability": applicable.as_dict(),
        "level": round(1 - conformal.ALPHA, 4),
        "format": 1,
    }
    write_json(folder / CALIBRATION, calibration)
    metrics = _metrics(study, chosen, found, lines, calibration["half_widths"])
    if kept_out is not None:
        metrics["holdout"] = _holdout(study, kept_out, chosen.names, model, wide, applicable)
    manifest = _manifest(study, chosen, verdict, metrics, meta)
    write_json(folder / METRICS, metrics)
    (folder / CARD).write_text(card(service, manifest, metrics), encoding="utf-8")
    return manifest


def _fits(study: Study) -> Mapping[str, Fit]:
    """The candidates, for the features of the study."""
    return candidates(study.service, study.names, study.seed)


def _metrics(
    study: Study,
    chosen: Study,
    found: OutOfFold,
    lines: list[dict[str, Any]],
    intervals: Any,  # noqa: ANN401 - JSON
) -> dict[str, Any]:
    """What ``metrics.json`` holds: the whole table, every fold, the worst of them, intervals."""
    service = study.service
    folds = by_fold(service, found.predicted, chosen.target, chosen.blocks)
    return {
        "validation": {"cells": len(study.target), **study.blocks.as_dict()},
        "table": lines,
        "baseline": {
            "candidate": service.accept.baseline,
            "features": list(linear.inputs(service, study.names)),
        },
        "folds": folds,
        "worst_fold": max(folds, key=lambda one: one[service.accept.metric]),
        "worst_block": worst_block(service, found.predicted, chosen.samples, chosen.blocks),
        "intervals": intervals,
        "holdout": None,
        "format": 1,
    }


def _served(
    study: Study, verdict: Verdict, behind: Mapping[tuple[str, str], OutOfFold]
) -> tuple[Study, OutOfFold]:
    """The study with the champion's own features, and its block-fold predictions."""
    if verdict.champion == "lightgbm":
        return study, behind["lightgbm", "block"]
    line = study.narrowed(linear.inputs(study.service, study.names))
    fit = _fits(line)[study.service.accept.baseline]
    return line, out_of_fold(fit, line.rows, line.target, line.blocks.fold)


def _fit(study: Study, verdict: Verdict, folder: Path) -> Explained:
    """Fit the champion on all cells of the study and write it."""
    service, names, rows, target = study.service, study.names, study.rows, study.target
    if verdict.champion == "lightgbm":
        trees = boosting.fit(service, names, rows, target, seed=study.seed)
        trees.save(folder / BOOSTED)
        return trees
    line = linear.fit(service, names, rows, target)
    write_json(folder / LINE, line.as_dict())
    return line


def _holdout(
    study: Study,
    out: Study,
    names: tuple[str, ...],
    model: Explained,
    wide: tuple[HalfWidth, ...],
    applicable: Applicability,
) -> dict[str, Any]:
    """How the champion, and every candidate, does on blocks that nothing was learned from."""
    service = study.service
    served = out.narrowed(names)
    predicted = model.predict(served.rows)
    width = conformal.half_width(wide, names, served.rows)
    index = applicable.index(served.rows)
    known = np.isfinite(width)
    return {
        "cells": len(out.target),
        "blocks": out.blocks.count,
        **errors(service, predicted, out.target),
        "coverage": round(float(np.mean(np.abs(predicted - out.target)[known] <= width[known])), 4)
        if known.any()
        else None,
        "applicable_share": round(float(np.mean(index <= 1)), 4),
        "table": [
            {
                "candidate": name,
                **errors(service, fit(study.rows, study.target)(out.rows), out.target),
            }
            for name, fit in _fits(study).items()
        ],
    }


def _manifest(
    study: Study,
    chosen: Study,
    verdict: Verdict,
    metrics: Mapping[str, Any],
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        **about(study, chosen.names, meta),
        "metrics": {**verdict.summary, **_interval_summary(metrics["intervals"])},
        "interval_level": round(1 - conformal.ALPHA, 4),
        "champion": verdict.champion,
        "champion_reason": verdict.reason.as_dict(),
        "accepted": verdict.accepted,
        "warnings": warnings(study.service, verdict, metrics),
        "seed": study.seed,
    }


def _interval_summary(intervals: list[dict[str, Any]]) -> dict[str, Any]:
    best = intervals[0] if intervals else {}
    names = ("half_width", "coverage_mean", "coverage_worst")
    return {name: best.get(name) for name in names}
