"""The OpenAPI document: valid 3.0, true to the routes, and every failure told."""

import pytest
from openapi_spec_validator import validate

from geoml.api.ogc import routes as ogc
from geoml.api.openapi import lowered

VERBS = {"get", "put", "post", "delete", "patch"}
CODES = {"400", "401", "403", "404", "406", "429", "500", "503"}


@pytest.fixture(scope="module")
def document(client):
    return client.get("/api").json()


def operations(document):
    for path, item in document["paths"].items():
        for verb in VERBS & set(item):
            yield path, verb, item[verb]


def test_it_is_valid_3_0(document):
    assert document["openapi"] == "3.0.3"
    validate(document)


def test_no_word_of_3_1_is_left(document):
    def walk(node):
        if isinstance(node, dict):
            assert not isinstance(node.get("type"), list), node
            assert node.get("type") != "null", node
            assert not {"const", "prefixItems", "$defs", "contentMediaType"} & set(node), node
            for limit in ("exclusiveMinimum", "exclusiveMaximum"):
                assert isinstance(node.get(limit, True), bool), node
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)


def test_every_operation_tells_how_it_can_fail(document):
    for path, _verb, operation in operations(document):
        told = set(operation["responses"])
        assert told >= CODES, path
        assert ({"413", "415", "422"} <= told) == ("requestBody" in operation), path
        assert operation["operationId"]
    pages = [path for path, item in document["paths"].items() if path.endswith("/items")]
    gone = [one for one in pages if "410" in document["paths"][one]["get"]["responses"]]
    assert gone == ["/collections/{collectionId}/items"]  # STAC's never name an edition
    assert len(pages) == 2
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_every_route_of_ours_is_told(client, document):
    """/conf/oas30/completeness: what is served is described, path for path."""
    known = {path.replace("{collectionId}", "{}").replace("{featureId}", "{}") for path in
             document["paths"]}  # fmt: skip
    routes = ogc.build(ogc.Features(client.app.state.shelf, client.app.state.served))
    assert len(routes) >= 8
    for route in routes:
        told = route.path.replace("{collection}", "{}").replace("{feature}", "{}")
        assert told in known, route.path


def test_oas_impl_the_document_reads_what_the_route_reads(client, document, service_name):
    """A parameter that the document names is taken; one that it does not name is 400."""
    items = document["paths"]["/collections/{collectionId}/items"]["get"]
    names = {one["name"] for one in items["parameters"] if one["in"] == "query"}
    path = f"/collections/{service_name}-town/items"
    known = client.app.state.shelf.get(f"{service_name}-town").parameters
    assert set(known) <= names
    for name in known:
        answer = client.get(path, params={name: "\x01"})  # no value of any of them
        told = answer.json()
        assert "unknown query parameter" not in str(told.get("detail")), name
    assert client.get(f"{path}?none=1").status_code == 400


def test_it_is_made_once_for_each_edition(client, monkeypatch):
    first = client.get("/api").content

    def forbidden(*_args):
        raise AssertionError("made again")

    monkeypatch.setattr("geoml.api.openapi.lowered", forbidden)
    assert client.get("/api").content == first


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"$ref": "#/a"}, {"type": "null"}], "title": "x"},
            {"allOf": [{"$ref": "#/a"}], "nullable": True, "title": "x"},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "number"}], "nullable": True},
        ),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"exclusiveMaximum": 1.5}, {"maximum": 1.5, "exclusiveMaximum": True}),
        ({"examples": [3, 4]}, {"example": 3}),
        ({"examples": {"one": {"value": 3}}}, {"examples": {"one": {"value": 3}}}),
        ({"prefixItems": [{"type": "string"}]}, {"items": {"anyOf": [{"type": "string"}]}}),
    ],
)
def test_words_of_3_1_in_3_0(new, old):
    asked = {"openapi": "3.1.0", "schema": new}
    assert lowered(asked) == {"openapi": "3.0.3", "schema": old}
    assert asked["openapi"] == "3.1.0"
