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
    keep their answers bit by bit. Features are taken as the model saw them: where one is a mean
    over more than a cell, cells next to the mask keep theirs.

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
    before = model.predict(features, explain=False)
    after = model.predict(_changed(features, mask, action, amount), explain=False)
    unknown = np.full(mask.shape, np.nan)
    parts = {
        part.name: _change(
            before.parts.get(part.name, unknown),
            after.parts.get(part.name, unknown),
            _ends(before, part.name, unknown),
            _ends(after, part.name, unknown),
            mask,
        )
        for part in service.parts
    }
    whole = (before.lower, before.upper), (after.lower, after.upper)
    return Effect(_change(before.target, after.target, *whole, mask), parts)


def _changed(features: Features, mask: Mask, action: Action, amount: float) -> Features:
    """The features after the action: those that it names, inside the mask, where they are known."""
    done = action.apply(features, amount)
    named = [name for name in action.changes if name in features]
    return {
        **features,
        **{
            name: np.where(mask & np.isfinite(features[name]), done[name], features[name])
            for name in named
        },
    }


def _ends(told: Prediction, part: str, unknown: Array) -> tuple[Array, Array]:
    return told.part_intervals.get(part, (unknown, unknown))


def _change(
    before: Array,
    after: Array,
    ends_before: tuple[Array, Array],
    ends_after: tuple[Array, Array],
    mask: Mask,
) -> Change:
    after = np.where(mask, after, before)
    pairs = ((before, after), *zip(ends_before, ends_after, strict=True))
    moved = np.stack([b - a for a, b in pairs])
    # Of something unknown nothing is known: NaN wins over numbers here.
    lower, upper = moved.min(axis=0), moved.max(axis=0)
    still = np.where(np.isnan(lower), np.nan, 0.0)
    return Change(before, after, np.where(mask, lower, still), np.where(mask, upper, still))
