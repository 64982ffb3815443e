"""``POST /services/{s}/scenarios``: a drawn polygon and an action, strictly read, and answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import shapely

from geoml.api.answers import model_id
from geoml.api.problems import BadBody
from geoml.api.rows import decoded
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.areas.boundary import Geometry
from geoml.catalog import audience
from geoml.contract import Action, Service
from geoml.errors import OutsideData, UnknownEdition
from geoml.lifecycle.scenario import try_out
from geoml.types import Text

FIELDS = ("area", "geometry", "action", "amount")
MOST_POINTS = 2_000
_DEPTH: Mapping[str, int] = {"Polygon": 2, "MultiPolygon": 3}
"""Kinds of geometry, and how many lists a position lies in."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: where, and what is done there; ``ground`` is in longitude and latitude."""

    area: str
    ground: Geometry
    action: Action
    amount: float


def parse(service: Service, raw: bytes, content_type: str) -> Question:
    """The question in a body; raises BadBody 400, 415 or 422, which names every wrong field."""
    body = decoded(raw, content_type)
    if not isinstance(body, dict):
        raise BadBody(422, f"expected an object with {', '.join(FIELDS)}", [])
    wrong = [_fault(name, "is missing") for name in FIELDS if name not in body]
    wrong += [_fault(name, "no such field") for name in body if name not in FIELDS]
    if not wrong:
        offered = {one.name: one for one in service.actions}
        wrong = _faults(body, offered)
        ground = _geometry(body["geometry"], wrong)
        if ground is not None and not wrong:
            action = offered[body["action"]]
            return Question(body["area"], ground, action, float(body["amount"]))
    told = "; ".join(f"{one['field']}: {one['problem']}" for one in wrong[:5])
    raise BadBody(422, told, wrong[:20])


def answer(service: Service, served: Served, asked: Question) -> dict[str, Any]:
    """The mean effect on the ground that was asked about, from the edition that is served there.

    Raises UnknownArea, UnknownEdition, OutsideData (cells are for staff), NoOverlap, OutOfRange.
    """
    area = served.area(asked.area)
    if not sees(audience.of_cells(service)):
        raise OutsideData("no published answer covers this place", where=service.name)
    edition = served.edition(service.name, area.id)
    if edition is None:
        raise UnknownEdition("nothing is published yet", where=f"{service.name} in {area.name}")
    manifest = served.manifest(edition)
    model = served.model(service.name, manifest["model"].partition("@")[2])
    action = asked.action
    told = try_out(service, model, area, edition, asked.ground, action, asked.amount)
    return {
        "service": service.name,
        "area": area.id,
        "edition": edition.id,
        "date": manifest["date"],
        "model": model_id(service, model),
        "score_kind": service.score_kind_of(model.manifest),
        "action": {"name": action.name, "title": action.title.as_dict(), "unit": action.unit},
        "amount": asked.amount,
        "unit": service.target.unit,
        "interval_level": manifest["interval_level"],
        **told,
        "is_not": service.is_not.as_dict(),
        "warnings": [
            *manifest.get("warnings", []),
            *([] if told["cells_answered"] == told["cells"] else [_unknown(service, action)]),
        ],
    }


def _unknown(service: Service, action: Action) -> dict[str, str]:
    """That in some cells nothing is known of what the action changes, or nothing at all."""
    titles = [one.title.within() for one in service.features if one.name in action.changes]
    return Text(
        fr="Sur une partie de ce terrain l'effet ne peut pas être calculé : il faut y connaître "
        f"l'une de ces données : {', '.join(one.fr for one in titles)}.",
        en="On some of this ground the effect cannot be computed: one of these must be known "
        f"there: {', '.join(one.en for one in titles)}.",
    ).as_dict()


def _fault(field: str, problem: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"field": field[:120], "problem": problem, **told}


def _faults(body: Mapping[str, Any], offered: Mapping[str, Action]) -> list[dict[str, Any]]:
    """What is wrong with the fields that are no geometry."""
    wrong = []
    if not isinstance(body["area"], str):
        wrong.append(_fault("area", "expected the id of an area"))
    action = offered.get(body["action"]) if isinstance(body["action"], str) else None
    if action is None:
        return [*wrong, _fault("action", f"expected one of: {', '.join(offered)}")]
    amount, (low, high) = body["amount"], action.valid
    number = isinstance(amount, int | float) and not isinstance(amount, bool)
    if not (number and low <= amount <= high):
        told = f"expected a number from {low:g} to {high:g} (unit: {action.unit})"
        got = json.dumps(amount)[:40] if number else type(amount).__name__
        wrong.append(_fault("amount", told, unit=action.unit, range=[low, high], got=got))
    return wrong


def _geometry(given: Any, wrong: list[dict[str, Any]]) -> Geometry | None:  # noqa: ANN401
    """A GeoJSON polygon; None where it is none, which is added to ``wrong``."""
    depth = _DEPTH.get(given["type"]) if _is_geometry(given) else None
    problem = "expected a GeoJSON Polygon or MultiPolygon: its type and coordinates, nothing else"
    if depth is not None:
        counted = [0]
        if _nested(given["coordinates"], depth, counted):
            found = cast("Geometry", shapely.geometry.shape(given))
            if shapely.is_valid(found):
                return found
            problem = f"not a valid polygon: {shapely.is_valid_reason(found)[:80]}"
        elif counted[0] > MOST_POINTS:
            problem = f"at most {MOST_POINTS} points"
        else:
            problem = (
                "expected closed rings of 4 points or more, each longitude and latitude in degrees"
            )
    wrong.append(_fault("geometry", problem))
    return None


def _is_geometry(given: Any) -> bool:  # noqa: ANN401 - any JSON
    keys = isinstance(given, dict) and set(given) == {"type", "coordinates"}
    return keys and isinstance(given["type"], str)


def _nested(given: Any, depth: int, counted: list[int]) -> bool:  # noqa: ANN401 - any JSON
    """Whether coordinates are lists of lists of rings; counts the points as it goes."""
    if not isinstance(given, list) or not given:
        return False
    if depth > 1:
        return all(_nested(one, depth - 1, counted) for one in given)
    counted[0] += len(given)
    if counted[0] > MOST_POINTS or len(given) < 4:
        return False
    return all(_position(one) for one in given) and given[0] == given[-1]


def _position(given: Any) -> bool:  # noqa: ANN401 - any JSON
    if not isinstance(given, list) or len(given) != 2:
        return False
    for value, most in zip(given, (180.0, 90.0), strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not -most <= value <= most:
            return False
    return True
