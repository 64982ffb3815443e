"""``POST /services/{s}/scenarios``: what an action does, and what is no question."""

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.areas.area import load
from geoml.raster.cog import read

PATH = "/services/soak/scenarios"


@pytest.fixture(scope="module")
def client(made_up):
    with TestClient(create_app(Settings(home=made_up.home.root))) as client:
        yield client


@pytest.fixture(scope="module")
def west_south(made_up):
    west, south, east, north = load(made_up.home, "soaked").grid.lonlat_bounds()
    return west + 0.3 * (east - west), south + 0.3 * (north - south)


@pytest.fixture(scope="module")
def question(west_south):
    """A square of some 400 m in the area."""
    west, south = west_south
    ring = [[west, south], [west + 0.005, south], [west + 0.005, south + 0.0035],
            [west, south + 0.0035], [west, south]]  # fmt: skip
    square = {"type": "Polygon", "coordinates": [ring]}
    return {"area": "soaked", "geometry": square, "action": "opening", "amount": 0.2}


def test_the_effect_is_the_mean_over_the_cells_of_the_polygon(client, made_up, question):
    answer = client.post(PATH, json=question)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["cells"] > 100
    assert told["cells_answered"] == told["cells"]
    assert told["area_m2"] == told["cells"] * 900
    sealed = told["parts"]["sealed"]["wet"]
    assert sealed["change"] == pytest.approx(sealed["after"] - sealed["before"], abs=2e-4)
    assert sealed["lower"] <= sealed["change"] <= sealed["upper"] <= 0
    assert sealed["change"] < 0
    assert told["parts"]["low"]["wet"]["change"] == 0
    assert told["parts"]["low"]["soak_score"]["before"] > 0
    assert told["soak_score"]["change"] <= 0
    assert told["score_kind"] == "index"
    assert told["is_not"]["en"] == "It is not serious."
    assert told["action"]["unit"] == "1"
    assert {one.get("code") for one in told["warnings"]} == {"made_up"}


def test_all_of_the_area_is_what_the_map_says_on_the_average(client, made_up, question):
    area = load(made_up.home, "soaked")
    west, south, east, north = area.grid.lonlat_bounds()
    inset = 0.0005
    ring = [[west + inset, south + inset], [east - inset, south + inset],
            [east - inset, north - inset], [west + inset, north - inset],
            [west + inset, south + inset]]  # fmt: skip
    whole = {**question, "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    told = client.post(PATH, json=whole).json()
    score = read(made_up.edition.folder / "score.tif")
    assert told["cells"] > 0.8 * score.size
    assert told["soak_score"]["before"] == pytest.approx(np.nanmean(score), abs=1.0)


def changed(question, **fields):
    return {**question, **fields}


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"amount": 1.5}, 422, "0 to 1 (unit: 1)"),
        ({"amount": True}, 422, "amount: expected a number"),
        ({"amount": 10**400}, 422, "amount: expected a number"),
        ({"amount": None}, 422, "amount"),
        ({"action": "rain"}, 422, "expected one of: opening"),
        ({"action": ["opening"]}, 422, "expected one of: opening"),
        ({"area": 3}, 422, "area: expected the id"),
        ({"area": "nowhere"}, 404, "nowhere"),
        ({"area": "../soaked"}, 400, "not a valid identifier"),
        ({"colour": "red"}, 422, "colour: no such field"),
        ({"geometry": None}, 422, "geometry: expected a GeoJSON Polygon"),
        ({"geometry": {"type": "Point", "coordinates": [4, 45]}}, 422, "GeoJSON Polygon"),
        ({"geometry": {"type": ["Polygon"], "coordinates": []}}, 422, "GeoJSON Polygon"),
        ({"geometry": {"type": "Polygon", "coordinates": [], "url": "file:///"}}, 422, "nothing"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, 422, "closed rings"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}}, 422,
         "closed rings"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}}, 422,
         "closed rings"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1e999], [1, 1], [0, 0]]]}},
         422, "closed rings"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0, 0]] * 4]}}, 422, "closed rings"),
        ({"geometry": {"type": "Polygon", "coordinates":
                       [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}}, 422, "not a valid polygon"),
        ({"geometry": {"type": "Polygon", "coordinates":
                       [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}}, 422, "beyond the area"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0]] * 3000]}}, 422,
         "at most 2000 points"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused_and_named(client, question, fields, status, told):
    body = json.dumps(changed(question, **fields)).replace("Infinity", "1e999")
    answer = client.post(PATH, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


def test_ground_smaller_than_a_cell_and_ground_too_large(client, question, west_south, monkeypatch):
    west, south = west_south
    speck = [[west, south], [west + 1e-5, south], [west, south + 1e-5], [west, south]]
    tiny = changed(question, geometry={"type": "Polygon", "coordinates": [speck]})
    refused = client.post(PATH, json=tiny)
    assert refused.status_code == 422
    assert "no centre of a cell of 30 m" in refused.json()["detail"]
    monkeypatch.setattr("geoml.lifecycle.scenario.MOST_CELLS", 50)
    refused = client.post(PATH, json=question)
    assert refused.status_code == 422
    assert "at most 50" in refused.json()["detail"]


@pytest.mark.parametrize("field", ["area", "geometry", "action", "amount"])
def test_a_field_that_is_missing_is_named(client, question, field):
    answer = client.post(PATH, json={k: v for k, v in question.items() if k != field})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"{field}: is missing")


def test_other_refusals(client, question, service_name):
    assert client.post(PATH, content=b"{").status_code == 400
    assert client.post(PATH, json=[question]).status_code == 422
    assert client.post(f"{PATH}?x=1", json=question).status_code == 400
    xml = {"content-type": "application/xml"}
    assert client.post(PATH, content=b"<a/>", headers=xml).status_code == 415
    assert client.get(PATH).status_code == 405
    from geoml import catalog

    if not catalog.get(service_name).actions:
        nothing = f"/services/{service_name}/scenarios"
        assert client.post(nothing, json=question).status_code in {404, 405}


def test_cells_for_staff_close_it(client, made_up, question, monkeypatch):
    from dataclasses import replace

    closed = replace(made_up.service, staff=frozenset({"cells"}))
    with monkeypatch.context() as patch:
        patch.setattr("geoml.catalog.services._found", lambda: ({"soak": closed}, {}))
        with TestClient(create_app(Settings(home=made_up.home.root))) as other:
            assert other.post(PATH, json=question).status_code == 404
    assert client.post(PATH, json=question).status_code == 200


def test_it_is_documented_with_what_can_be_asked(client):
    operation = client.get("/api").json()["paths"][PATH]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["action"]["enum"] == ["opening"]
    assert operation["x-scope"] == "read"
    answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(answered["properties"]["parts"]["properties"]) == {"low", "sealed"}
    assert {"400", "404", "413", "415", "422", "429", "503"} <= set(operation["responses"])
