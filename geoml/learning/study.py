"""The cells of a training, what the caller says about it, and what every manifest holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

import geoml
from geoml.contract import Samples, Service
from geoml.errors import InvalidArgument, NotEnoughData
from geoml.learning import applicability, blocks
from geoml.learning.applicability import Applicability
from geoml.learning.inputs import enough, matrix
from geoml.learning.samples import needs, some
from geoml.types import Array, Mask

META = ("version", "created", "support_m", "reference", "label")
"""What the caller must say about the training; all of ``meta`` goes into the manifest."""

_LEAST_CELLS = 100


class Explaining(Protocol):
    """What can say how much each feature moved each of its answers."""

    def explain(self, rows: Array) -> tuple[Array, Any]:
        """Contributions of shape (n, features), and what they start from."""


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


def check(meta: Mapping[str, Any], holdout_share: float) -> None:
    """Raises InvalidArgument for a training that is not described, or keeps nothing to learn."""
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


def prepare(
    service: Service,
    samples: Samples,
    seed: int,
    holdout_share: float,
) -> tuple[Study, Study | None]:
    """The cells to learn from, and those kept out of everything; raises NotEnoughData."""
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


def reach(study: Study, model: Explaining, *, least: float = 0.0) -> Applicability:
    """Area of applicability; importance is the mean absolute contribution over 2,000 cells.

    No feature counts less than ``least`` of the most important one.
    """
    rng = np.random.default_rng([study.seed, 4])
    count = min(2000, len(study.rows))
    some = np.sort(rng.choice(len(study.rows), count, replace=False))
    importance = np.abs(model.explain(study.rows[some])[0]).mean(axis=0)
    importance = np.maximum(importance, least * importance.max())
    return applicability.learn(
        study.names, study.rows, importance, study.blocks.fold, seed=study.seed
    )


def about(study: Study, used: tuple[str, ...], meta: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest of any model says about its training and the features it uses."""
    service = study.service
    declared = [one.name for one in service.features]
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
    }
