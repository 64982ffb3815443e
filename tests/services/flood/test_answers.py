"""The answers over HTTP on an empty home: what ships with geoml is all that they need."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings

CLASSIC = {"elevation": 4.0, "river_distance": 30.0, "imperviousness": 0.9}
RICH = {
    "hand": 0.4,
    "gfi": 1.2,
    "water_depth": 1.5,
    "slope": 0.3,
    "twi": 13.0,
    "sink_depth": 0.0,
    "runoff_50mm": 30.0,
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("empty"))
    with TestClient(create_app(settings)) as client:
        yield lambda body: client.post("/services/flood/predict", json=body)


def test_the_three_classic_inputs_are_answered_and_say_what_was_not_known(ask):
    told = ask(CLASSIC).json()
    assert told["flood_score"] > 80
    assert set(told["parts"]) == {"fluvial", "pluvial"}
    assert told["flood_score"] == max(one["flood_score"] for one in told["parts"].values())
    assert told["score_upper"] - told["score_lower"] > 40
    assert "no_height" in [one.get("code") for one in told["warnings"]]


def test_the_richer_set_knows_the_height_and_is_surer(ask):
    told = ask(RICH).json()
    assert told["flood_score"] > 80
    assert told["score_kind"] == "index"
    assert "no_height" not in [one.get("code") for one in told["warnings"]]
    assert told["applicability"] == 0


def test_half_a_question_is_told_what_it_lacks(ask):
    answer = ask({"hand": 2.0})
    assert answer.status_code == 422
    assert "slope" in answer.text
