"""The JSON of one prediction, the same at ``predict`` and at a place on the map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from geoml.contract import Model, Prediction, Service
from geoml.types import Array, Text

OUTSIDE = Text(
    fr="Hors du domaine du modèle : il n'a rien vu de semblable, ne pas s'y fier.",
    en="Outside what the model has seen: nothing like it was in its training; do not rely on it.",
)
UNKNOWN = Text(
    fr="Trop peu d'informations pour une réponse.",
    en="Too little is known for an answer.",
)
NO_INTERVAL = Text(
    fr="Pas d'intervalle pour cette combinaison d'informations.",
    en="No interval is calibrated for this combination of inputs.",
)


def answer(
    service: Service, model: Model, given: Mapping[str, Array], prediction: Prediction, row: int
) -> dict[str, Any]:
    """One row of a prediction as JSON-ready values; unknown numbers are null."""
    target = prediction.target[row]
    lower, upper = prediction.lower[row], prediction.upper[row]
    applicability = prediction.applicability[row]
    score = service.score.score(np.array([target, lower, upper], dtype=float))
    applicable = bool(applicability <= 1.0)
    warnings = list(model.manifest.get("warnings", []))
    if not math.isfinite(target):
        warnings.append(UNKNOWN.as_dict())
    elif not math.isfinite(lower):
        warnings.append(NO_INTERVAL.as_dict())
    if not applicable:
        warnings.append(OUTSIDE.as_dict())
    return {
        f"{service.name}_score": number(score[0], 1),
        service.target.name: number(target, 3),
        "unit": service.target.unit,
        "lower": number(lower, 3),
        "upper": number(upper, 3),
        "score_lower": number(score[1], 1),
        "score_upper": number(score[2], 1),
        "interval_level": model.manifest["interval_level"],
        "applicability": number(applicability, 3),
        "applicable": applicable,
        "average": number(prediction.average, 3),
        "contributions": drivers(service, given, prediction, row),
        "model": f"{service.name}@{model.manifest['version']}",
        "reference": model.manifest.get("reference"),
        "warnings": warnings,
    }


def drivers(
    service: Service, given: Mapping[str, Array], prediction: Prediction, row: int
) -> list[dict[str, Any]]:
    """What moved the answer, largest first; the contributions add up to it with ``average``."""
    listed = []
    for name, values in prediction.contributions.items():
        feature = service.feature(name)
        value = given[name][row] if name in given else math.nan
        listed.append(
            {
                "feature": name,
                "title": feature.title.as_dict() if feature else {"fr": name, "en": name},
                "unit": feature.unit if feature else "",
                "value": number(value, 4),
                "contribution": number(values[row], 4),
            }
        )
    return sorted(listed, key=lambda one: -abs(one["contribution"] or 0.0))


def number(value: float, digits: int) -> float | None:
    """``value`` rounded for JSON; None when it is not a number."""
    return round(float(value), digits) if math.isfinite(value) else None
