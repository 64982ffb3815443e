"""Training of a tabular service: compare, choose, calibrate, write plain files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import geoml
from geoml.contract import Samples, Service
from geoml.errors import InvalidArgument, NotEnoughData
from geoml.files import write_json
from geoml.learning import applicability, blocks, boosting, conformal, linear
from geoml.learning.applicability import Applicability
from geoml.learning.candidates import Fit, candidates
from geoml.learning.card import card
from geoml.learning.conformal import HalfWidth
from geoml.learning.inputs import enough, matrix
from geoml.learning.samples import needs, some
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
from geoml.types import Array, Mask

META = ("version", "created", "support_m", "reference", "label")
"""What the caller must say about the training; all of ``meta`` goes into the manifest."""

_LEAST_CELLS = 100


@dataclass(frozen=True)
class Study:
    """Cells to learn from: rows of features, target, place, blocks; all of the same length."""

    service: Service
    names: tuple[str, ...]
    rows: Array
    samples: Samples
    blocks: blocks.Blocks
    seed: int

    @property
    def target(self) -> Array:
        """Target of each cell."""
        return self.samples.target

    def at(self, chosen: Mask) -> Study:
        """The study of some of the cells."""
        return replace(
            self,
            rows=self.rows[chosen],
            samples=some(self.samples, chosen),
            blocks=self.blocks.at(chosen),
        )

    def narrowed(self, names: tuple[str, ...]) -> Study:
        """The study with some of the features."""
        columns = [self.names.index(name) for name in names]
        return replace(self, names=names, rows=self.rows[:, columns])

    def fits(self) -> Mapping[str, Fit]:
        """The candidates, for these features."""
        return candidates(self.service, self.names, self.seed)


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
    _check(meta, holdout_share)
    study, kept_out = _prepare(service, samples, seed, holdout_share)
    lines, behind = table(
        service,
        study.fits(),
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
    reach = _reach(chosen, model)
    calibration = {
        "half_widths": [one.as_dict() for one in wide],
        "applicability": reach.as_dict(),
        "level": round(1 - conformal.ALPHA, 4),
        "format": 1,
    }
    write_json(folder / CALIBRATION, calibration)
    metrics = _metrics(study, chosen, found, lines, calibration["half_widths"])
    if kept_out is not None:
        metrics["holdout"] = _holdout(study, kept_out, chosen.names, model, wide, reach)
    manifest = _manifest(study, chosen, verdict, metrics, meta)
    write_json(folder / METRICS, metrics)
    (folder / CARD).write_text(card(service, manifest, metrics), encoding="utf-8")
    return manifest


def _check(meta: Mapping[str, Any], holdout_share: float) -> None:
    missing = [name for name in META if name not in meta]
    if missing:
        raise InvalidArgument(
            "training is not described",
            expected="meta with " + ", ".join(META),
            got=f"meta without {', '.join(missing)}",
        )
    if not 0 <= holdout_share <= 0.8:
        raise InvalidArgument(
            "not a share of blocks to keep out",
            where="holdout",
            expected="0 to 0.8",
            got=f"{holdout_share:g}",
        )


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


def _prepare(
    service: Service, samples: Samples, seed: int, holdout_share: float
) -> tuple[Study, Study | None]:
    """The cells to learn from, and those kept out of everything."""
    names = _available(service, samples)
    rows = matrix(names, samples.features)
    usable = enough(service, names, rows) & np.isfinite(samples.target)
    if not service.enough(names) or usable.sum() < _LEAST_CELLS:
        raise NotEnoughData(
            "too few training cells",
            where=", ".join(samples.areas),
            expected=f"at least {_LEAST_CELLS} cells that know {needs(service)}",
            got=f"{int(usable.sum())} cells with {', '.join(names) or 'no feature'}",
            next_step=f"ingest more sources, use a larger area, or take the model of another "
            f"town: geoml run {service.name} --area AREA --model champion",
        )
    samples = some(samples, usable)
    least = math.ceil(blocks.LEAST_BLOCKS / (1 - holdout_share))
    laid = blocks.lay(samples, seed=seed, least=least)
    study = Study(service, names, rows[usable], samples, laid, seed)
    if not holdout_share:
        return study, None
    out = blocks.held_out(laid, holdout_share, seed=seed)
    return study.at(~out), study.at(out)


def _available(service: Service, samples: Samples) -> tuple[str, ...]:
    """Features known in at least one cell of twenty; a model cannot learn from fewer."""
    return tuple(
        one.name
        for one in service.features
        if one.name in samples.features and np.isfinite(samples.features[one.name]).mean() >= 0.05
    )


def _served(
    study: Study, verdict: Verdict, behind: Mapping[tuple[str, str], OutOfFold]
) -> tuple[Study, OutOfFold]:
    """The study with the champion's own features, and its block-fold predictions."""
    if verdict.champion == "lightgbm":
        return study, behind["lightgbm", "block"]
    line = study.narrowed(linear.inputs(study.service, study.names))
    fit = line.fits()[study.service.accept.baseline]
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


def _reach(study: Study, model: Explained) -> Applicability:
    """Area of applicability; importance is the mean absolute contribution over 2,000 cells."""
    rng = np.random.default_rng([study.seed, 4])
    count = min(2000, len(study.rows))
    some = np.sort(rng.choice(len(study.rows), count, replace=False))
    importance = np.abs(model.explain(study.rows[some])[0]).mean(axis=0)
    return applicability.learn(
        study.names, study.rows, importance, study.blocks.fold, seed=study.seed
    )


def _holdout(
    study: Study,
    out: Study,
    names: tuple[str, ...],
    model: Explained,
    wide: tuple[HalfWidth, ...],
    reach: Applicability,
) -> dict[str, Any]:
    """How the champion, and every candidate, does on blocks that nothing was learned from."""
    service = study.service
    served = out.narrowed(names)
    predicted = model.predict(served.rows)
    width = conformal.half_width(wide, names, served.rows)
    index = reach.index(served.rows)
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
            for name, fit in study.fits().items()
        ],
    }


def _manifest(
    study: Study,
    chosen: Study,
    verdict: Verdict,
    metrics: Mapping[str, Any],
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    service = study.service
    used, declared = chosen.names, [one.name for one in service.features]
    return {
        "synthetic": False,
        "code_version": geoml.__version__,
        "areas": list(study.samples.areas),
        **meta,
        "service": service.name,
        "features_used": list(used),
        "features_unused": [name for name in study.names if name not in used],
        "features_missing": [name for name in declared if name not in study.names],
        "target": service.target.name,
        "unit": service.target.unit,
        "score_version": service.score.version,
        "metrics": {**verdict.summary, **_interval_summary(metrics["intervals"])},
        "interval_level": round(1 - conformal.ALPHA, 4),
        "champion": verdict.champion,
        "champion_reason": verdict.reason.as_dict(),
        "accepted": verdict.accepted,
        "warnings": warnings(service, verdict, metrics),
        "seed": study.seed,
    }


def _interval_summary(intervals: list[dict[str, Any]]) -> dict[str, Any]:
    best = intervals[0] if intervals else {}
    names = ("half_width", "coverage_mean", "coverage_worst")
    return {name: best.get(name) for name in names}
