"""A learned probability, opened from plain files: text, JSON, no pickle.

``train`` writes ``model.txt``, ``calibration.json``, ``metrics.json`` and ``card.md``; ``load``
opens them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Model, Prediction, Service
from geoml.files import read_json
from geoml.learning.applicability import Applicability
from geoml.learning.inputs import enough, holds, matrix
from geoml.learning.probability import trees
from geoml.learning.probability.curves import Calibration
from geoml.learning.probability.trees import Trees
from geoml.learning.tabular import CALIBRATION, belongs, nothing, spread
from geoml.types import Array, Features

_STILL = 1e-9
"""Log-odds so near to the start that no slope can be told."""


@dataclass(frozen=True)
class ProbabilityModel:
    """Trees, the curves that make their margin a probability, and their area of applicability.

    ``average`` is the probability at the margin ``start`` that contributions start from, that of
    the first part.
    """

    service: Service
    manifest: Mapping[str, Any]
    features: tuple[str, ...]
    trees: Trees
    calibrations: tuple[Calibration, ...]
    applicability: Applicability
    start: float

    @property
    def average(self) -> float:
        """What is answered when every feature is known and none moves it."""
        return float(self.calibrations[0].curve.at(np.array([self.start]))[0])

    def predict(self, features: Features, *, explain: bool = True) -> Prediction:
        """Predict for arrays of shape (n,); see ``geoml.contract.Model``.

        The target is a frequency: of the places that get 0.3, three in ten are ones. The interval
        says what ``geoml.learning.probability.interval`` promises.
        """
        rows = matrix(self.features, features)
        usable = enough(self.service, self.features, rows)
        if usable.all():
            return self._predict(rows, explain)
        return spread(self._predict(rows[usable], explain), usable)

    def _predict(self, rows: Array, explain: bool) -> Prediction:
        names = tuple(part for part in self.trees.parts if part)
        if not len(rows):
            return nothing(self.features if explain else (), self.average, names)
        which, margins = self._which(rows), self.trees.margins(rows)
        target, low, high = self._curves(np.fmax.reduce(margins, axis=1), which)
        told = {part: self._curves(margins[:, i], which) for i, part in enumerate(names)}
        return Prediction(
            target=target,
            lower=low,
            upper=high,
            applicability=self.applicability.index(rows),
            contributions=self._explain(rows, which, target) if explain else {},
            average=self.average,
            parts={part: one[0] for part, one in told.items()},
            part_intervals={part: (one[1], one[2]) for part, one in told.items()},
        )

    def _curves(self, margin: Array, which: NDArray[np.intp]) -> tuple[Array, Array, Array]:
        """Probability and its ends, each row by its own calibration."""
        given, low, high = (np.empty(len(margin)) for _ in range(3))
        for number in np.unique(which):
            one, inside = self.calibrations[number], which == number
            given[inside] = one.curve.at(margin[inside])
            low[inside], high[inside] = one.ends(margin[inside], given[inside])
        return given, low, high

    def _explain(self, rows: Array, which: NDArray[np.intp], target: Array) -> dict[str, Array]:
        moved, start = self.trees.explain(rows)
        from_start, _, _ = self._curves(start, which)
        shared = share_out(moved, rows, target, from_start, self.average)
        return dict(zip(self.features, shared.T, strict=True))

    def _which(self, rows: Array) -> NDArray[np.intp]:
        """Of each row, the calibration of the most features that it knows; else the last one."""
        answer = np.full(len(rows), len(self.calibrations) - 1)
        sizes = [len(one.pattern) for one in self.calibrations]
        for number in sorted(range(len(sizes)), key=lambda one: (sizes[one], -one)):
            answer[holds(self.calibrations[number].pattern, self.features, rows)] = number
        return answer


_: type[Model] = ProbabilityModel


def share_out(margin: Array, rows: Array, target: Array, start: Array, average: float) -> Array:
    """Contributions to a probability, shape (n, features), that add up to ``target - average``.

    ``margin`` holds TreeSHAP contributions to the log-odds, which add up there and not after the
    curve. Each is multiplied by the slope of the curve between the start and the answer,
    ``(target - start) / sum(margin)``, which is never negative: signs and proportions stay. Where
    fewer features are known another curve answers, which starts elsewhere: that difference,
    ``start - average``, is what not knowing does, and the unknown features share it evenly.
    """
    total = margin.sum(axis=1)
    still = np.abs(total) < _STILL
    slope = np.divide(target - start, total, out=np.zeros(len(rows)), where=~still)
    moved: Array = margin * slope[:, None]
    unknown = np.isnan(rows)
    count = unknown.sum(axis=1)
    apart = np.divide(start - average, count, out=np.zeros(len(rows)), where=count > 0)
    moved += np.where(unknown, apart[:, None], 0.0)
    largest = np.abs(margin).argmax(axis=1)  # what rounding leaves goes to the feature that leads
    moved[np.arange(len(rows)), largest] += target - average - moved.sum(axis=1)
    return moved


def train(*given: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401 - passed on
    """Learn a probability; see ``geoml.learning.probability.training.train``.

    Training is loaded by name, so that nothing which only serves can come to import it.
    """
    training = importlib.import_module("geoml.learning.probability.training")
    manifest: dict[str, Any] = training.train(*given, **named)
    return manifest


def load(service: Service, folder: Path, manifest: Mapping[str, Any]) -> ProbabilityModel:
    """Open the model that ``train`` wrote into ``folder``; raises CorruptFile."""
    names = tuple(str(name) for name in manifest["features_used"])
    written = read_json(folder / CALIBRATION)
    found = trees.load(folder, names, manifest.get("parts_from", {}))
    reference = Applicability.from_dict(written["applicability"])
    belongs(reference.names, names, folder)
    calibrations = tuple(Calibration.from_dict(one) for one in written["calibrations"])
    start = start_of(found, len(names))
    return ProbabilityModel(service, manifest, names, found, calibrations, reference, start)


def start_of(found: Trees, features: int) -> float:
    """The log-odds that contributions start from, of the first part."""
    return float(found.explain(np.full((1, features), np.nan))[1][0])
