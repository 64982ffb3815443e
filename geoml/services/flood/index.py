"""The frozen baseline: an index of flood hazard from the shape of the ground, nothing learned.

Two parts are always told apart and the answer is the larger one. The equations, and why more
height above the drainage can never raise an answer, stand in ``method.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoml.contract import Model, Prediction, Service
from geoml.features.curve_number import curve_number
from geoml.features.hydrology.gfi import LEAST_HEIGHT_M
from geoml.features.runoff import runoff_depth
from geoml.learning.inputs import enough, matrix
from geoml.types import Array, Features, Mask

from .anchors import Anchors, Term

FLUVIAL, PLUVIAL = "fluvial", "pluvial"
_FAR = 1e6


@dataclass(frozen=True, slots=True)
class Part:
    """One part at n places: its value, its ends, what each input did, and how much is unknown."""

    value: Array
    lower: Array
    upper: Array
    moved: Mapping[str, Array]
    unknown: Array


@dataclass(frozen=True)
class FloodIndex:
    """The baseline, opened; see ``geoml.contract.Model``."""

    service: Service
    manifest: Mapping[str, Any]
    anchors: Anchors

    @property
    def features(self) -> tuple[str, ...]:
        """Names of every input that can move an answer."""
        return self.anchors.features

    def predict(self, features: Features, *, explain: bool = True) -> Prediction:
        """Index 0..1 with its parts, interval and applicability; see ``geoml.contract.Model``.

        The interval carries the 90 % error of a global DEM through every term and opens each
        unknown term to all that it could say. Applicability is the share of the weight that is
        unknown, 0..1, and more than 1 where an input lies outside what the anchors were made for.
        """
        rows = matrix(self.features, features)
        known = enough(self.service, self.features, rows)
        columns = dict(zip(self.features, rows.T, strict=True))
        river, rain = self._river(columns), self._rain(columns)
        leads = river.value >= rain.value
        target = np.where(leads, river.value, rain.value)
        told = {
            FLUVIAL: (river.value, river.lower, river.upper),
            PLUVIAL: (rain.value, rain.lower, rain.upper),
        }
        apart = np.maximum(np.maximum(river.unknown, rain.unknown), self._outside(columns))
        moved = self._moved(river, rain, leads) if explain else {}
        return Prediction(
            target=_where(known, target),
            lower=_where(known, np.maximum(river.lower, rain.lower)),
            upper=_where(known, np.maximum(river.upper, rain.upper)),
            applicability=_where(known, apart),
            contributions={name: _where(known, values) for name, values in moved.items()},
            average=self.anchors.average,
            parts={name: _where(known, one[0]) for name, one in told.items()},
            part_intervals={
                name: (_where(known, one[1]), _where(known, one[2])) for name, one in told.items()
            },
        )

    def _river(self, columns: Mapping[str, Array]) -> Part:
        """Height, GFI and depth; distance and elevation where nothing of these is known."""
        terrain = self._terrain(columns)
        classic = _weighed(self.anchors.classic, columns, self.anchors.average)
        share = self.anchors.classic_weight
        blind = terrain.unknown >= 1.0
        moved = {name: np.where(blind, 0.0, values) for name, values in terrain.moved.items()}
        moved |= {name: np.where(blind, values, 0.0) for name, values in classic.moved.items()}
        return Part(
            value=np.where(blind, classic.value, terrain.value),
            lower=np.where(blind, share * classic.lower, terrain.lower),
            upper=np.where(blind, share * classic.upper + (1 - share), terrain.upper),
            moved=moved,
            unknown=np.where(blind, 1 - share * (1 - classic.unknown), terrain.unknown),
        )

    def _terrain(self, columns: Mapping[str, Array]) -> Part:
        """The mean of the terms that are known, by weight; unknown terms open the interval."""
        terms, error = self.anchors.terrain, self._height_error(columns["slope"])
        errors = {
            "hand": (error, error),
            "gfi": self._gfi_error(columns["hand"], error),
            "water_depth": (error, _rise_of_depth(columns["hand"], columns["gfi"], error)),
        }
        known = {one.feature: np.isfinite(columns[one.feature]) for one in terms}
        weight = _total([one.weight * known[one.feature] for one in terms])
        weighed = _weighed(terms, columns, self.anchors.average, errors)
        scale = np.divide(1.0, weight, out=np.zeros_like(weight), where=weight > 0)
        moved = {name: values * scale for name, values in weighed.moved.items()}
        value = self.anchors.average + _total(list(moved.values()))
        return Part(
            value,
            np.minimum(weighed.lower, value),
            np.maximum(weighed.upper, value),
            moved,
            weighed.unknown,
        )

    def _rain(self, columns: Mapping[str, Array]) -> Part:
        """Sinks, runoff, wetness and slope; an unknown one stands at its neutral value."""
        source, runoff = self._runoff(columns)
        found = _weighed(
            self.anchors.rain, {**columns, "runoff_50mm": runoff}, self.anchors.average
        )
        part = found.moved["runoff_50mm"]
        told = {name: np.where(source == number, part, 0.0) for number, name in enumerate(_RUNOFF)}
        return Part(found.value, found.lower, found.upper, {**found.moved, **told}, found.unknown)

    def _runoff(self, columns: Mapping[str, Array]) -> tuple[Array, Array]:
        """Runoff in mm as well as it is known, and which of ``_RUNOFF`` told it."""
        storm = self.anchors.storm_mm
        low, high = 1e-3, 100.0
        sealed = curve_number(np.clip(columns["imperviousness"], 0.0, 1.0))
        ways = (
            np.clip(columns["runoff_50mm"], 0.0, storm),
            runoff_depth(storm, np.clip(columns["curve_number"], low, high)),
            runoff_depth(storm, sealed),
        )
        first, second = (np.isfinite(way) for way in ways[:2])
        source = np.where(first, 0, np.where(second, 1, 2))
        return source, np.where(first, ways[0], np.where(second, ways[1], ways[2]))

    def _height_error(self, slope: Array) -> Array:
        """90 % error of a height above the drainage: the flat one only where it is flat."""
        flat = slope <= self.anchors.steep_degree
        return np.where(flat, self.anchors.error_of("hand"), self.anchors.steep_error_m)

    def _gfi_error(self, hand: Array, error: Array) -> tuple[Array, Array]:
        """How far GFI falls and rises with that error of the height; its own error without one."""
        alone = self.anchors.error_of("gfi")
        height = np.maximum(hand, LEAST_HEIGHT_M)
        falls = np.log1p(error / height)
        rises = np.log(height / np.maximum(height - error, LEAST_HEIGHT_M))
        known = np.isfinite(hand)
        return np.where(known, falls, alone), np.where(known, rises, alone)

    def _outside(self, columns: Mapping[str, Array]) -> Array:
        """0 inside the domain of every input; outside 1 + distance over the domain's width."""
        worst: Array = np.zeros_like(columns[self.features[0]])
        for name, (low, high) in self.anchors.domain.items():
            values = np.clip(columns[name], -_FAR * (high - low), _FAR * (high - low))
            beyond = np.fmax(low - values, values - high) / (high - low)
            worst = np.fmax(worst, np.where(beyond > 0, 1.0 + beyond, 0.0))
        return worst

    def _moved(self, river: Part, rain: Part, leads: Mask) -> dict[str, Array]:
        """What each input did to the part that leads; 0 for the inputs of the other."""
        nothing = np.zeros(leads.shape)
        of_river = {n: np.where(leads, river.moved.get(n, nothing), 0.0) for n in self.features}
        return {n: np.where(leads, of_river[n], rain.moved.get(n, nothing)) for n in self.features}


_: type[Model] = FloodIndex

_RUNOFF = ("runoff_50mm", "curve_number", "imperviousness")


def _weighed(
    terms: Sequence[Term],
    columns: Mapping[str, Array],
    average: float,
    errors: Mapping[str, tuple[Array, Array]] | None = None,
) -> Part:
    """A weighed sum of terms: each unknown one neutral in the value and open in its ends.

    ``average`` is the sum of the neutral values by weight, so that the value is it plus what every
    term moved.
    """
    lows, highs, moved, unknown = [], [], {}, []
    for term in terms:
        values = columns[term.feature]
        known = np.isfinite(values)
        moved[term.feature] = term.weight * np.where(known, term(values) - term.neutral, 0.0)
        falls, rises = (errors or {}).get(term.feature, (term.error, term.error))
        low, high = term.ends(values, falls, rises)
        lows.append(term.weight * np.where(known, low, 0.0))
        highs.append(term.weight * np.where(known, high, 1.0))
        unknown.append(term.weight * ~known)
    value = average + _total(list(moved.values()))
    lower = np.minimum(_total(lows), value)
    return Part(value, lower, np.maximum(_total(highs), value), moved, _total(unknown))


def _rise_of_depth(hand: Array, gfi: Array, error: Array) -> Array:
    """How much deeper the water can be than told: none where it ends further below than that.

    ``h_r - H``, negative on dry ground, is ``H (exp(G) - 1)``; without H or G the error itself.
    """
    height = np.clip(hand, LEAST_HEIGHT_M, _FAR)
    below = np.minimum(height * np.expm1(np.clip(gfi, -50.0, 50.0)), 0.0)
    return np.where(np.isfinite(below), np.maximum(error + below, 0.0), error)


def _total(parts: Sequence[Array]) -> Array:
    """Their sum in the order that they stand: the same bits for one row and for a million."""
    total = parts[0]
    for one in parts[1:]:
        total = total + one
    return total


def _where(known: Mask, values: Array) -> Array:
    return np.where(known, values, np.nan)
