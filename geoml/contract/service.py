"""The declaration itself, and what must fit together in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geoml.contract.answers import Model, Scene, TargetOf, Train
from geoml.contract.declared import (
    LAYERS,
    Accept,
    Action,
    Anchored,
    Doubt,
    Feature,
    Kind,
    Legend,
    Part,
    ScoreKind,
    Target,
)
from geoml.contract.segmentation import PROBABILITY, Segmentation
from geoml.types import Text


@dataclass(frozen=True, slots=True)
class Service:
    """One answer that a town gets.

    Every feature is optional; ``needs_one_of`` is the least an answer can live on: from each tuple
    at least one must be known. ``input_sets`` names sets of features that callers without the
    town's rasters may be expected to bring; a model is trained and its intervals are calibrated
    for each of them, for all features, and for the least.

    ``load`` opens the folder of a model; ``scene`` is a tiny synthetic case with a known answer.
    A service of the kind ``tabular`` learns from cells: ``train`` writes a model into an empty
    folder and returns its manifest; ``target_of`` turns a label raster into the target (for heat:
    a temperature into an anomaly) and says how. One of the kind ``segmentation`` looks at pictures
    and learns from them (``geoml.learning.segmentation``): it has neither, and declares in
    ``segmentation`` what it finds there. Its features are what an answer about one unit needs.

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
    load: Callable[[Path, Mapping[str, Any]], Model]
    scene: Callable[[], Scene]
    train: Train | None = None
    target_of: TargetOf | None = None
    segmentation: Segmentation | None = None
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
        if not (self.needs_one_of and all(self.needs_one_of)):
            raise ValueError("needs_one_of and its groups: none is empty")
        _check_kind(self)
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
        seen = (PROBABILITY,) if self.segmentation else ()
        return (*LAYERS, *(part.name for part in self.parts), *seen)

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

    def fed_by(self, sources: Collection[str], features: Collection[str]) -> bool:
        """Whether an area with these sources, and features made of them, can be answered for."""
        if self.segmentation is not None:
            return self.segmentation.picture in sources
        return self.enough(features)


def _check_kind(service: Service) -> None:
    """Refuse a service that lacks what its kind is made of, or has what the other kind is."""
    pictured = service.kind == "segmentation"
    learns = (service.train, service.target_of, service.target.labels)
    if pictured != (service.segmentation is not None):
        raise ValueError("segmentation goes with the kind segmentation, and with no other")
    if pictured and any(learns):
        raise ValueError("what looks at pictures has no train, no target_of and no labels")
    if not pictured and not all(learns):
        raise ValueError("a tabular service has train, target_of and labels of its target")
    if service.accept.pictured != pictured:
        raise ValueError(f"{service.accept.metric} does not measure the kind {service.kind}")
    if service.segmentation is not None and service.units != (service.segmentation.unit,):
        raise ValueError(f"its units are what it finds: {service.segmentation.unit}")
