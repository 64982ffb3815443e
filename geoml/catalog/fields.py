"""What the properties of published features mean: type, unit and a title that citizens read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from geoml.contract import PROBABILITY, Service
from geoml.types import Text

FieldType = Literal["string", "number", "integer"]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of the features of a collection; ``unit`` is empty for text."""

    name: str
    type: FieldType
    title: Text
    unit: str = ""


def fields_of(service: Service, schema: pa.Schema) -> tuple[Field, ...]:
    """The properties that a published table has, in its order, with what the service says."""
    told = {
        "kind": (Text(fr="Genre", en="Kind"), ""),
        f"{service.name}_score": (service.title, "0..100"),
        "lower": (Text(fr="Borne basse du score", en="Lower bound of the score"), "0..100"),
        "upper": (Text(fr="Borne haute du score", en="Upper bound of the score"), "0..100"),
        "applicability": (
            Text(fr="Dissemblance sur son seuil", en="Dissimilarity over its threshold"),
            "1",
        ),
        "why": (Text(fr="Pourquoi pas de réponse", en="Why there is no answer"), ""),
        "name": (Text(fr="Nom", en="Name"), ""),
        "height_m": (Text(fr="Hauteur", en="Height"), "m"),
        "area_m2": (Text(fr="Surface au sol", en="Ground area"), "m2"),
    }
    told |= {part.name: (part.title, "0..100") for part in service.parts}
    if service.segmentation is not None:
        told |= {PROBABILITY: (service.segmentation.title, "1"), **_OF_OUTLINES}
        told |= {one.name: (one.title, one.unit) for one in service.segmentation.columns}
    told |= {one.name: (one.title, one.unit) for one in service.features}
    found = []
    for field in schema:
        if field.name not in {"id", "geometry"}:
            title, unit = told.get(field.name, (Text(fr=field.name, en=field.name), ""))
            found.append(Field(field.name, _type(field.type), title, unit))
    return tuple(found)


def title_of_kind(kind: str) -> Text:
    """What units of a kind are called, many of them; a kind that nobody knows by its own name."""
    return _KINDS.get(kind, Text(fr=kind, en=kind))


_KINDS = {
    "buildings": Text(fr="bâtiments", en="buildings"),
    "zones": Text(fr="quartiers", en="zones"),
    "roofs": Text(fr="toits", en="roofs"),
}
_OF_OUTLINES = {
    "reg_status": (Text(fr="Contour redressé ou brut", en="Outline made square, or raw"), ""),
    "building": (Text(fr="Bâtiment connu de la ville", en="Building that the town knows"), ""),
}


def _type(kind: pa.DataType) -> FieldType:
    if pa.types.is_integer(kind):
        return "integer"
    return "number" if pa.types.is_floating(kind) else "string"
