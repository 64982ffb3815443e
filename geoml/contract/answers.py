"""What a service provides: models that answer, samples to learn from, a scene that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geoml.raster.grid import Grid
from geoml.types import Array, Features, Mask


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
        source: str = "",
    ) -> tuple[Array, dict[str, Any]]:
        """The target raster (for heat: kelvin above a reference) and how it was made."""
