"""A trained tabular model, opened from plain files: text, JSON, no pickle.

``train`` writes ``model.txt`` (LightGBM) or ``linear.json``, ``calibration.json``,
``metrics.json`` and ``card.md``; ``load`` opens them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from geoml.contract import Model, Prediction, Samples, Service
from geoml.errors import CorruptFile
from geoml.files import read_json
from geoml.learning import boosting, conformal
from geoml.learning.applicability import Applicability
from geoml.learning.conformal import HalfWidth
from geoml.learning.inputs import enough, matrix
from geoml.learning.linear import Linear
from geoml.types import Array, Features

BOOSTED, LINE, CALIBRATION = "model.txt", "linear.json", "calibration.json"
METRICS, CARD = "metrics.json", "card.md"


class Explained(Protocol):
    """What both kinds of model can do, on rows of shape (n, features)."""

    def predict(self, rows: Array) -> Array:
        """Target of shape (n,)."""

    def explain(self, rows: Array) -> tuple[Array, float]:
        """Contributions of shape (n, features) and the average they start from."""


@dataclass(frozen=True)
class TabularModel:
    """A model with its intervals and its area of applicability."""

    service: Service
    manifest: Mapping[str, Any]
    features: tuple[str, ...]
    trained: Explained
    half_widths: tuple[HalfWidth, ...]
    applicability: Applicability
    average: float

    def predict(self, features: Features, *, explain: bool = True) -> Prediction:
        """Predict for arrays of shape (n,); see ``geoml.contract.Model``."""
        rows = matrix(self.features, features)
        usable = enough(self.service, self.features, rows)
        if usable.all():
            return self._predict(rows, explain)
        return spread(self._predict(rows[usable], explain), usable)

    def _predict(self, rows: Array, explain: bool) -> Prediction:
        if not len(rows):
            return nothing(self.features if explain else (), self.average)
        target = self.trained.predict(rows)
        wide = conformal.half_width(self.half_widths, self.features, rows)
        parts = self.trained.explain(rows)[0] if explain else np.empty((len(rows), 0))
        return Prediction(
            target=target,
            lower=target - wide,
            upper=target + wide,
            applicability=self.applicability.index(rows),
            contributions=dict(zip(self.features, parts.T, strict=False)),
            average=self.average,
        )


_: type[Model] = TabularModel


def train(
    service: Service,
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,
) -> dict[str, Any]:
    """Train a service on samples; see ``geoml.learning.training.train``.

    Training is loaded by name, so that nothing which only serves can come to import scikit-learn.
    """
    training = importlib.import_module("geoml.learning.training")
    manifest: dict[str, Any] = training.train(
        service, samples, folder, meta=meta, seed=seed, holdout_share=holdout_share
    )
    return manifest


def load(service: Service, folder: Path, manifest: Mapping[str, Any]) -> TabularModel:
    """Open the model that ``train`` wrote into ``folder``; raises CorruptFile."""
    names = tuple(str(name) for name in manifest["features_used"])
    calibration = read_json(folder / CALIBRATION)
    trained: Explained
    if manifest["champion"] == "lightgbm":
        trained = boosting.load(folder / BOOSTED)
    else:
        trained = Linear.from_dict(read_json(folder / LINE))
    reference = Applicability.from_dict(calibration["applicability"])
    belongs(reference.names, names, folder)
    wide = conformal.from_dicts(calibration["half_widths"])
    _, average = trained.explain(np.full((1, len(names)), np.nan))
    return TabularModel(service, manifest, names, trained, wide, reference, average)


def belongs(found: tuple[str, ...], names: tuple[str, ...], folder: Path) -> None:
    """Raises CorruptFile where a calibration was made for other features than the manifest's."""
    if found != names:
        raise CorruptFile(
            "the calibration belongs to another model",
            where=str(folder / CALIBRATION),
            expected=", ".join(names),
            got=", ".join(found),
            next_step="train again",
        )


def nothing(names: tuple[str, ...], average: float, parts: tuple[str, ...] = ()) -> Prediction:
    """The answers for no place at all."""
    none = np.empty(0)
    return Prediction(
        none,
        none,
        none,
        none,
        dict.fromkeys(names, none),
        average,
        parts=dict.fromkeys(parts, none),
        part_intervals=dict.fromkeys(parts, (none, none)),
    )


def spread(found: Prediction, usable: np.ndarray[Any, np.dtype[np.bool_]]) -> Prediction:
    """The answers back in their places, NaN in the others."""

    def wide(values: Array) -> Array:
        out = np.full(len(usable), np.nan)
        out[usable] = values
        return out

    return Prediction(
        target=wide(found.target),
        lower=wide(found.lower),
        upper=wide(found.upper),
        applicability=wide(found.applicability),
        contributions={name: wide(parts) for name, parts in found.contributions.items()},
        average=found.average,
        parts={name: wide(part) for name, part in found.parts.items()},
        part_intervals={
            name: (wide(low), wide(high)) for name, (low, high) in found.part_intervals.items()
        },
    )
