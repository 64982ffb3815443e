"""The JSON of one prediction, the same at ``predict`` and at a place on the map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from geoml import modelstore
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
    service: Service,
    model: Model,
    given: Mapping[str, Array],
    prediction: Prediction,
    row: int,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """One row of a prediction as JSON-ready values; unknown numbers are null.

    ``about`` says what the numbers are: quantity, reference and warnings, of ``context``.
    """
    target, lower = prediction.target[row], prediction.lower[row]
    applicability = prediction.applicability[row]
    warnings = list(about["warnings"])
    if not math.isfinite(target):
        warnings.append(UNKNOWN.as_dict())
    else:
        warnings += doubts(service, given, row)
    if math.isfinite(target) and not math.isfinite(lower):
        warnings.append(NO_INTERVAL.as_dict())
    if not applicability <= 1.0:
        warnings.append(OUTSIDE.as_dict())
    return {
        **measures(service, (target, lower, prediction.upper[row]), applicability),
        "score_kind": service.score_kind_of(model.manifest),
        "parts": parts(service, {name: one[row] for name, one in prediction.parts.items()}),
        "interval_level": model.manifest["interval_level"],
        "average": number(prediction.average, 3),
        "contributions": drivers(service, given, prediction, row),
        "model": model_id(service, model),
        "synthetic_model": modelstore.is_synthetic(model.manifest),
        "quantity": about["quantity"],
        "reference": about["reference"],
        "warnings": warnings,
    }


def doubts(service: Service, given: Mapping[str, Array], row: int) -> list[dict[str, str]]:
    """What the answer of one row must admit, by what is known there."""
    known = [name for name, values in given.items() if math.isfinite(values[row])]
    return service.doubted(known)


def context(service: Service, model: Model, published: Mapping[str, Any] | None) -> dict[str, Any]:
    """Quantity, reference and warnings of a model's answers, in an area where one is named.

    ``published`` is the manifest of the edition that is served there. Its warnings are added to
    the model's; its reference and quantity hold for answers of the model that made it.
    """
    trained, warnings = model.manifest, list(model.manifest.get("warnings", []))
    if published is not None:
        warnings += [one for one in published.get("warnings", []) if one not in warnings]
    same = published is not None and published["model"] == model_id(service, model)
    source = published if published is not None and same else trained
    told = {name: source.get(name) for name in ("quantity", "reference")}
    return {**told, "warnings": warnings}


def model_id(service: Service, model: Model) -> str:
    """``service@version``."""
    return f"{service.name}@{model.manifest['version']}"


def measures(
    service: Service, target: tuple[float, float, float], applicability: float
) -> dict[str, Any]:
    """Score and target with their intervals; ``target`` is the value and its lower and upper end.

    The target is in its unit, the scores are 0..100; unknown numbers are null.
    """
    score = service.score.score(np.array(target, dtype=float))
    return {
        f"{service.name}_score": number(score[0], 1),
        service.target.name: number(target[0], 3),
        "unit": service.target.unit,
        "lower": number(target[1], 3),
        "upper": number(target[2], 3),
        "score_lower": number(score[1], 1),
        "score_upper": number(score[2], 1),
        "applicability": number(applicability, 3),
        "applicable": bool(applicability <= 1.0),
    }


def parts(service: Service, targets: Mapping[str, float]) -> dict[str, Any]:
    """Every part that the service keeps apart, null where it is unknown; ``targets`` by name."""
    found = {}
    for one in service.parts:
        target = targets.get(one.name, math.nan)
        score = float(service.score.score(np.array(target, dtype=float)))
        found[one.name] = {
            "title": one.title.as_dict(),
            f"{service.name}_score": number(score, 1),
            service.target.name: number(target, 3),
        }
    return found


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
