"""How good each candidate is where it did not learn, in one table.

The headline is the error over spatial blocks; with several areas also over whole areas left out.
A random split is printed beside it and called optimistic: neighbours leak into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Samples, Service
from geoml.learning.blocks import Blocks
from geoml.learning.candidates import Fit, Predict
from geoml.types import Array

Folds = NDArray[np.intp]


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of models that did not see the cell, and those models, one a fold."""

    predicted: Array
    models: tuple[Predict, ...]


def out_of_fold(fit: Fit, rows: Array, target: Array, fold: Folds) -> OutOfFold:
    """Fit once without each fold, predict that fold."""
    predicted = np.full(len(rows), np.nan)
    models = []
    for one in range(int(fold.max()) + 1):
        model = fit(rows[fold != one], target[fold != one])
        predicted[fold == one] = model(rows[fold == one])
        models.append(model)
    return OutOfFold(predicted, tuple(models))


def errors(service: Service, predicted: Array, target: Array) -> dict[str, float]:
    """``rmse_<unit>``, ``mae_<unit>``, ``bias_<unit>`` and ``r2`` (against the overall mean).

    Bias is predicted minus observed. ``r2`` is 0 where the target does not vary.
    """
    unit = service.target.unit.lower()
    off = predicted - target
    spread = float(np.sum((target - target.mean()) ** 2))
    return {
        f"rmse_{unit}": _short(float(np.sqrt(np.mean(off**2)))),
        f"mae_{unit}": _short(float(np.mean(np.abs(off)))),
        f"bias_{unit}": _short(float(np.mean(off))),
        "r2": _short(1 - float(np.sum(off**2)) / spread) if spread > 0 else 0.0,
    }


def table(
    service: Service,
    tried: Mapping[str, Fit],
    rows: Array,
    target: Array,
    schemes: Mapping[str, Folds],
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], OutOfFold]]:
    """One line for each candidate and scheme, and the predictions behind each line."""
    lines, behind = [], {}
    for scheme, fold in schemes.items():
        for name, fit in tried.items():
            found = out_of_fold(fit, rows, target, fold)
            line = {"candidate": name, "scheme": scheme, "optimistic": scheme == "random"}
            lines.append({**line, **errors(service, found.predicted, target)})
            behind[name, scheme] = found
    return lines, behind


def schemes(samples: Samples, blocks: Blocks, *, seed: int = 0) -> dict[str, Folds]:
    """Block folds, whole areas where there are several, and the optimistic random split."""
    k = int(blocks.fold.max()) + 1
    found = {"block": blocks.fold}
    present, area = np.unique(samples.area, return_inverse=True)
    if len(present) > 1:
        found["area"] = area.astype(np.intp)
    rng = np.random.default_rng([seed, 2])
    found["random"] = rng.permutation(np.arange(len(samples.target)) % k).astype(np.intp)
    return found


def by_fold(
    service: Service, predicted: Array, target: Array, blocks: Blocks
) -> list[dict[str, Any]]:
    """Errors of each fold of the block scheme."""
    return [
        {
            "fold": one,
            "cells": int(inside.sum()),
            "blocks": len(np.unique(blocks.block[inside])),
            **errors(service, predicted[inside], target[inside]),
        }
        for one in range(int(blocks.fold.max()) + 1)
        if (inside := blocks.fold == one).any()
    ]


def worst_block(
    service: Service, predicted: Array, samples: Samples, blocks: Blocks, *, least: int = 20
) -> dict[str, Any]:
    """The block with the largest error among those with ``least`` cells: where it is, how bad."""
    sizes = np.bincount(blocks.block)
    numbers = np.flatnonzero(sizes >= min(least, sizes.max()))

    def squared(number: int) -> float:
        inside = blocks.block == number
        return float(np.mean((predicted[inside] - samples.target[inside]) ** 2))

    inside = blocks.block == max(numbers.tolist(), key=squared)
    return {
        "area": samples.areas[int(samples.area[inside][0])],
        "cells": int(inside.sum()),
        "easting_m": _span(samples.easting_m[inside], np.mean),
        "northing_m": _span(samples.northing_m[inside], np.mean),
        **errors(service, predicted[inside], samples.target[inside]),
    }


def _span(values: Array, of: Callable[[Array], Any]) -> float:
    return round(float(of(values)), 1)


def _short(value: float) -> float:
    """Six decimals: more than the error bar of any metric, and the same on every platform."""
    return round(value, 6)
