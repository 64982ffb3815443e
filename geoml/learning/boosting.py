"""Gradient-boosted trees from LightGBM, monotone where the service says so, saved as text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from geoml.contract import Service
from geoml.errors import CorruptFile, MissingExtra
from geoml.learning.inputs import with_forgetting
from geoml.types import Array

ROUNDS, LEAVES, RATE = 250, 16, 0.08
_FEW_ROWS = 512
_THREADS = min(4, os.cpu_count() or 1)


class Boosting:
    """A trained booster; predictions are safe from many threads at once."""

    def __init__(self, booster: Any) -> None:  # noqa: ANN401 - lightgbm has no types
        self._booster = booster

    def predict(self, rows: Array) -> Array:
        """Target for rows of shape (n, features), float64."""
        answer: Array = self._booster.predict(rows, num_threads=_threads(rows))
        return answer

    def margin(self, rows: Array) -> Array:
        """The sum of the trees, which is the log-odds where a probability was learned."""
        answer: Array = self._booster.predict(rows, num_threads=_threads(rows), raw_score=True)
        return answer

    def explain(self, rows: Array) -> tuple[Array, float]:
        """TreeSHAP contributions of shape (n, features), and the average they start from.

        Both are of the ``margin``, which is the target where no probability was learned.
        Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9.
        """
        both: Array = self._booster.predict(rows, num_threads=_threads(rows), pred_contrib=True)
        return both[:, :-1], float(both[0, -1])

    def save(self, path: Path) -> None:
        """Write LightGBM's own text format."""
        path.write_text(self._booster.model_to_string(), encoding="utf-8")


def load(path: Path) -> Boosting:
    """Open a model that ``Boosting.save`` wrote."""
    lightgbm = _lightgbm()
    text = path.read_text(encoding="utf-8")
    try:
        return Boosting(lightgbm.Booster(model_str=text))
    except lightgbm.basic.LightGBMError as error:
        raise CorruptFile("not a LightGBM model", where=str(path), got=str(error)) from error


def fit(
    service: Service,
    names: Sequence[str],
    rows: Array,
    target: Array,
    *,
    seed: int = 0,
    weight: Array | None = None,
    objective: Literal["regression", "binary"] = "regression",
) -> Boosting:
    """Train on rows of shape (n, len(names)); the same input gives the same trees.

    ``binary`` learns the log-odds of a target that is 0 or 1.

    The method of the monotone constraints is ``basic``: the looser ones fit a little better but
    have open reports of broken constraints (LightGBM issue 6155).
    """
    lightgbm = _lightgbm()
    ways = {"up": 1, "down": -1}
    params = {
        "objective": objective,
        "learning_rate": RATE,
        "num_leaves": LEAVES,
        "min_data_in_leaf": int(np.clip(len(rows) // 200, 10, 200)),
        "lambda_l2": 1.0,
        "feature_fraction": 0.8,
        "monotone_constraints": [
            ways.get(getattr(service.feature(name), "monotone", None) or "", 0) for name in names
        ],
        "monotone_constraints_method": "basic",
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if len(rows) > 20_000 else 1,  # the trees are the same, the wait is not
        "seed": seed,
        "verbosity": -1,
    }
    rounds = ROUNDS if objective == "regression" else ROUNDS // 2  # log-odds only grow surer
    x, y, w = with_forgetting(service, names, rows, target, seed, weight)
    data = lightgbm.Dataset(x, y, weight=w, feature_name=list(names), params=params)
    return Boosting(lightgbm.train(params, data, num_boost_round=rounds))


def _threads(rows: Array) -> int:
    """One thread for a handful of rows: waking the others takes longer than the work."""
    return 1 if len(rows) < _FEW_ROWS else _THREADS


def _lightgbm() -> Any:  # noqa: ANN401 - lightgbm has no types
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtra.of("serve", "lightgbm") from error
    return lightgbm
