"""Rows of features as a matrix, and which of them are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Service
from geoml.types import Array, Features, Mask

Pattern = tuple[str, ...]
"""Names of the features that are known together."""


def matrix(names: Sequence[str], features: Features) -> Array:
    """Shape (n, len(names)), float64; a feature that is absent or not finite is NaN."""
    rows = max((np.size(values) for values in features.values()), default=0)
    out = np.full((rows, len(names)), np.nan)
    for column, name in enumerate(names):
        if name in features:
            out[:, column] = features[name]
    out[np.isinf(out)] = np.nan
    return out


def enough(service: Service, names: Sequence[str], rows: Array) -> Mask:
    """Rows of shape (n, len(names)) that know what ``Service.needs_one_of`` asks for."""
    known = np.isfinite(rows)
    answer = np.ones(len(rows), bool)
    for group in service.needs_one_of:
        columns = [names.index(name) for name in group if name in names]
        answer &= np.logical_or.reduce(known[:, columns], axis=1)
    return answer


def patterns(service: Service, names: Sequence[str]) -> tuple[Pattern, ...]:
    """Sets of known features that a model is trained and calibrated for, the fullest first.

    All of them, the service's ``input_sets`` as far as they are available, and the least.
    """
    least = needed(service, names)
    sets = [tuple(names), *service.input_sets, *product(*least)]
    found: dict[Pattern, None] = {}
    for one in sets:
        kept = tuple(name for name in names if name in one)
        if all(any(name in kept for name in group) for group in least):
            found[kept] = None
    return tuple(found)


def needed(service: Service, names: Sequence[str]) -> tuple[Pattern, ...]:
    """The groups of ``Service.needs_one_of`` as far as they are among the names.

    Where only some causes are asked about, only their groups are; all names where none is.
    """
    groups = (tuple(n for n in group if n in names) for group in service.needs_one_of)
    return tuple(group for group in groups if group) or (tuple(names),)


def holds(pattern: Pattern, names: Sequence[str], rows: Array) -> Mask:
    """Rows in which every feature of the pattern is known."""
    columns = [names.index(name) for name in pattern]
    answer: Mask = np.logical_and.reduce(np.isfinite(rows[:, columns]), axis=1)
    return answer


def only(pattern: Pattern, names: Sequence[str], rows: Array) -> Array:
    """A copy of the rows in which nothing but the pattern is known."""
    kept = np.array([name in pattern for name in names])
    answer: Array = np.where(kept, rows, np.nan)
    return answer


def middle(rows: Array, of: Callable[[Array], Any] = np.mean) -> Array:
    """Mean (or another statistic) of the known values of each column; 0 where none is known."""
    columns = [column[np.isfinite(column)] for column in rows.T]
    return np.array([float(of(known)) if len(known) else 0.0 for known in columns])


def with_forgetting(
    service: Service,
    names: Sequence[str],
    rows: Array,
    target: Array,
    seed: int,
    weight: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Rows, target and weights to train on: the rows and copies that forget some features.

    Without them, a feature that was never unknown in training is read as 0 by LightGBM when it is
    unknown later (missing type None). One copy for each pattern and one with every feature
    forgotten by the toss of a coin; all copies together weigh half of what the rows weigh, and
    within a copy the rows weigh as ``weight`` says, 1 each without it.
    """
    rng = np.random.default_rng(seed)
    own = np.ones(len(rows)) if weight is None else weight
    copies = [
        (only(pattern, names, rows[mask]), target[mask], own[mask])
        for pattern in patterns(service, names)[1:]
        if (mask := holds(pattern, names, rows)).any()
    ]
    copies.append((_forgetful(service, names, rows, rng), target, own))
    copies = [_at_most(20_000, copy, rng) for copy in copies]
    share = 0.5 * own.sum() / len(copies)
    weights = [own, *(w * (share / w.sum()) for _, _, w in copies)]
    return (
        np.concatenate([rows, *(x for x, _, _ in copies)]),
        np.concatenate([target, *(y for _, y, _ in copies)]),
        np.concatenate(weights),
    )


def _forgetful(
    service: Service, names: Sequence[str], rows: Array, rng: np.random.Generator
) -> Array:
    kept: NDArray[np.bool_] = rng.random(rows.shape) < 0.5
    for group in needed(service, names):  # of each group, one that the row knows stays
        columns = [names.index(name) for name in group]
        luck = np.where(np.isfinite(rows[:, columns]), rng.random((len(rows), len(columns))), -1.0)
        kept[np.arange(len(rows)), np.take(columns, luck.argmax(axis=1))] = True
    answer: Array = np.where(kept, rows, np.nan)
    return answer


def _at_most(
    limit: int, copy: tuple[Array, Array, Array], rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    rows, target, weight = copy
    if len(rows) <= limit:
        return copy
    chosen = np.sort(rng.choice(len(rows), limit, replace=False))
    return rows[chosen], target[chosen], weight[chosen]
