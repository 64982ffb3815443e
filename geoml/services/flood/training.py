"""Training where a town has a label, and opening whatever it kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoml.contract import Model, Samples
from geoml.errors import NotEnoughData
from geoml.files import write_json
from geoml.types import Mask

from .anchors import FROZEN
from .frozen import freeze, thaw
from .index import FloodIndex

if TYPE_CHECKING:
    from geoml.contract import Service

METRICS = "metrics.json"
HALF = 0.5
_LEAST_CELLS = 100


def train(
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,  # noqa: ARG001 - nothing is learned, so everything is held out
) -> dict[str, Any]:
    """Keep the baseline and say how well it does on the label; see ``geoml.contract.Train``."""
    service = _service()
    wet = samples.target >= HALF
    known = np.isfinite(samples.target)
    if known.sum() < _LEAST_CELLS or not (wet[known].any() and (~wet[known]).any()):
        raise NotEnoughData(
            "too little flooded or dry ground to compare with",
            where=", ".join(samples.areas),
            expected=f"at least {_LEAST_CELLS} cells with a label, some flooded and some dry",
            got=f"{int(known.sum())} cells, {int(wet[known].sum())} of them flooded",
            next_step=f"geoml run {service.name} --area AREA --model champion needs no label",
        )
    line = _measured(service, samples, wet)
    metrics = {
        "validation": {"cells": int(known.sum())},
        "table": [{"candidate": "baseline", "scheme": "all", "optimistic": False, **line}],
        "baseline": {"candidate": "baseline", "features": list(FROZEN.features)},
        "format": 1,
    }
    write_json(folder / METRICS, metrics)
    missing = [one.name for one in service.features if one.name not in samples.features]
    told = {"areas": list(samples.areas), "features_missing": missing, "seed": seed}
    return freeze(service, folder, {**told, **meta, "metrics": line})


def load(folder: Path, manifest: Mapping[str, Any]) -> Model:
    """Open what ``train`` kept, or what ships."""
    return thaw(_service(), folder, manifest)


def _measured(service: Service, samples: Samples, wet: Mask) -> dict[str, float]:
    """How the middle of the index agrees with the label, over every cell that has an answer."""
    found = FloodIndex(service, {}, FROZEN).predict(samples.features, explain=False).target
    known = np.isfinite(found) & np.isfinite(samples.target)
    return agreement(found[known] >= HALF, wet[known])


def agreement(said: Mask, wet: Mask) -> dict[str, float]:
    """Critical success index, hit rate, false-alarm ratio and base rate; NaN-free where either
    side knows a flooded cell.

    Wilks 2011, Statistical Methods in the Atmospheric Sciences, chapter 8.
    """
    hits, misses, alarms = (float(np.sum(one)) for one in (said & wet, ~said & wet, said & ~wet))
    return {
        "csi": round(hits / max(hits + misses + alarms, 1.0), 4),
        "hit_rate": round(hits / max(hits + misses, 1.0), 4),
        "false_alarm_ratio": round(alarms / max(hits + alarms, 1.0), 4),
        "base_rate": round(float(np.mean(wet)), 4),
    }


def _service() -> Service:
    from .service import SERVICE

    return SERVICE
