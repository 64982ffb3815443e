"""The frozen numbers of the baseline: which input says what, how much it weighs, how sure it is.

Nothing here was learned and nothing follows the scene. A model keeps its own copy in
``model.json``: editing this file makes a new version, it never changes one that was shipped.
Sources and reasons stand in ``method.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from geoml.features.runoff import STORM_MM
from geoml.types import Array

AVERAGE = 0.25
"""Both parts of a place of which nothing particular is known; contributions start from it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One input, as a line of straight pieces from its value to 0..1, flat beyond both ends.

    ``at`` increases; ``gives`` rises or falls, never both. ``weight`` is its share of the part,
    ``neutral`` what stands in for it where it is unknown, ``error`` the 90 % error of the input in
    its own unit.
    """

    feature: str
    weight: float
    at: tuple[float, ...]
    gives: tuple[float, ...]
    neutral: float
    error: float

    def __call__(self, values: Array) -> Array:
        """What it says, 0..1; NaN in, NaN out."""
        return np.interp(values, self.at, self.gives)

    def ends(
        self, values: Array, falls: Array | float, rises: Array | float
    ) -> tuple[Array, Array]:
        """The least and the most that it says for inputs up to ``falls`` less or ``rises`` more."""
        below, above = self(values - falls), self(values + rises)
        return np.minimum(below, above), np.maximum(below, above)


@dataclass(frozen=True, slots=True)
class Anchors:
    """All that the baseline knows.

    ``terrain`` and ``classic`` are two ways to tell the river's part, the second only where nothing
    of the first is known and with ``classic_weight`` of its certainty; ``rain`` tells the other
    part. ``domain`` is, for every input, the range that its anchors were made for.
    """

    terrain: tuple[Term, ...]
    classic: tuple[Term, ...]
    classic_weight: float
    rain: tuple[Term, ...]
    domain: Mapping[str, tuple[float, float]]
    steep_degree: float
    steep_error_m: float
    average: float = AVERAGE
    storm_mm: float = STORM_MM

    @property
    def features(self) -> tuple[str, ...]:
        """Every input that can move an answer, in the order of the domain."""
        return tuple(self.domain)

    def error_of(self, feature: str) -> float:
        """The declared error of an input of the terrain, in its own unit."""
        return next(one.error for one in self.terrain if one.feature == feature)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; the domain as a list, because its order is that of the features."""
        return {
            **asdict(self),
            "domain": [[n, *ends] for n, ends in self.domain.items()],
            "format": 1,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Anchors:
        """The reverse of ``as_dict``."""
        return cls(
            terrain=_terms(told["terrain"]),
            classic=_terms(told["classic"]),
            classic_weight=float(told["classic_weight"]),
            rain=_terms(told["rain"]),
            domain={str(name): (float(low), float(high)) for name, low, high in told["domain"]},
            steep_degree=float(told["steep_degree"]),
            steep_error_m=float(told["steep_error_m"]),
            average=float(told["average"]),
            storm_mm=float(told["storm_mm"]),
        )


def _terms(told: list[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(
        Term(**{**one, "at": tuple(one["at"]), "gives": tuple(one["gives"])}) for one in told
    )


HAND = Term("hand", 0.3, at=(0.0, 5.3, 15.0), gives=(1.0, 0.5, 0.0), neutral=AVERAGE, error=2.0)
GFI = Term("gfi", 0.3, at=(-2.0, 0.0, 2.0), gives=(0.0, 0.5, 1.0), neutral=AVERAGE, error=6.0)
DEPTH = Term(
    "water_depth", 0.4, at=(0.0, 0.5, 2.0), gives=(0.0, 0.5, 1.0), neutral=AVERAGE, error=2.0
)

DISTANCE = Term(
    "river_distance",
    0.75,
    at=(0.0, 300.0, 1500.0),
    gives=(1.0, 0.5, 0.0),
    neutral=AVERAGE,
    error=60.0,
)
HEIGHT = Term(
    "elevation", 0.25, at=(0.0, 10.0, 100.0), gives=(1.0, 0.75, 0.0), neutral=AVERAGE, error=4.0
)

SINK = Term("sink_depth", 0.4, at=(0.0, 1.0), gives=(0.0, 1.0), neutral=0.0, error=0.5)
RUNOFF = Term("runoff_50mm", 0.25, at=(0.0, 50.0), gives=(0.0, 1.0), neutral=0.5, error=8.0)
WETNESS = Term("twi", 0.2, at=(6.0, 16.0), gives=(0.0, 1.0), neutral=0.25, error=1.0)
SLOPE = Term("slope", 0.15, at=(0.0, 1.0, 5.0), gives=(1.0, 0.5, 0.0), neutral=0.5, error=0.5)

FROZEN = Anchors(
    terrain=(HAND, GFI, DEPTH),
    classic=(DISTANCE, HEIGHT),
    classic_weight=0.5,
    rain=(SINK, RUNOFF, WETNESS, SLOPE),
    domain={
        "hand": (0.0, 1000.0),
        "gfi": (-15.0, 12.0),
        "water_depth": (0.0, 30.0),
        "river_distance": (0.0, 20_000.0),
        "elevation": (-30.0, 4000.0),
        "sink_depth": (0.0, 30.0),
        "runoff_50mm": (0.0, STORM_MM),
        "twi": (-5.0, 30.0),
        "slope": (0.0, 60.0),
        "curve_number": (30.0, 100.0),
        "imperviousness": (0.0, 1.0),
    },
    steep_degree=11.3,
    steep_error_m=4.0,
)
