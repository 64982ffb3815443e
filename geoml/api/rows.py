"""From a JSON body to feature arrays: every wrong field is named, with its unit and range."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from geoml.api.problems import BadBody
from geoml.contract import Feature, Model, Service
from geoml.types import Array


def parse(raw: bytes, content_type: str, most: int) -> tuple[list[Any], bool]:
    """The rows of a body and whether it was a batch; raises BadBody 400, 413, 415 or 422."""
    body = decoded(raw, content_type)
    batch = isinstance(body, list)
    rows = body if batch else [body]
    if not rows:
        raise BadBody(422, "an empty batch; send at least one object of features", [])
    if len(rows) > most:
        raise BadBody(413, f"at most {most} rows at once, got {len(rows)}", [])
    return rows, batch


def decoded(raw: bytes, content_type: str) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of a body, strictly read; raises BadBody 400 or 415."""
    if content_type.partition(";")[0].strip().lower() not in {"application/json", ""}:
        raise BadBody(415, f"expected application/json, got {content_type[:80]}", [])
    try:
        return json.loads(
            raw, parse_constant=_no_constant, parse_int=_integer, object_pairs_hook=_object
        )
    except RecursionError as error:
        raise BadBody(400, "the body is nested too deeply", []) from error
    except ValueError as error:
        raise BadBody(400, f"the body is not JSON: {error}", []) from error


def columns(service: Service, rows: list[Any]) -> dict[str, Array]:
    """Feature name -> array of shape (rows,), NaN where a row does not know it.

    Raises BadBody 422 with one entry per wrong field: unknown names, values that are no
    numbers, values outside the declared range, and rows that know too little.
    """
    wrong: list[dict[str, Any]] = []
    known = {feature.name: feature for feature in service.features}
    table = {name: np.full(len(rows), np.nan) for name in known}
    for number, row in enumerate(rows):
        place = f"[{number}]" if len(rows) > 1 else ""
        if not isinstance(row, dict):
            wrong.append({"field": place or "body", "problem": "expected an object of features"})
            continue
        for name, value in row.items():
            fault = _fault(known, name, value)
            if fault is not None:
                field = f"{place}.{name}" if place else name
                wrong.append({"field": field[:120], **fault})
            elif value is not None:
                table[name][number] = value
        wrong += [{"field": place or "body", **fault} for fault in _too_little(service, row)]
        if len(wrong) >= 20:
            break
    if wrong:
        told = "; ".join(f"{one['field']}: {one['problem']}" for one in wrong[:5])
        raise BadBody(422, told, wrong[:20])
    return {name: values for name, values in table.items() if np.isfinite(values).any()}


def check_answerable(service: Service, model: Model, rows: list[dict[str, Any]]) -> None:
    """Refuse rows that the model at hand cannot answer, though another model could: 422."""
    wrong = []
    for number, row in enumerate(rows):
        known = [name for name in model.features if row.get(name) is not None]
        if not service.enough(known):
            uses = ", ".join(model.features)
            told = f"the model that answers, {model.manifest['version']}, knows only: {uses}"
            wrong.append({"field": f"[{number}]" if len(rows) > 1 else "body", "problem": told})
    if wrong:
        raise BadBody(422, f"{wrong[0]['field']}: {wrong[0]['problem']}", wrong[:20])


def _fault(known: Mapping[str, Feature], name: str, value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    feature = known.get(name)
    if feature is None:
        close = get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        return {"problem": f"no such feature; {hint}"}
    if value is None:
        return None
    low, high = feature.valid
    told = {"unit": feature.unit, "range": [low, high], "got": str(value)[:40]}
    expected = f"expected a number from {low:g} to {high:g} (unit: {feature.unit})"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {"problem": f"{expected}, got {json.dumps(value)[:40]}", **told}
    if not feature.accepts(value):  # compares exactly: a number too large for a float too
        return {"problem": f"{expected}, got {str(value)[:40]}", **told}
    return None


def _too_little(service: Service, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"problem": f"at least one of these is needed: {', '.join(group)}"}
        for group in service.needs_one_of
        if all(row.get(name) is None for name in group)
    ]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a name given twice has no one meaning, so it is refused."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        told = f"{twice[:60]!r} is given twice in one object"
        raise BadBody(400, told, [{"field": twice[:120], "problem": "given twice"}])
    return found


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:  # Python's own text names a switch of the server
        raise BadBody(400, "a number with too many digits", []) from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON; use null for an unknown value")
