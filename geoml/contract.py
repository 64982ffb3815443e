"""What a service is: one frozen declaration that the API, map, report, tests and monitors read.

A service is a folder ``geoml/services/<name>/`` whose ``__init__`` exposes ``SERVICE``, a
``Service``. Nothing else lists services; ``geoml.catalog`` finds them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.raster.grid import Grid
from geoml.types import Array, Features, Mask, Text

Monotone: TypeAlias = Literal["up", "down", None]
ScoreKind: TypeAlias = Literal["probability", "anchored", "index"]
Kind: TypeAlias = Literal["tabular", "segmentation"]
Audience: TypeAlias = Literal["public", "staff"]
LAYERS = ("score", "lower", "upper", "applicability")
"""The map layers that an edition of every service has; ``Service.layers`` adds its parts."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILES = frozenset({"target", "inputs", "units", "cells"})
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
        if bool(self.baseline) == bool(self.rules):
            raise ValueError("a model must beat either a baseline or rules")
        if bool(self.rules) != (self.metric == "csi"):
            raise ValueError(f"rules go with the metric csi, a line with an error: {self.metric}")

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


@dataclass(frozen=True, slots=True)
class Driver:
    """How much one input moves one prediction away from the average, in the target's unit."""

    feature: str
    value: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Answers for n places, each array of shape (n,) in the target's unit; NaN is unknown.

    ``applicability`` is the dissimilarity index divided by its threshold: at most 1 inside what
    the model has seen, more than 1 outside; NaN where too few training cells knew the same inputs
    to say. ``parts`` holds, for each of ``Service.parts``, its share of the answer as a target of
    its own, NaN where that part is unknown; ``part_intervals`` the lower and the upper end of each
    that has an interval of its own. ``contributions`` and ``average`` add up:
    ``average + sum(contributions.values()) == target``. An unknown input can carry a contribution
    too: what not knowing it does to the answer.
    """

    target: Array
    lower: Array
    upper: Array
    applicability: Array
    contributions: Mapping[str, Array]
    average: float
    parts: Mapping[str, Array] = field(default_factory=dict)
    part_intervals: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)


class Model(Protocol):
    """A trained version of a service, as far as anyone above it needs to know."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was trained, on what, how well, and which file is which."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features it was trained on."""

    def predict(self, features: Features, *, explain: bool = True) -> Prediction:
        """Predict for arrays of shape (n,); a feature that is absent or NaN is unknown.

        A place that knows too little (``Service.enough``) gets NaN in every array. With
        ``explain=False`` contributions are empty, which is several times faster.
        """


class Samples(Protocol):
    """Training cells of one or more areas: features, target, place and area of each.

    ``area`` holds, for each cell, the index of its area in ``areas``; ``cell_m`` is the side of a
    cell, the support of the label. Cells do not overlap.
    """

    @property
    def features(self) -> Features:
        """Feature name -> values of shape (n,)."""

    @property
    def target(self) -> Array:
        """Target of shape (n,), in its unit."""

    @property
    def easting_m(self) -> Array:
        """Easting of the cell centres, in the CRS of each cell's own area."""

    @property
    def northing_m(self) -> Array:
        """Northing of the cell centres."""

    @property
    def cell_m(self) -> float:
        """Side of a cell."""

    @property
    def areas(self) -> tuple[str, ...]:
        """Ids of the areas."""

    @property
    def area(self) -> NDArray[np.intp]:
        """Index into ``areas`` of each cell, shape (n,)."""

    @property
    def group(self) -> NDArray[np.intp] | None:
        """What cells belong together to beyond their area, such as a catchment; None: nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A tiny synthetic town with a known answer.

    ``features`` and ``label`` (as the sensor would give it) are rasters on ``grid``; ``inside`` is
    the town boundary; ``truth`` is the target without noise.
    """

    grid: Grid
    features: Features
    label: Array
    inside: Mask
    truth: Array
    support_m: float


class Train(Protocol):
    """Learn from samples, write a model into an empty folder, return its manifest."""

    def __call__(
        self,
        samples: Samples,
        folder: Path,
        *,
        meta: Mapping[str, Any],
        seed: int = 0,
        holdout_share: float = 0.0,
    ) -> dict[str, Any]:
        """``meta`` goes into the manifest; ``holdout_share`` of the blocks is never trained on."""


class TargetOf(Protocol):
    """Turn a label raster into the target, and say in a JSON-ready document how."""

    def __call__(
        self,
        label: Array,
        features: Features,
        grid: Grid,
        *,
        inside: Mask | None,
        mode: str = "auto",
    ) -> tuple[Array, dict[str, Any]]:
        """The target raster (for heat: kelvin above a reference) and how it was made."""


@dataclass(frozen=True, slots=True)
class Service:
    """One answer that a town gets.

    Every feature is optional; ``needs_one_of`` is the least an answer can live on: from each tuple
    at least one must be known. ``input_sets`` names sets of features that callers without the
    town's rasters may be expected to bring; a model is trained and its intervals are calibrated
    for each of them, for all features, and for the least.

    ``train`` writes a model into an empty folder and returns its manifest; ``load`` opens such a
    folder; ``scene`` is a tiny synthetic case with a known answer; ``target_of`` turns a label
    raster into the target (for heat: a temperature into an anomaly) and says how.

    ``staff`` names what only bearers of a token see: kinds of units, ``cells``, or map layers.
    ``parts`` are causes that are always shown apart, ``carried`` features whose mean every unit
    brings along, ``actions`` what a town can try out, ``doubts`` what an answer must admit where
    it knows little. ``score_kind`` is that of a model whose manifest does not say its own.
    """

    name: str
    title: Text
    summary: Text
    is_not: Text
    kind: Kind
    score_kind: ScoreKind
    features: tuple[Feature, ...]
    needs_one_of: tuple[tuple[str, ...], ...]
    target: Target
    score: Anchored
    legend: Legend
    accept: Accept
    units: tuple[str, ...]
    train: Train
    load: Callable[[Path, Mapping[str, Any]], Model]
    scene: Callable[[], Scene]
    target_of: TargetOf
    input_sets: tuple[tuple[str, ...], ...] = ()
    staff: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    carried: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    method: str = field(default="method.md")

    def __post_init__(self) -> None:
        """Refuse a declaration whose parts do not fit together."""
        declared = [one.name for one in self.features]
        twice = sorted({name for name in declared if declared.count(name) > 1})
        if twice:
            raise ValueError(f"features declared twice: {', '.join(twice)}")
        if not (self.needs_one_of and all(self.needs_one_of) and self.target.labels):
            raise ValueError("needs_one_of, its groups and the labels of the target: none is empty")
        parts = [part.name for part in self.parts]
        if len({*parts, *declared}) < len(parts) + len(declared):
            raise ValueError("a part has the name of another part, or of a feature")
        groups = (*self.needs_one_of, *self.input_sets, self.carried)
        groups += tuple(one.changes for one in self.actions)
        groups += tuple(one.unknown for one in self.doubts)
        used = {name for group in groups for name in group}
        used |= {rule.feature for rule in self.accept.rules} | {self.accept.balance} - {""}
        if used - set(declared):
            unknown = ", ".join(sorted(used - set(declared)))
            raise ValueError(f"used somewhere, these name no feature: {unknown}")
        poor = [one for one in self.input_sets if not self.enough(one)]
        if poor:
            raise ValueError(f"an input set is not enough for an answer: {', '.join(poor[0])}")
        nothing = self.staff - {*self.units, "cells", *self.layers}
        if nothing:
            raise ValueError(f"staff names no kind of unit and no layer: {', '.join(nothing)}")

    @property
    def layers(self) -> tuple[str, ...]:
        """The map layers of an edition of this service."""
        return (*LAYERS, *(part.name for part in self.parts))

    def score_kind_of(self, manifest: Mapping[str, Any]) -> ScoreKind:
        """What the score of a model is: what its manifest says, else what the service says."""
        found: ScoreKind = manifest.get("score_kind") or self.score_kind
        return found

    def feature(self, name: str) -> Feature | None:
        """The declaration of one feature, or None when the service does not use it."""
        return next((one for one in self.features if one.name == name), None)

    def doubted(self, known: Collection[str]) -> list[dict[str, str]]:
        """What an answer from these known features must admit: ``{"code", "fr", "en"}`` each."""
        return [
            {"code": one.code, **one.text.as_dict()}
            for one in self.doubts
            if not any(name in known for name in one.unknown)
        ]

    def enough(self, known: Collection[str]) -> bool:
        """Whether these known features are the least that an answer can live on."""
        return all(any(name in known for name in group) for group in self.needs_one_of)
