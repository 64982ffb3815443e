"""The sun of a year on one roof plane, from where it stands and how it lies; nothing is learned.

The network of a model finds roofs. What the sun gives them is computed, the same for every model:
``geoml.features.solar``. The equations stand in ``method.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from geoml.contract import Model, Prediction, Service
from geoml.learning.inputs import matrix
from geoml.types import Array, Features, Text

from .inputs import AZIMUTH, LATITUDE, NAMES, SHADING, TILT

REFERENCE_LATITUDE = 45.0
"""Contributions start from a roof there of which nothing else is known."""
LEVEL = 0.8

_QUANTITY = Text(
    fr="soleil d'une année sur le plan du toit", en="sun of a year on the plane of the roof"
)
_REFERENCE = Text(
    fr="d'après un climat moyen par latitude ; le modèle a appris à voir les toits, pas le soleil",
    en="by a mean climate for each latitude; the model learned to see roofs, not the sun",
)
_CLIMATE = Text(
    fr="Le climat est celui de la latitude : ni la côte, ni la montagne, ni le brouillard local "
    "n'y sont, et l'intervalle en tient compte.",
    en="The climate is that of the latitude: coast, mountains and local fog are not in it, and the "
    "interval allows for that.",
)
_REASON = Text(
    fr="Le réseau voit les toits ; le soleil se calcule.",
    en="The network sees the roofs; the sun is computed.",
)


@dataclass(frozen=True)
class RoofSun:
    """A model of this service, as far as one roof is asked about; see ``geoml.contract.Model``."""

    service: Service
    manifest: Mapping[str, Any]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of every input that can move an answer."""
        return NAMES

    def predict(self, features: Features, *, explain: bool = True) -> Prediction:
        """Yearly sun in kWh per m2 of the roof's plane, with its interval.

        Lower and upper are the P10 and the P90 of place, year and what is unknown. What each input
        did is told by walking from a roof at 45 degrees of which nothing is known to this one:
        latitude, tilt, azimuth, shading. Applicability is 0 where every input is in its range, and
        more than 1 outside.
        """
        rows = matrix(NAMES, features)
        known = np.isfinite(rows[:, 0])
        inside = self._inside(rows)
        steps = range(1 if explain else len(NAMES), len(NAMES) + 1)
        walk = [_sun(np.where(np.arange(len(NAMES)) < step, inside, np.nan)) for step in steps]
        target, lower, upper = walk[-1]
        start = _start()
        levels = [np.full(len(rows), start), *(one[0] for one in walk)] if explain else []
        moved = {name: levels[at + 1] - levels[at] for at, name in enumerate(NAMES) if levels}
        return Prediction(
            target=target,
            lower=lower,
            upper=upper,
            applicability=np.where(known, self._outside(rows), np.nan),
            contributions=moved,
            average=start,
        )

    def _inside(self, rows: Array) -> Array:
        """Rows brought into the declared ranges; an azimuth turns on instead."""
        held = rows.copy()
        for column, name in enumerate(NAMES):
            low, high = self._valid(name)
            if name != AZIMUTH:
                held[:, column] = np.clip(rows[:, column], low, high)
        return held

    def _outside(self, rows: Array) -> Array:
        """0 inside every range; outside 1 + distance over the width of the range."""
        worst = np.zeros(len(rows))
        for column, name in enumerate(NAMES):
            low, high = self._valid(name)
            values = np.clip(rows[:, column], -1e9, 1e9)
            beyond = np.fmax(low - values, values - high) / (high - low)
            worst = np.fmax(worst, np.where(beyond > 0, 1.0 + beyond, 0.0))
        return worst

    def _valid(self, name: str) -> tuple[float, float]:
        feature = self.service.feature(name)
        if feature is None:
            raise KeyError(name)
        return feature.valid


_: type[Model] = RoofSun


def told(service: Service, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a model with what holds for every model of this service.

    A network's manifest is about what it sees; what is told of a roof, and against which reference,
    is the service's to say.
    """
    reference = {"mode": "climate", "relative_to_area": False, "text": _REFERENCE.as_dict()}
    return {
        "service": service.name,
        "champion": "unet",
        "champion_reason": _REASON.as_dict(),
        "accepted": True,
        "synthetic": False,
        "areas": [],
        "area_names": [],
        "dates": {},
        "features_used": list(NAMES),
        "features_unused": [],
        "features_missing": [],
        "target": service.target.name,
        "unit": service.target.unit,
        "score_version": service.score.version,
        "metrics": {},
        **manifest,
        "frozen": False,
        "quantity": _QUANTITY.as_dict(),
        "reference": reference,
        "interval_level": LEVEL,
        "warnings": [
            {"code": "climate", **_CLIMATE.as_dict()},
            *(one for one in manifest.get("warnings", ()) if one.get("code") != "climate"),
        ],
    }


def _sun(rows: Array) -> tuple[Array, Array, Array]:
    """P50, P10 and P90 of rows in the order of ``NAMES``, all within their ranges or NaN."""
    from geoml.features.solar.azimuth import CompassAzimuth
    from geoml.features.solar.irradiation import irradiation_of

    columns = dict(zip(NAMES, rows.T, strict=True))
    compass = CompassAzimuth(columns[AZIMUTH])
    p50, low, high = irradiation_of(columns[LATITUDE], columns[TILT], compass, columns[SHADING])
    return p50, low, high


@cache
def _start() -> float:
    nothing = np.full((1, len(NAMES)), np.nan)
    nothing[0, 0] = REFERENCE_LATITUDE
    return float(_sun(nothing)[0][0])
