"""OpenAPI schemas of the scenarios of a service, made from its contract."""

from __future__ import annotations

from typing import Any, get_args

from geoml.contract import ScoreKind, Service

_NUMBER: dict[str, Any] = {"type": "number", "nullable": True}
_SQUARE = [[4.84, 45.75], [4.85, 45.75], [4.85, 45.76], [4.84, 45.76], [4.84, 45.75]]


def question_schema(service: Service) -> dict[str, Any]:
    """Request body: the area, a polygon in longitude and latitude, the action and its amount."""
    actions = service.actions
    told = "; ".join(
        f"{one.name}: {one.valid[0]:g} to {one.valid[1]:g} (unit: {one.unit})" for one in actions
    )
    amount = {
        "type": "number",
        "minimum": min(one.valid[0] for one in actions),
        "maximum": max(one.valid[1] for one in actions),
        "description": told,
    }
    properties = {
        "area": {"type": "string", "maxLength": 48, "description": "Id of an area."},
        "geometry": _geometry(),
        "action": {"type": "string", "enum": [one.name for one in actions]},
        "amount": amount,
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
    example = {
        "area": "my-town",
        "geometry": {"type": "Polygon", "coordinates": [_SQUARE]},
        "action": actions[0].name,
        "amount": actions[0].valid[1],
    }
    content = {"application/json": {"schema": schema, "example": example}}
    return {"required": True, "content": content}


def effect_schema(service: Service) -> dict[str, Any]:
    """The answer: means over the cells of the polygon, for the whole and for each part."""
    title = {"type": "object"}
    properties: dict[str, Any] = {
        **{name: {"type": "string"} for name in ("service", "area", "edition", "model")},
        "date": {"type": "string", "nullable": True},
        "score_kind": {"type": "string", "enum": list(get_args(ScoreKind))},
        "action": {"type": "object"},
        "amount": {"type": "number"},
        "unit": {"type": "string", "example": service.target.unit},
        "interval_level": {"type": "number"},
        "cells": {"type": "integer", "description": "Cells whose centre lies in the polygon."},
        "cells_answered": {"type": "integer", "description": "Those whose effect is known."},
        "area_m2": {"type": "number", "description": "Ground of the cells."},
        **_change(service),
        "parts": {
            "type": "object",
            "properties": {
                one.name: {"type": "object", "properties": {"title": title, **_change(service)}}
                for one in service.parts
            },
        },
        "is_not": {"type": "object"},
        "warnings": {"type": "array", "items": {"type": "object"}},
    }
    content = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    return {"description": "The mean effect on the ground of the polygon", "content": content}


def _change(service: Service) -> dict[str, Any]:
    score = dict.fromkeys(("before", "after", "change"), _NUMBER)
    target = score | dict.fromkeys(("lower", "upper"), _NUMBER)
    unit = service.target.unit
    return {
        f"{service.name}_score": {"type": "object", "properties": score},
        service.target.name: {
            "type": "object",
            "properties": target,
            "description": f"In {unit}; lower and upper are those of the change.",
        },
    }


def _geometry() -> dict[str, Any]:
    position = {
        "type": "array",
        "items": {"type": "number", "minimum": -180, "maximum": 180},
        "minItems": 2,
        "maxItems": 2,
    }
    ring = {"type": "array", "items": position, "minItems": 4, "maxItems": 2000}
    polygon = {"type": "array", "items": ring, "minItems": 1}
    shapes = {"Polygon": polygon, "MultiPolygon": {**polygon, "items": polygon}}
    return {
        "description": "GeoJSON, in longitude and latitude, inside the area.",
        "oneOf": [
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "coordinates"],
                "properties": {
                    "type": {"type": "string", "enum": [kind]},
                    "coordinates": coordinates,
                },
            }
            for kind, coordinates in shapes.items()
        ],
    }
