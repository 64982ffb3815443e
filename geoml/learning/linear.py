"""A straight line through a few features: the baseline that a model has to beat.

It is served where nothing better was found, from a JSON file that fits on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoml.contract import Service
from geoml.learning.inputs import middle
from geoml.types import Array


@dataclass(frozen=True)
class Linear:
    """``intercept + sum(slope * (x - mean))``; an unknown x is taken as its mean."""

    names: tuple[str, ...]
    mean: Array
    slope: Array
    intercept: float

    def predict(self, rows: Array) -> Array:
        """Target for rows of shape (n, len(names))."""
        answer: Array = self.intercept + self._moved(rows).sum(axis=1)
        return answer

    def explain(self, rows: Array) -> tuple[Array, float]:
        """Contributions of shape (n, len(names)), 0 where the input is unknown; the intercept."""
        return self._moved(rows), self.intercept

    def _moved(self, rows: Array) -> Array:
        with np.errstate(over="ignore"):  # an impossible number far beyond every range
            moved: Array = self.slope * (rows - self.mean)
        return np.where(np.isfinite(moved), moved, 0.0)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` restores it."""
        terms = zip(self.names, self.mean.tolist(), self.slope.tolist(), strict=True)
        return {
            "intercept": self.intercept,
            "terms": [{"feature": n, "mean": m, "slope": s} for n, m, s in terms],
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Linear:
        """The line that ``as_dict`` wrote."""
        terms = document["terms"]
        return cls(
            tuple(t["feature"] for t in terms),
            np.array([t["mean"] for t in terms], dtype=np.float64),
            np.array([t["slope"] for t in terms], dtype=np.float64),
            float(document["intercept"]),
        )


def inputs(service: Service, names: Sequence[str]) -> tuple[str, ...]:
    """The available ones among the features that an answer must at least have."""
    least = {name for group in service.needs_one_of for name in group}
    return tuple(name for name in names if name in least)


def fit(service: Service, names: Sequence[str], rows: Array, target: Array) -> Linear:
    """Least squares over rows of shape (n, len(names)), an unknown input taken as its mean.

    A slope against the direction that the service declares is held at 0, so that the line keeps
    the service's laws too.
    """
    from scipy.optimize import lsq_linear

    mean = middle(rows)
    centred = np.where(np.isfinite(rows), rows - mean, 0.0)
    intercept = float(target.mean())
    ways = [getattr(service.feature(name), "monotone", None) for name in names]
    low = [0.0 if way == "up" else -np.inf for way in ways]
    high = [0.0 if way == "down" else np.inf for way in ways]
    scale = np.maximum(centred.std(axis=0), 1e-12)
    solved = lsq_linear(centred / scale, target - intercept, bounds=(low, high))
    return Linear(tuple(names), mean, np.asarray(solved.x) / scale, intercept)
