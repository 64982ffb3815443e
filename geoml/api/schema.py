"""OpenAPI schemas of the question routes, made from the contract of each service."""

from __future__ import annotations

from typing import Any, get_args

from geoml.contract import ScoreKind, Service


def request_schema(service: Service) -> dict[str, Any]:
    """Request body of ``predict``: one object of features or a list of them."""
    one = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            feature.name: {
                "type": "number",
                "nullable": True,
                "minimum": feature.valid[0],
                "maximum": feature.valid[1],
                "description": f"{feature.title.en} (unit: {feature.unit})",
            }
            for feature in service.features
        },
    }
    many = {"type": "array", "items": one, "minItems": 1}
    content = {"schema": {"oneOf": [one, many]}, "example": _typical(service)}
    return {"required": True, "content": {"application/json": content}}


def prediction_schema(service: Service) -> dict[str, Any]:
    """Answer of ``predict``: one for an object of features, a list of them for a list."""
    unit, score = service.target.unit, {"type": "number", "minimum": 0, "maximum": 100}
    number = {"type": "number", "nullable": True}
    properties: dict[str, Any] = {
        f"{service.name}_score": {**score, "nullable": True, "description": service.title.en},
        service.target.name: {**number, "description": f"{service.target.title.en} ({unit})"},
        "score_kind": {"type": "string", "enum": list(get_args(ScoreKind))},
        "parts": _parts(service, {**score, "nullable": True}, number),
        "unit": {"type": "string", "example": unit},
        "lower": {**number, "description": f"Lower end of the interval ({unit})"},
        "upper": {**number, "description": f"Upper end of the interval ({unit})"},
        "interval_level": {"type": "number", "example": 0.9},
        "applicability": {
            **number,
            "description": "Dissimilarity over its threshold: more than 1 is outside the model.",
        },
        "contributions": {"type": "array", "items": {"type": "object"}},
        "model": {"type": "string"},
        "synthetic_model": {"type": "boolean", "description": "It learned from generated data."},
        "quantity": {"type": "object", "nullable": True, "description": "What was measured."},
        "reference": {"type": "object", "nullable": True, "description": "What it is relative to."},
        "warnings": {"type": "array", "items": {"type": "object"}},
    }
    one = {"type": "object", "properties": properties}
    schema = {"oneOf": [one, {"type": "array", "items": one}]}
    return {
        "description": "The answer, or a list of answers for a list of rows",
        "content": {"application/json": {"schema": schema}},
    }


def _parts(service: Service, score: dict[str, Any], number: dict[str, Any]) -> dict[str, Any]:
    """The causes that are kept apart, each with its own score and target."""
    told = {
        one.name: {
            "type": "object",
            "description": one.summary.en,
            "properties": {
                "title": {"type": "object"},
                f"{service.name}_score": {**score, "description": one.title.en},
                service.target.name: {**number, "description": service.target.title.en},
            },
        }
        for one in service.parts
    }
    return {"type": "object", "properties": told, "description": "What it is the largest of."}


def _typical(service: Service) -> dict[str, float]:
    """A place like many: the cell of the service's own scene where the first feature is median.

    Middles of ranges would describe a place that does not exist.
    """
    scene = service.scene()
    names = service.input_sets[0] if service.input_sets else tuple(scene.features)
    first = scene.features[names[0]].ravel()
    cell = int(first.argsort()[first.size // 2])
    return {name: round(float(scene.features[name].ravel()[cell]), 4) for name in names}
