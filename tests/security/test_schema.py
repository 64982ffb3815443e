"""Schemathesis over the whole OpenAPI document: no 500, no undocumented status, true answers."""

import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from geoml import catalog
from geoml.api.app import create_app
from geoml.api.settings import Settings

schemathesis = pytest.importorskip("schemathesis")

pytestmark = pytest.mark.slow

WHOLE_S = 75.0
EXAMPLES = 20


@pytest.fixture(scope="module")
def schema(doors):
    """The document as staff is told it: with all that a stranger is not told."""
    from schemathesis.config import SchemathesisConfig

    app = create_app(Settings(home=doors.home.root, writes_per_minute=0))
    told = {"config": SchemathesisConfig(), "headers": dict(doors.staff)}
    return schemathesis.openapi.from_asgi("/api", app, **told)


@pytest.fixture(scope="module")
def promises():
    from schemathesis import checks
    from schemathesis.specs.openapi import checks as openapi

    return [
        checks.not_a_server_error,
        openapi.status_code_conformance,
        openapi.content_type_conformance,
        openapi.response_headers_conformance,
        openapi.response_schema_conformance,
    ]


def test_every_operation_keeps_its_word(schema, promises, doors):
    """Drawn requests, right ones of staff and wrong ones of strangers.

    Each operation has an equal share of the time.
    """
    from schemathesis import GenerationMode

    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) > 40
    faults, driven = [], set()
    for operation in found:
        ends = time.monotonic() + WHOLE_S / len(found)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                headers = dict(doors.staff) if mode is GenerationMode.POSITIVE else {}
                _drive(operation, mode, promises, ends, faults, headers)
            except Unsatisfiable:  # an operation without parameters cannot be asked wrongly
                assert mode is GenerationMode.NEGATIVE, operation.label
        driven.add(operation.label)
    assert driven == {operation.label for operation in found}
    assert faults[:20] == []


def test_an_answer_that_nobody_documented_is_seen(promises):
    from fastapi import FastAPI, Response
    from schemathesis import GenerationMode

    app = FastAPI()
    app.get("/liar")(lambda: Response("no", 418))
    (found,) = schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations()
    faults = []
    _drive(found.ok(), GenerationMode.POSITIVE, promises, time.monotonic(), faults)
    assert "418" in faults[0][1]


def test_a_good_scenario_keeps_its_word(schema, promises, ground):
    """Drawn polygons lie beside the town: this one lies in it."""
    offered = [name for name in catalog.names() if catalog.get(name).actions]
    assert offered
    for name in offered:
        operation = schema[f"/services/{name}/scenarios"]["POST"]
        for action in catalog.get(name).actions:
            body = {**ground, "action": action.name, "amount": action.valid[1]}
            case = operation.Case(body=body, media_type="application/json")
            answer = case.call_and_validate(checks=promises)
            assert answer.status_code == 200, answer.text


def _drive(operation, mode, promises, ends, faults, headers=None):
    from schemathesis.core.failures import FailureGroup

    done = []

    def one(case):
        if done and time.monotonic() > ends:
            return
        done.append(case)
        try:
            case.call_and_validate(checks=promises, headers=headers)
        except FailureGroup as group:
            told = "; ".join(str(error)[:400] for error in group.exceptions)
            faults.append((case.as_curl_command()[:300], told))

    QUIETLY(given(operation.as_strategy(generation_mode=mode))(one))()


QUIETLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
