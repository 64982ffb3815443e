"""Training of a probability: compare, choose, calibrate, write plain files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geoml.contract import Samples, Service
from geoml.errors import InvalidArgument, NotEnoughData
from geoml.files import write_json
from geoml.learning import blocks, conformal
from geoml.learning import samples as cells
from geoml.learning.probability import candidates, report, validation
from geoml.learning.probability.candidates import TREES, Frozen
from geoml.learning.probability.card import card, compared
from geoml.learning.probability.curves import Calibration
from geoml.learning.probability.interval import calibrate
from geoml.learning.probability.model import ProbabilityModel, start_of
from geoml.learning.probability.trees import Parts
from geoml.learning.probability.verdict import Verdict, judge, warnings
from geoml.learning.study import Study, about, check, prepare, reach
from geoml.learning.tabular import CALIBRATION, CARD, METRICS

HALF = 0.5
"""Share of the label's support from which a cell counts as a one."""

_LEAST_OF_EACH, _LEAST_BLOCKS = 20, blocks.FOLDS
_LEAST_WEIGHT = 0.05  # a place that knows only what matters little is still near or far


def train(
    service: Service,
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,
    frozen: Frozen | None = None,
    parts: Parts | None = None,
) -> dict[str, Any]:
    """Compare the candidates, write the champion and its calibration, return the manifest.

    As ``geoml.learning.training.train``, for a service whose ``accept`` has rules. The target is
    the share of a cell, 0 to 1, that is a one; from one half it counts as one. Cells that do not
    know the features of every rule are left out, so that all are compared on the same cells.
    Where the trees do not beat every rule over blocks, and over catchments where the cells say
    theirs, and there is something ``frozen``, that is written. ``parts`` are causes to keep apart,
    each with its own features: the answer is the largest of them
    (``geoml.learning.probability.trees``). Raises NotEnoughData, also with less than 20 ones or
    ones in less than 5 blocks, and InvalidArgument for a target outside 0..1.
    """
    check(meta, holdout_share)
    study, kept_out = _prepare(service, samples, seed, holdout_share)
    tried = candidates.candidates(study, frozen, parts)
    lines, behind = validation.table(tried, study)
    verdict = judge(service, lines)
    metrics = report.metrics(study, behind, lines, verdict.served)
    model: ProbabilityModel | None = None
    if verdict.champion == "baseline" and frozen is not None:
        entries = dict(frozen.write(folder))
    else:
        calibrations, metrics["intervals"] = calibrate(study, behind[TREES, "block"].models)
        model = _fit(study, calibrations, parts or {})
        entries = _write(folder, model, parts or {})
    if kept_out is not None:
        metrics["holdout"] = report.holdout(study, kept_out, tried, behind, model)
    used = tuple(entries.pop("features_used", study.names))
    said = [*entries.pop("warnings", ()), *warnings(service, verdict, metrics)]
    manifest = {**_manifest(study, used, verdict, metrics, meta), **entries, "warnings": said}
    write_json(folder / METRICS, metrics)
    _write_card(folder, service, manifest, metrics)
    return manifest


def _prepare(
    service: Service, samples: Samples, seed: int, holdout_share: float
) -> tuple[Study, Study | None]:
    """Cells whose target is 0 or 1 and that every rule can judge; ones even over the folds."""
    known = np.isfinite(samples.target)
    for rule in service.accept.rules:
        known &= np.isfinite(samples.features.get(rule.feature, np.full(len(known), np.nan)))
    kept = cells.some(samples, known)
    wrong = kept.target[(kept.target < 0) | (kept.target > 1)]
    if len(wrong):
        raise InvalidArgument(
            "a target that is no share of ones",
            where=", ".join(samples.areas),
            expected="0 to 1",
            got=f"{wrong[0]:g}",
        )
    kept = replace(kept, target=(kept.target >= HALF).astype(np.float64))
    _enough(service, kept)
    study, out = prepare(service, kept, seed, holdout_share)
    _enough(service, study.samples, len(np.unique(study.blocks.block[study.target > 0])))
    return _dealt(study), out


def _dealt(study: Study) -> Study:
    """The study with folds that share the ones as evenly as the cells."""
    fold = validation.dealt(study.blocks.block, study.target > 0, seed=study.seed)
    return replace(study, blocks=replace(study.blocks, fold=fold))


def _enough(service: Service, samples: Samples, in_blocks: int | None = None) -> None:
    ones = int((samples.target > 0).sum())
    zeros = len(samples.target) - ones
    few = in_blocks is not None and in_blocks < _LEAST_BLOCKS
    if min(ones, zeros) < _LEAST_OF_EACH or few:
        needed = " and ".join(rule.feature for rule in service.accept.rules)
        raise NotEnoughData(
            "too few cells of either kind to learn a probability",
            where=", ".join(samples.areas),
            expected=f"{_LEAST_OF_EACH} cells with and {_LEAST_OF_EACH} without, that know "
            f"{needed}, those with in {_LEAST_BLOCKS} or more blocks",
            got=f"{ones} with, in {in_blocks or 'some'} blocks, and {zeros} without",
            next_step="use a label and an area that hold more of both, or train on several areas",
        )


def _fit(study: Study, calibrations: tuple[Calibration, ...], parts: Parts) -> ProbabilityModel:
    """The trees of all cells of the study, with the curves of those that did not see them."""
    trees = candidates.trees(study, parts)
    start = start_of(trees, len(study.names))
    return ProbabilityModel(
        study.service,
        {},
        study.names,
        trees,
        calibrations,
        reach(study, trees, least=_LEAST_WEIGHT),
        start,
    )


def _write(folder: Path, model: ProbabilityModel, parts: Parts) -> dict[str, Any]:
    """Write the learned model; what the manifest says of its kind."""
    level = round(1 - conformal.ALPHA, 4)
    calibration = {
        "calibrations": [one.as_dict() for one in model.calibrations],
        "applicability": model.applicability.as_dict(),
        "level": level,
        "format": 1,
    }
    model.trees.save(folder)
    write_json(folder / CALIBRATION, calibration)
    kept = {"parts_from": {part: list(chosen) for part, chosen in parts.items()}} if parts else {}
    return {"score_kind": "probability", "interval_level": level, **kept}


def _write_card(
    folder: Path, service: Service, manifest: Mapping[str, Any], metrics: Mapping[str, Any]
) -> None:
    """The card; where something frozen brought its own, the comparison stands below that."""
    path = folder / CARD
    if path.exists():
        own = path.read_text(encoding="utf-8")
        text = f"{own}\n{compared(manifest, metrics)}\n"
    else:
        text = card(service, manifest, metrics)
    path.write_text(text, encoding="utf-8")


def _manifest(
    study: Study,
    used: tuple[str, ...],
    verdict: Verdict,
    metrics: Mapping[str, Any],
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    calibration, intervals = metrics["calibration"], metrics["intervals"]
    learned = (
        {}
        if verdict.champion == "baseline"
        else {
            "brier_skill": calibration["brier_skill"],
            "ece": calibration["ece"],
            "threshold": metrics["threshold"],
            "coverage_mean": intervals[0]["coverage_mean"],
            "coverage_worst": intervals[0]["coverage_worst"],
        }
    )
    return {
        **about(study, used, meta),
        "metrics": {**verdict.summary, **learned},
        "champion": verdict.champion,
        "champion_reason": verdict.reason.as_dict(),
        "accepted": verdict.accepted,
        "seed": study.seed,
    }
