"""OpenAPI schemas of the questions that are pictures, made from the contract of the service."""

from __future__ import annotations

from typing import Any

from geoml.contract import Segmentation, Service

_NUMBER: dict[str, Any] = {"type": "number", "nullable": True}
_SCORE: dict[str, Any] = {**_NUMBER, "minimum": 0, "maximum": 100}


def picture_schema() -> dict[str, Any]:
    """Request body: a form with one file."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def finding_schema(service: Service, found: Segmentation) -> dict[str, Any]:
    """The answer: a GeoJSON FeatureCollection with the answer for each thing."""
    title = found.title.en
    columns = {
        one.name: {
            **(_NUMBER if one.unit else {"type": "string", "nullable": True}),
            "description": f"{one.title.en} ({one.unit})" if one.unit else one.title.en,
        }
        for one in found.columns
    }
    properties: dict[str, Any] = {
        "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": title},
        "area_m2": _NUMBER,
        "reg_status": {"type": "string", "enum": ["regularised", "raw"]},
        f"{service.name}_score": {**_SCORE, "description": service.title.en},
        "lower": _SCORE,
        "upper": _SCORE,
        **columns,
    }
    feature = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "integer"},
            "geometry": {"type": "object", "description": "A polygon."},
            "properties": {"type": "object", "properties": properties},
        },
    }
    schema = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": feature},
            "numberReturned": {"type": "integer"},
            "coordinates": {"type": "string", "enum": ["lonlat", "pixel"]},
            "width": {"type": "integer"},
            "height": {"type": "integer"},
            "gsd": {**_NUMBER, "description": "Metres per pixel; null where nobody knows."},
            "latitude": _NUMBER,
            "service": {"type": "string"},
            "model": {"type": "string"},
            "assumptions": {"type": "object"},
            "is_not": {"type": "object"},
            "warnings": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {
        "description": f"What was found: {found.unit}",
        "content": {"application/geo+json": {"schema": schema}},
    }
