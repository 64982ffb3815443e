"""What an action would do: the same model asked before and after it, on arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geoml.contract import Action, Model, Prediction, Service
from geoml.errors import OutOfRange
from geoml.types import Array, Features, Mask


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity before and after an action, arrays of shape (n,) in the target's unit.

    ``lower`` and ``upper`` hold ``after - before``: they are the least and the most that the
    answer or an end of its interval moves, because what the model does not know of a place it
    does not know before and after alike. They say nothing of how well the action is carried out.
    NaN is unknown; without an interval of the model there is none here.
    """

    before: Array
    after: Array
    lower: Array
    upper: Array


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action changes: the target, and each part of it that the service keeps apart."""

    target: Change
    parts: Mapping[str, Change]


def effect(
    service: Service, model: Model, features: Features, mask: Mask, action: Action, amount: float
) -> Effect:
    """The answers of a model before and after an action on the cells of ``mask``.

    ``features`` and ``mask`` have shape (n,); ``amount`` is in the action's unit. What was unknown
    stays unknown, only what the action says it changes is changed, and cells outside the mask
    keep their answers bit by bit. Where nothing is known of what the action changes, the answer
    after it is NaN: an effect that cannot be computed is not no effect. Features are taken as the
    model saw them: where one is a mean over more than a cell, cells next to the mask keep theirs.

    Raises:
        OutOfRange: An amount outside what the action allows.
    """
    low, high = action.valid
    if not low <= amount <= high:
        raise OutOfRange(
            "not an amount for this action",
            where=action.name,
            expected=f"{low:g} to {high:g} (unit: {action.unit})",
            got=f"{amount:g}",
        )
    changed, touched = _changed(features, mask, action, amount)
    before = model.predict(features, explain=False)
    after = model.predict({**features, **changed}, explain=False)
    target = _change(
        (before.target, before.lower, before.upper),
        (after.target, after.lower, after.upper),
        mask,
        touched,
    )
    parts = {
        part.name: _change(_of(before, part.name), _of(after, part.name), mask, touched)
        for part in service.parts
    }
    return Effect(target, parts)


def _changed(
    features: Features, mask: Mask, action: Action, amount: float
) -> tuple[Features, Mask]:
    """What the action changes inside the mask, and the cells where any of it is known."""
    done = action.apply(features, amount)
    changed, touched = {}, np.zeros(mask.shape, bool)
    for name in action.changes:
        if name in features:
            here = mask & np.isfinite(features[name])
            changed[name] = np.where(here, done[name], features[name])
            touched |= here
    return changed, touched


def _of(told: Prediction, part: str) -> tuple[Array, Array, Array]:
    """The answer of one part and the ends of its interval, NaN where the model has none."""
    unknown = np.full(told.target.shape, np.nan)
    return told.parts.get(part, unknown), *told.part_intervals.get(part, (unknown, unknown))


def _change(
    before: tuple[Array, Array, Array],
    after: tuple[Array, Array, Array],
    mask: Mask,
    touched: Mask,
) -> Change:
    moved = np.stack([then - now for now, then in zip(before, after, strict=True)])
    # NaN wins over numbers here: of a change with an unknown end nothing is known.
    lower, upper = moved.min(axis=0), moved.max(axis=0)
    still = np.where(np.isnan(lower), np.nan, 0.0)
    return Change(
        before[0],
        _chosen(mask, touched, after[0], before[0]),
        _chosen(mask, touched, lower, still),
        _chosen(mask, touched, upper, still),
    )


def _chosen(mask: Mask, touched: Mask, after: Array, before: Array) -> Array:
    """``after`` on the touched cells, NaN on the others of the mask, ``before`` beyond it."""
    known: Array = np.where(touched, after, np.nan)
    return np.where(mask, known, before)
