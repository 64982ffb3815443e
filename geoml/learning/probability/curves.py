"""The curves that a learned probability answers with: margin to probability, and its ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geoml.learning.inputs import Pattern
from geoml.types import Array


@dataclass(frozen=True)
class Curve:
    """Probability at rising margins, straight between them, flat beyond them."""

    margin: Array
    probability: Array

    def at(self, margin: Array) -> Array:
        """Probability 0..1 of margins of any shape."""
        return np.interp(margin, self.margin, self.probability)


@dataclass(frozen=True)
class Calibration:
    """Margin -> probability and the ends of its interval, where at least ``pattern`` is known."""

    pattern: Pattern
    curve: Curve
    lower: Array
    upper: Array

    def ends(self, margin: Array, probability: Array) -> tuple[Array, Array]:
        """Lower and upper end; ``probability`` is the answer, which lies between them."""
        low = np.interp(margin, self.curve.margin, self.lower)
        high = np.interp(margin, self.curve.margin, self.upper)
        return np.minimum(low, probability), np.maximum(high, probability)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` restores it."""
        return {
            "pattern": list(self.pattern),
            "margin": self.curve.margin.tolist(),
            "probability": self.curve.probability.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Calibration:
        """The curves that ``as_dict`` wrote."""
        margin, given, low, high = (
            np.array(document[name], dtype=np.float64)
            for name in ("margin", "probability", "lower", "upper")
        )
        return cls(tuple(document["pattern"]), Curve(margin, given), low, high)
