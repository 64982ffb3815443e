"""The models that are tried, all through one door: rows in, target out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from geoml.contract import Service
from geoml.errors import MissingExtra
from geoml.learning import boosting, linear
from geoml.learning.inputs import middle
from geoml.types import Array

Predict = Callable[[Array], Array]
Fit = Callable[[Array, Array], Predict]
"""Learn from rows of shape (n, features) and targets of shape (n,)."""


def candidates(service: Service, names: tuple[str, ...], seed: int) -> Mapping[str, Fit]:
    """Name -> how to fit it. The line carries the name of the service's baseline."""
    return {
        "lightgbm": partial(_boosted, service, names, seed),
        "random_forest": partial(_forest, seed),
        service.accept.baseline: partial(_line, service, names),
        "mean": _mean,
    }


def _boosted(
    service: Service, names: tuple[str, ...], seed: int, rows: Array, target: Array
) -> Predict:
    return boosting.fit(service, names, rows, target, seed=seed).predict


def _line(service: Service, names: tuple[str, ...], rows: Array, target: Array) -> Predict:
    used = linear.inputs(service, names)
    columns = [names.index(name) for name in used]
    line = linear.fit(service, used, rows[:, columns], target)
    return lambda asked: line.predict(asked[:, columns])


def _forest(seed: int, rows: Array, target: Array) -> Predict:
    """The classic that every table compares with; it is never served.

    Unknown inputs are put at their median. Each tree sees at most 20,000 rows and has at most 512
    leaves, so that a large town does not wait for a comparison.
    """
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ImportError as error:
        raise MissingExtra.of("learn", "scikit-learn") from error
    usual = middle(rows, np.median)
    model = RandomForestRegressor(
        n_estimators=100,
        max_leaf_nodes=512,
        min_samples_leaf=5,
        max_features=1 / 3,
        max_samples=min(len(rows), 20_000),
        n_jobs=2 if len(rows) > 5000 else 1,
        random_state=seed,
    )
    model.fit(np.where(np.isfinite(rows), rows, usual), target)
    model.set_params(n_jobs=1)  # with threads the trees are summed in the order they finish

    def predict(asked: Array) -> Array:
        answer: Array = model.predict(np.where(np.isfinite(asked), asked, usual))
        return answer

    return predict


def _mean(rows: Array, target: Array) -> Predict:  # noqa: ARG001 - the mean looks at no input
    average = float(target.mean())
    return lambda asked: np.full(len(asked), average)
