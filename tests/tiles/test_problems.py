"""The tile application alone tells a client no path and no command either."""

import pytest
from starlette.testclient import TestClient

from geoml.errors import InvalidArgument, UnknownLayer
from tiles.app import create_app
from tiles.problems import public


class Talkative:
    """A source whose errors say too much."""

    def get(self, layer_id):
        raise UnknownLayer(
            "no such layer",
            where="/srv/town/editions/x",
            expected="a file like /srv/town/editions/y",
            got="'/srv/town/z'",
            next_step="run: geoml editions --area town",
        )


def test_paths_and_commands_stay_here():
    with TestClient(create_app(Talkative())) as client:
        answer = client.get("/tiles/a-b-score/tilejson.json")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "no such layer"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("run: geoml editions --area town", ""),
        ("look at /srv/town", ""),
        ("leave style out", "leave style out"),
    ],
)
def test_a_next_step_is_kept_when_the_client_can_take_it(step, said):
    assert public(InvalidArgument("no", next_step=step)).next_step == said


def test_a_step_of_the_operator_becomes_one_of_the_client():
    error = UnknownLayer("no", next_step="run: make demo")
    assert public(error, {UnknownLayer: "GET /areas"}).next_step == "GET /areas"
