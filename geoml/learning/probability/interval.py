"""Intervals of a probability that keep their promise: by block, for a block never seen.

What is promised: among the cells of a new block that get about this probability, the share of ones
lies in the interval, in 9 such blocks of 10. Blocks differ by more than chance (one was behind a
dyke, another was not), so this is wider than a confidence interval of the curve.

How: out-of-fold cells of one block and one class of probability are a group; its residual is the
distance between the observed share and the mean probability, on the scale arcsin(sqrt(p)), where
the spread of a share hardly depends on p. The half-width of a class is the conformal quantile over
blocks (``conformal.quantile``); a class of too few blocks joins its neighbour. Between classes it
is interpolated; both ends are then widened until they never fall while the probability rises. So
an interval lies in [0, 1], holds the answer, and moves with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.learning.conformal import ALPHA, quantile
from geoml.learning.inputs import Pattern, holds, only, patterns
from geoml.learning.probability import isotonic
from geoml.learning.probability.candidates import Score
from geoml.learning.probability.curves import Calibration, Curve
from geoml.learning.probability.validation import cross_calibrated
from geoml.learning.study import Study
from geoml.types import Array, Mask

EDGES = (0.1, 0.25, 0.5, 0.75)
_LEAST_CELLS = 5
_LEAST_BLOCKS = round(1 / ALPHA) - 1  # with fewer, no half-width is exact
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Cells of one block and one class together: arrays of one value a group."""

    predicted: Array
    observed: Array
    class_: Labels
    block: Labels
    fold: Labels

    @property
    def residual(self) -> Array:
        """Distance of the observed share, on the arcsine scale."""
        return np.abs(_scale(self.observed) - _scale(self.predicted))

    def at(self, chosen: Mask) -> Groups:
        """Some of the groups."""
        return Groups(**{name: values[chosen] for name, values in self.__dict__.items()})


def calibrate(
    study: Study, models: tuple[Score, ...]
) -> tuple[tuple[Calibration, ...], list[dict[str, Any]]]:
    """One calibration for each pattern of known features, and what ``metrics.json`` says of it."""
    found, told = [], []
    for pattern in patterns(study.service, study.names):
        chosen = holds(pattern, study.names, study.rows)
        if (study.target[chosen] > 0).any():
            one, said = _one(pattern, study, chosen, models)
            found.append(one)
            told.append(said)
    return tuple(found), told


def _one(
    pattern: Pattern, study: Study, chosen: Mask, models: tuple[Score, ...]
) -> tuple[Calibration, dict[str, Any]]:
    truth: Mask = study.target[chosen] > 0
    fold, block = study.blocks.fold[chosen], study.blocks.block[chosen]
    asked, margin = only(pattern, study.names, study.rows[chosen]), np.empty(len(truth))
    for number, model in enumerate(models):
        inside = fold == number
        if inside.any():
            margin[inside] = model(asked[inside])
    curve = isotonic.fit(margin, truth)
    groups = _groups(cross_calibrated(margin, truth, fold), truth, block, fold)
    widths, exact = _half_widths(groups)
    low, high = _ends(curve.probability, widths)
    covered = _covered(groups)
    said = {
        "pattern": list(pattern),
        "coverage_mean": round(float(np.mean(covered)), 4) if covered else None,
        "coverage_worst": round(min(covered), 4) if covered else None,
        "cells": len(truth),
        "blocks": len(np.unique(block)),
        "exact": exact,
        "classes": _told(groups, curve, low, high),
    }
    return Calibration(pattern, curve, low, high), said


def _groups(probability: Array, truth: Mask, block: Labels, fold: Labels) -> Groups:
    """Groups of at least five cells; the largest alone where none has so many."""
    class_ = np.searchsorted(EDGES, probability, side="right")
    key = block * (len(EDGES) + 1) + class_
    _, first, index, size = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    kept = size >= min(_LEAST_CELLS, size.max())
    mean = np.bincount(index, probability) / size
    share = np.bincount(index, truth) / size
    return Groups(mean, share, class_[first], block[first], fold[first]).at(kept)


def _half_widths(groups: Groups) -> tuple[tuple[Array, Array], bool]:
    """Of each class: its place on the arcsine scale and its half-width; whether all are exact."""
    places, widths, exact = [], [], True
    residual = groups.residual
    for inside in _classes(groups):
        wide, enough = quantile(residual[inside], groups.block[inside])
        places.append(float(_scale(groups.predicted[inside]).mean()))
        widths.append(wide)
        exact &= enough
    return (np.array(places), np.array(widths)), exact


def _classes(groups: Groups) -> list[Mask]:
    """Which groups are of each class, by rising probability; a small class joins the one below."""
    found: list[Mask] = []
    for one in np.unique(groups.class_):
        inside = groups.class_ == one
        small = min(_blocks(groups, each) for each in (inside, *found[-1:])) < _LEAST_BLOCKS
        if found and small:
            found[-1] = found[-1] | inside
        else:
            found.append(inside)
    return found


def _blocks(groups: Groups, chosen: Mask) -> int:
    return len(np.unique(groups.block[chosen]))


def _ends(probability: Array, widths: tuple[Array, Array]) -> tuple[Array, Array]:
    """Ends that rise with the probability, six decimals, rounded outward."""
    place = _scale(probability)
    wide = np.interp(place, *widths)
    low = np.minimum.accumulate((place - wide)[::-1])[::-1]
    high = np.maximum.accumulate(place + wide)
    return np.floor(1e6 * _back(low)) / 1e6, np.ceil(1e6 * _back(high)) / 1e6


def _covered(groups: Groups) -> list[float]:
    """Of each fold, the share of groups whose ones lie within the ends that the others give."""
    shares = []
    for one in np.unique(groups.fold):
        inside = groups.fold == one
        if not inside.all():
            widths, _ = _half_widths(groups.at(~inside))
            mine = groups.at(inside)
            order = np.argsort(mine.predicted, kind="stable")
            low, high = _ends(mine.predicted[order], widths)
            seen = mine.observed[order]
            shares.append(float(np.mean((low <= seen) & (seen <= high))))
    return shares


def _told(groups: Groups, curve: Curve, low: Array, high: Array) -> list[dict[str, Any]]:
    """For the card: the mean probability of each class, its interval, its blocks."""
    answer = []
    for inside in _classes(groups):
        middle = float(groups.predicted[inside].mean())
        ends = [float(np.interp(middle, curve.probability, values)) for values in (low, high)]
        answer.append(
            {
                "probability": round(middle, 4),
                "lower": round(ends[0], 4),
                "upper": round(ends[1], 4),
                "blocks": _blocks(groups, inside),
            }
        )
    return answer


def _scale(probability: Array) -> Array:
    """Anscombe's angle of a share, 0 to pi/2, whose variance hardly depends on the share."""
    return np.arcsin(np.sqrt(probability))


def _back(angle: Array) -> Array:
    return np.sin(np.clip(angle, 0.0, np.pi / 2)) ** 2
