"""A service that keeps causes apart, over HTTP: documents, answers, layers and styles."""

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.areas.area import load
from geoml.paths import Home

ROW = {"elevation": 235.0, "building_density": 0.6}


@pytest.fixture(scope="module")
def client(made_up):
    with TestClient(create_app(Settings(home=made_up.home.root))) as client:
        yield client


def test_the_service_says_what_it_keeps_apart_and_offers(client):
    told = client.get("/services/soak").json()
    assert [one["name"] for one in told["parts"]] == ["low", "sealed"]
    assert told["parts"][0]["title"] == {"fr": "Par le bas", "en": "From below"}
    assert told["carried"] == ["elevation", "slope"]
    (action,) = told["actions"]
    assert (action["name"], action["unit"], action["valid"]) == ("opening", "1", [0, 1])
    assert told["score_kind"] == told["model"]["score_kind"] == "index"
    assert told["model"]["frozen"] is True


def test_a_home_where_nothing_was_ever_made_answers_right_away(made_up, tmp_path):
    with TestClient(create_app(Settings(home=Home(tmp_path / "empty").root))) as client:
        told = client.post("/services/soak/predict", json=ROW).json()
    assert told["soak_score"] == 60
    assert told["model"] == "soak@1"
    assert told["score_kind"] == "index"
    assert told["synthetic_model"] is False
    assert told["average"] + sum(one["contribution"] for one in told["contributions"]) == 0.6


def test_an_answer_has_every_part_even_one_that_is_unknown(client):
    told, half = client.post("/services/soak/predict", json=[ROW, {"building_density": 0.6}]).json()
    assert told["parts"] == {
        "low": {"title": {"fr": "Par le bas", "en": "From below"}, "soak_score": 25, "wet": 0.25},
        "sealed": {"title": {"fr": "Par les toits", "en": "From roofs"}, "soak_score": 60,
                   "wet": 0.6},
    }  # fmt: skip
    assert half["parts"]["low"] == told["parts"]["low"] | {"soak_score": None, "wet": None}
    assert half["soak_score"] == 60


def test_the_answer_at_a_place_has_them_too(client, made_up):
    west, south, east, north = load(made_up.home, "soaked").grid.lonlat_bounds()
    place = f"lon={(west + east) / 2}&lat={(south + north) / 2}"
    told = client.get(f"/services/soak/at?{place}").json()["properties"]
    scores = [one["soak_score"] for one in told["parts"].values()]
    assert told["soak_score"] == max(scores)
    assert told["score_kind"] == "index"
    assert [(one["feature"], one["unit"]) for one in told["carried"]] == [
        ("elevation", "m"), ("slope", "degree")
    ]  # fmt: skip
    assert all(isinstance(one["value"], float) for one in told["carried"])
    total = told["average"] + sum(one["contribution"] for one in told["contributions"])
    assert total == pytest.approx(told["wet"], abs=1e-3)


def test_every_part_is_a_layer_with_the_legend_of_the_score(client, made_up):
    edition = client.get("/areas/soaked").json()["editions"][0]
    assert edition["score_kind"] == "index"
    titles = {one["name"]: one["title"]["en"] for one in edition["layers"]}
    assert titles["low"] == "From below"
    assert list(titles) == list(made_up.service.layers)
    score, part = (
        client.get(f"/tiles/soak-soaked-{name}/tilejson.json").json() for name in ("score", "low")
    )
    assert part["legend"] == score["legend"]
    tile = part["tiles"][0].format(z=part["minzoom"], x=0, y=0).replace("http://testserver", "")
    assert client.get(tile).status_code in {200, 404}


@pytest.mark.parametrize("ending", ["qml", "sld", "png", "json"])
def test_every_part_has_styles(client, ending):
    for path in ("styles/soak-soaked-sealed", "collections/soak-soaked/styles/sealed",
                 "collections/soak-soaked-cells/styles/sealed"):  # fmt: skip
        assert client.get(f"/{path}.{ending}").status_code == 200, path


def test_gis_doors_list_the_parts(client):
    capabilities = client.get("/wmts/1.0.0/WMTSCapabilities.xml?").text
    assert "Sponge: from roofs (soak-soaked-sealed)" in capabilities
    listed = client.get("/collections/soak-soaked/styles").json()["styles"]
    assert [one["id"] for one in listed][-2:] == ["low", "sealed"]
    (layer,) = client.get("/collections/soak-soaked/tiles/WebMercatorQuad").json()["layers"]
    told = layer["propertiesSchema"]["properties"]
    assert {"low", "sealed", "elevation", "slope"} <= set(told)
    cells = client.get("/collections/soak-soaked-cells/styles/low/map/tiles/WebMercatorQuad")
    assert cells.json()["style"]["id"] == "low"
    assert client.get("/collections/soak-soaked-cells/styles/none/map/tiles").status_code == 404
    paths = client.get("/api").json()["paths"]
    one = paths["/collections/{collectionId}/styles/{styleId}.{ending}"]["get"]["parameters"]
    (style,) = [each for each in one if each["name"] == "styleId"]
    assert {"score", "low", "sealed"} <= set(style["schema"]["enum"])


def test_the_answers_are_documented_part_by_part(client):
    operation = client.get("/api").json()["paths"]["/services/soak/predict"]["post"]
    told = operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"][0][
        "properties"
    ]
    assert set(told["parts"]["properties"]) == {"low", "sealed"}
    assert "index" in told["score_kind"]["enum"]
