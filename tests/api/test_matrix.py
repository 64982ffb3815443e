"""Every route with every role: what the OpenAPI document declares is what the server does."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from geoml import catalog
from geoml.api.app import create_app
from geoml.api.security import DOORS, declare, door_of
from geoml.api.settings import Settings
from geoml.store import database, tokens

HOUR = timedelta(hours=1)
VERBS = ("get", "post", "put", "patch", "delete")
OPENS = {
    "stranger": set(),
    "nonsense": None,
    "expired": None,
    "revoked": None,
    "read": {"read"},
    "feedback": {"feedback"},
    "both": {"read", "feedback"},
    "operate": {"read", "feedback", "operate"},
}
"""Role -> the scopes that are open to it; None for a token that is not good."""
PLACES = {"z": "0", "x": "0", "y": "0", "lon": "0", "lat": "0", "format": "png", "area": "town"}


@pytest.fixture(scope="module")
def roles(town, tmp_path_factory):
    """Role -> headers."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("operations") / "geoml.db"
        patch.setenv(database.VARIABLE, f"sqlite:///{file}")

        def bearer(*scopes, lasts=HOUR):
            given, made = tokens.create(town, scopes, lasts)
            return {"authorization": f"Bearer {given}"}, made.id

        revoked, id_ = bearer("operate")
        tokens.revoke(town, id_)
        yield {
            "stranger": {},
            "nonsense": {"authorization": f"Bearer geoml_{'0' * 12}_{'x' * 43}"},
            "expired": bearer("operate", lasts=timedelta(microseconds=1))[0],
            "revoked": revoked,
            "read": bearer("read")[0],
            "feedback": bearer("feedback")[0],
            "both": bearer("read", "feedback")[0],
            "operate": bearer("operate")[0],
        }
        database.close()


@pytest.fixture(scope="module", params=[True, False], ids=["public", "private"])
def app(request, town, roles):
    app = create_app(Settings(home=town.root, public_read=request.param, writes_per_minute=0))
    with TestClient(app, raise_server_exceptions=False) as client:
        client.public_read = request.param
        yield client


@pytest.fixture(scope="module")
def operations(app, roles):
    document = app.get("/api", headers=roles["operate"]).json()
    found = [
        (path, verb, told)
        for path, item in document["paths"].items()
        for verb, told in item.items()
        if verb in VERBS
    ]
    asked = {path for path, _, _ in found}
    for service in map(catalog.get, catalog.names()):
        assert f"/services/{service.name}/predict" in asked
        assert (f"/services/{service.name}/scenarios" in asked) == bool(service.actions)
    return found


def test_every_operation_declares_its_scope(operations):
    undeclared = [(verb, path) for path, verb, told in operations if told.get("x-scope") is None]
    assert undeclared == [], "add the first part of the path to DOORS in geoml/api/security.py"
    assert all("security" in told for _, _, told in operations)


def test_an_operation_behind_no_door_is_seen_by_the_test_above():
    document = declare({"paths": {"/forgotten/{id}": {"get": {}}}})
    assert document["paths"]["/forgotten/{id}"]["get"]["x-scope"] is None


def test_every_route_has_a_door_documented_or_not(app):
    paths = list(_paths(app.app.routes))
    assert {"/docs", "/api", "/static"} <= set(paths)
    assert [path for path in paths if door_of(path) is None] == []


def test_a_route_that_nobody_declared_is_closed(town, roles):
    app = create_app(Settings(home=town.root))
    app.add_api_route("/forgotten", lambda: "canary", methods=["GET", "POST"])
    client = TestClient(app)
    for headers in roles.values():
        answer = client.get("/forgotten", headers=headers)
        assert answer.status_code in {401, 404}
        assert "canary" not in answer.text
        assert client.post("/forgotten", headers=headers).status_code in {401, 404}


def test_every_role_at_every_route(app, operations, roles):
    """401 for a token that is not good; 401 and 403 exactly where the document says so."""
    wrong = []
    for path, verb, told in operations:
        for role, headers in roles.items():
            answer = app.request(verb, _filled(path), headers=headers, content=_body(verb))
            expected = _expected(told, role)
            got = answer.status_code if answer.status_code in {401, 403} else "open"
            if got != expected:
                wrong.append((verb, path, role, expected, answer.status_code))
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer"), path
    assert wrong == []


@pytest.mark.parametrize("door", ["ops/alerts", "feedback"])
def test_doors_of_operators_are_closed_before_anything_is_behind_them(app, roles, door):
    sending = "feedback" if door == "feedback" else "operate"
    for role, scopes in OPENS.items():
        for verb, needed in (("get", "operate"), ("post", sending)):
            got = app.request(verb, f"/{door}", headers=roles[role]).status_code
            if scopes is None or not (scopes or "operate" in (scopes or ())):
                assert got == 401, (role, verb)
            elif needed not in scopes:
                assert got == 403, (role, verb)
            else:
                assert got not in {401, 403}, (role, verb)


def test_the_document_says_what_a_stranger_may(app, operations):
    for path, _, told in operations:
        open_to_all = told["security"] == [] or {} in told["security"]
        expected = told["x-scope"] == "open" or (app.public_read and told["x-scope"] == "read")
        assert open_to_all == expected, path


def test_every_door_needs_a_scope_that_can_be_given():
    known = {"open", *tokens.SCOPES}
    assert {one for door in DOORS.values() for one in (door.reading, door.sending)} <= known


def _expected(told, role):
    """The status that the document promises a role, or ``open``."""
    if OPENS[role] is None:
        return 401
    if told["security"] == [] or {} in told["security"]:  # so to strangers, so to every good token
        return "open"
    if told["x-scope"] in OPENS[role]:
        return "open"
    return 401 if role == "stranger" else 403


def _filled(path):
    """A template with something in each place."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + PLACES.get(name, "none") + after
    return path


def _body(verb):
    return None if verb == "get" else b"{}"


def _paths(routes, prefix=""):
    for route in routes:
        if getattr(route, "path", None) is not None:
            yield prefix + route.path
        elif hasattr(route, "original_router"):  # FastAPI's included router
            below = prefix + route.include_context.prefix
            yield from _paths(route.original_router.routes, below)
        else:
            raise AssertionError(f"a route of a kind that this test does not know: {route!r}")
