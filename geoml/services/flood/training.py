"""Training where a town has a label, and opening whatever it kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoml.contract import Model, Samples, Service
from geoml.errors import NotEnoughData
from geoml.files import write_json
from geoml.learning.probability.skill import short, yes_or_no

from . import learned
from .anchors import FROZEN
from .frozen import BASELINE, freeze, thaw
from .index import FloodIndex

METRICS = "metrics.json"
HALF = 0.5
_LEAST_CELLS = 100


def train(
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,
) -> dict[str, Any]:
    """Learn from the label, keep the baseline where that is no better; see ``contract.Train``.

    A label that is too small to learn from still says how well the baseline does. Raises
    NotEnoughData for one that is smaller yet, or all flooded, or all dry.
    """
    service = _service()
    # What the label counts as flooded is no reference of an index that learned nothing from it.
    about = {name: value for name, value in meta.items() if name != "reference"}

    def keep(where: Path) -> dict[str, Any]:
        return freeze(service, where, {**_told(service, samples, seed), **about})

    try:
        return learned.learn(
            service,
            samples,
            folder,
            keep,
            meta=meta,
            seed=seed,
            holdout_share=holdout_share,
        )
    except NotEnoughData:
        return _measure(service, samples, folder, {**_told(service, samples, seed), **about})


def load(folder: Path, manifest: Mapping[str, Any]) -> Model:
    """Open what ``train`` kept, or what ships."""
    service = _service()
    if manifest.get("champion", BASELINE) == BASELINE:
        return thaw(service, folder, manifest)
    return learned.load(service, folder, manifest)


def _told(service: Service, samples: Samples, seed: int) -> dict[str, Any]:
    missing = [one.name for one in service.features if one.name not in samples.features]
    return {"areas": list(samples.areas), "features_missing": missing, "seed": seed}


def _measure(
    service: Service, samples: Samples, folder: Path, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep the baseline and say how well its middle agrees with the label."""
    found = FloodIndex(service, {}, FROZEN).predict(samples.features, explain=False).target
    known = np.isfinite(found) & np.isfinite(samples.target)
    said, wet = found[known] >= HALF, samples.target[known] >= HALF
    if len(wet) < _LEAST_CELLS or wet.all() or not wet.any():
        raise NotEnoughData(
            "too little flooded or dry ground to compare with",
            where=", ".join(samples.areas),
            expected=f"at least {_LEAST_CELLS} cells with a label, some flooded and some dry",
            got=f"{len(wet)} cells, {int(wet.sum())} of them flooded",
            next_step=f"geoml run {service.name} --area AREA --model champion needs no label",
        )
    line = {**yes_or_no(said, wet), "base_rate": short(float(wet.mean()))}
    metrics = {
        "validation": {"cells": len(wet)},
        "table": [{"candidate": BASELINE, "scheme": "all", "optimistic": False, **line}],
        "baseline": {"candidate": BASELINE, "features": list(FROZEN.features)},
        "format": 1,
    }
    write_json(folder / METRICS, metrics)
    return freeze(service, folder, {**told, "metrics": line})


def _service() -> Service:
    from .service import SERVICE

    return SERVICE
