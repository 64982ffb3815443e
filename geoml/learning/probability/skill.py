"""How well answers tell ones from zeros: ranking, yes or no, and probability.

AUC is the chance that a one ranks above a zero; PR-AUC is the average precision. Of the answers
yes or no: POD (hit rate) = hits / ones, FAR (false-alarm ratio) = false alarms / yes, CSI (critical
success index) = hits / (ones + false alarms). The Brier score is the mean of (p - truth)^2.
Schaefer 1990, doi:10.1175/1520-0434(1990)005<0570:TCSIAA>2.0.CO;2; Brier 1950,
doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2. What is undefined is None.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from geoml.types import Array, Mask

Number: TypeAlias = float | None
BINS = 10


def ranked(score: Array, truth: Mask) -> tuple[Array, Array, Array]:
    """Thresholds, falling, and how many ones and zeros score at least as much."""
    order = np.argsort(-score, kind="stable")
    sorted_score = score[order]
    last = np.append(sorted_score[1:] != sorted_score[:-1], True)
    hits = np.cumsum(truth[order], dtype=np.float64)[last]
    return sorted_score[last], hits, np.arange(1.0, len(score) + 1)[last] - hits


def best_threshold(score: Array, truth: Mask) -> float:
    """Where saying yes to every score at least as large gives the largest CSI."""
    threshold, hits, alarms = ranked(score, truth)
    return float(threshold[np.argmax(hits / (max(truth.sum(), 1) + alarms))])


def ranking(score: Array, truth: Mask) -> dict[str, Number]:
    """``auc`` and ``pr_auc``; None where there is one class only."""
    ones, zeros = int(truth.sum()), int((~truth).sum())
    if not ones or not zeros:
        return {"auc": None, "pr_auc": None}
    _, hits, alarms = ranked(score, truth)
    found, wrong = np.append(0, hits) / ones, np.append(0, alarms) / zeros
    area = float(np.sum(np.diff(wrong) * (found[1:] + found[:-1]) / 2))
    precise = float(np.sum(np.diff(found) * hits / (hits + alarms)))
    return {"auc": short(area), "pr_auc": short(precise)}


def yes_or_no(yes: Mask, truth: Mask) -> dict[str, Number]:
    """``csi``, ``pod`` and ``far``."""
    hits, alarms = int((yes & truth).sum()), int((yes & ~truth).sum())
    misses = int((~yes & truth).sum())
    return {
        "csi": _share(hits, hits + misses + alarms),
        "pod": _share(hits, hits + misses),
        "far": _share(alarms, hits + alarms),
    }


def brier(probability: Array, truth: Mask) -> float:
    """Mean squared distance from the truth."""
    return short(float(np.mean((probability - truth) ** 2)))


def reliability(probability: Array, truth: Mask) -> list[dict[str, Any]]:
    """For each tenth of the probabilities that occurs: how often the ones really came."""
    number = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
    return [
        {
            "from": one / BINS,
            "to": (one + 1) / BINS,
            "cells": int(inside.sum()),
            "predicted": short(float(probability[inside].mean())),
            "observed": short(float(truth[inside].mean())),
        }
        for one in range(BINS)
        if (inside := number == one).any()
    ]


def calibration(probability: Array, truth: Mask) -> dict[str, Any]:
    """``brier_skill`` over always saying the base rate, ``ece`` and the ``reliability`` table.

    The expected calibration error is the mean distance between predicted and observed frequency,
    over the bins of the table, by cells. Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602.
    """
    table, rate = reliability(probability, truth), float(truth.mean())
    off = [one["cells"] * abs(one["predicted"] - one["observed"]) for one in table]
    always = rate * (1 - rate)
    return {
        "brier_skill": short(1 - brier(probability, truth) / always) if always else None,
        "ece": short(sum(off) / len(truth)),
        "reliability": table,
    }


def _share(part: int, whole: int) -> Number:
    return short(part / whole) if whole else None


def short(value: float) -> float:
    """Six decimals, the same on every platform."""
    return round(value, 6)
