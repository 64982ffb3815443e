"""The pieces of a declaration: inputs, target, score, legend, rules, causes, actions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from geoml.types import Array, Features, Text

Monotone: TypeAlias = Literal["up", "down", None]
ScoreKind: TypeAlias = Literal["probability", "anchored", "index"]
Kind: TypeAlias = Literal["tabular", "segmentation"]
Audience: TypeAlias = Literal["public", "staff"]
LAYERS = ("score", "lower", "upper", "applicability")
"""The map layers that an edition of every service has; ``Service.layers`` adds its parts."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILES = frozenset({"target", "inputs", "units", "cells", "probability"})
_COLUMNS = frozenset({"id", "kind", "why", "name", "height_m", "area_m2", "geometry"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of a service.

    ``monotone`` says in which direction the *prediction* may move when this input grows and all
    else stays: ``"up"``, ``"down"``, or None where physics does not say.
    """

    name: str
    title: Text
    unit: str
    valid: tuple[float, float]
    monotone: Monotone = None

    def __post_init__(self) -> None:
        """Refuse a range that holds nothing, or a feature without a unit."""
        if not self.valid[0] < self.valid[1]:
            raise ValueError(f"{self.name}: the valid range must increase, got {self.valid}")
        if not self.unit:
            raise ValueError(f"{self.name}: no unit; write 1 for a ratio")

    def accepts(self, value: float) -> bool:
        """Whether ``value`` lies in the valid range, ends included; NaN is not a value."""
        return bool(self.valid[0] <= value <= self.valid[1])


@dataclass(frozen=True, slots=True)
class Target:
    """What is predicted, in physical units, and the source key that it is learned from."""

    name: str
    title: Text
    unit: str
    valid: tuple[float, float]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anchored:
    """A score 0..100 that is linear in the target between two frozen anchors, clipped outside.

    Anchors never follow the scene: 40 means the same in every town and every year. ``version``
    changes when they do, and it is stamped into every edition.
    """

    zero: float
    hundred: float
    version: str = "1"

    def score(self, target: Array) -> Array:
        """Score 0..100 of a target in its unit; NaN in, NaN out."""
        scaled: Array = (target - self.zero) * (100.0 / (self.hundred - self.zero))
        return np.clip(scaled, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Legend:
    """Classes of the score: ``len(colours) == len(edges) - 1``, colours as ``#rrggbb``.

    ``labels`` are what a citizen reads beside each colour.
    """

    edges: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[Text, ...]

    def __post_init__(self) -> None:
        """Refuse a legend whose parts do not fit together, or whose classes look the same."""
        if not len(self.edges) - 1 == len(self.colours) == len(self.labels):
            raise ValueError("a legend needs one colour and one label between every two edges")
        if any(a >= b for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("legend edges must increase")
        wrong = [one for one in self.colours if not _COLOUR.fullmatch(one)]
        if wrong:
            raise ValueError(f"legend colours must be like #1a2b3c: {wrong[0]!r}")
        if len(set(self.colours)) < len(self.colours):
            raise ValueError("two classes of a legend have one colour")


@dataclass(frozen=True, slots=True)
class Rule:
    """The simplest model of a target that is 0 or 1: a threshold on one feature.

    ``way`` is where the ones lie: ``"up"`` above the threshold, ``"down"`` below it.
    """

    feature: str
    way: Literal["up", "down"]

    @property
    def name(self) -> str:
        """How tables call it, such as ``hand_below``."""
        return f"{self.feature}_{'above' if self.way == 'up' else 'below'}"


@dataclass(frozen=True, slots=True)
class Accept:
    """When a trained model is good enough, by its ``metric`` under block validation.

    A target that is a quantity: ``metric`` is an error, ``rmse_<unit>`` or ``mae_<unit>``, unit in
    lower case; it must lie below ``below``, and be lower than that of the model called
    ``baseline``, a straight line through the features of ``Service.needs_one_of``.

    A target that is 0 or 1: ``metric`` is ``csi``, the critical success index, hits / (hits +
    misses + false alarms), larger is better; it must lie above ``above``, and be higher than that
    of each of the ``rules``. Zeros are drawn in bins of the feature ``balance``, if one is named.
    Cells with the same value of the quantity ``apart``, such as a catchment, are left out together
    in a second validation that must be won too; nothing is learned from it.

    A picture: ``metric`` is ``iou`` over the pixels of a place that was not learned from,
    intersection / union, larger is better; it must lie above ``above``.
    """

    metric: str
    below: float = math.inf
    baseline: str = ""
    above: float = 0.0
    rules: tuple[Rule, ...] = ()
    balance: str = ""
    apart: str = ""

    def __post_init__(self) -> None:
        """Refuse what names neither a line nor rules to beat, or both."""
        if self.pictured:
            if self.baseline or self.rules or not 0 < self.above < 1:
                raise ValueError("iou has a floor between 0 and 1, and nothing to beat beside it")
            return
        if bool(self.baseline) == bool(self.rules):
            raise ValueError("a model must beat either a baseline or rules")
        if bool(self.rules) != (self.metric == "csi"):
            raise ValueError(f"rules go with the metric csi, a line with an error: {self.metric}")

    @property
    def pictured(self) -> bool:
        """Whether a network is judged by the pixels that it gets right."""
        return self.metric == "iou"

    @property
    def yes_or_no(self) -> bool:
        """Whether the target is 0 or 1, and a model learns its probability."""
        return bool(self.rules)


@dataclass(frozen=True, slots=True)
class Part:
    """One cause that a service keeps apart from the others, with a map layer of its own.

    The target is the largest of the parts that are known. ``name`` is that of a layer, of a file
    and of a column.
    """

    name: str
    title: Text
    summary: Text

    def __post_init__(self) -> None:
        """Refuse a name that no address can hold, or that something else has already."""
        if not _NAME.fullmatch(self.name) or self.name in {*LAYERS, *_FILES, *_COLUMNS}:
            raise ValueError(f"{self.name!r} is no name for a part")


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a town can do on a piece of ground, as what it changes in the features there.

    ``apply(features, amount)`` gives the features after it; ``amount`` is in ``unit`` and lies in
    ``valid``. It changes ``changes`` and nothing else, and what is unknown stays unknown.
    """

    name: str
    title: Text
    unit: str
    valid: tuple[float, float]
    changes: tuple[str, ...]
    apply: Callable[[Features, float], Features]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to say beside an answer that had to do without: none of ``unknown`` was known there."""

    code: str
    unknown: tuple[str, ...]
    text: Text
