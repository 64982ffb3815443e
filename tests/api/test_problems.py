"""What an error says over HTTP, and what it must not."""

import re
import threading
import time
from http.client import HTTPConnection

import pytest
import uvicorn
from starlette.testclient import TestClient

from geoml import errors
from geoml.api.app import create_app
from geoml.api.problems import public, status_of
from geoml.api.settings import Settings
from geoml.areas.area import create
from geoml.paths import Home


def test_every_error_has_a_status():
    assert {status_of(kind) for kind in errors.walk(errors.GeomlError)[1:]} <= {
        400, 404, 409, 413, 415, 422, 500, 503, 507
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/areas/nowhere", "one of town); GET /areas lists the areas"),
        ("/services/{service}/at?lon=0&lat=0&area=nowhere", "GET /areas lists the areas"),
        ("/services/zzz", "GET /services lists the services"),
        ("/services/{service}s", "did you mean '{service}'?"),
        ("/editions/20250101T000000Z-0000000000/files/score.tif", "no such edition"),
        ("/tiles/none/tilejson.json", "no such layer"),
        ("/tiles/{service}-town-score/preview.png?url=/etc/passwd", "unknown query parameter"),
    ],
)
def test_no_path_of_the_server_and_no_command_of_its_operator(
    client, town, service_name, path, told
):
    answer = client.get(path.format(service=service_name))
    assert answer.status_code in (400, 404)
    assert told.format(service=service_name) in answer.json()["detail"]
    assert str(town.root) not in answer.text
    assert not re.search(r"geoml [a-z]", answer.text)


def test_an_area_without_an_edition_says_where_editions_are_listed(service_name, tmp_path):
    create(Home(tmp_path), "bare", "Bare", bbox=(4.8, 45.7, 4.81, 45.71))
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        answer = client.get(f"/services/{service_name}/at?lon=4.805&lat=45.705&area=bare").json()
    told = f"{service_name} in Bare: nothing is published yet; GET /editions lists the editions"
    assert answer["detail"] == told
    assert answer["next_step"] == "GET /editions lists the editions"


def test_a_server_without_models_tells_no_path_or_command(service_name, row, tmp_path, monkeypatch):
    monkeypatch.setattr("geoml.modelstore.store.packaged_models", lambda _: tmp_path / "none")
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        for answer in (
            client.post(f"/services/{service_name}/predict", json=row),
            client.get("/readyz"),
            client.get("/areas/nowhere"),
        ):
            assert answer.status_code in (404, 503)
            assert str(tmp_path) not in answer.text
            assert not re.search(r"geoml [a-z]", answer.text)


@pytest.mark.parametrize("where", ["/srv/data/areas", "dem=/srv/dem.tif", "'/srv/x'"])
def test_a_path_is_left_out_and_nothing_else(where):
    error = errors.NoOverlap("nothing inside", where=where, expected="1/2", got="3/4")
    assert str(public(error)) == "nothing inside (expected 1/2, got 3/4)"
    assert type(public(error)) is errors.NoOverlap


@pytest.fixture
def faulty(tmp_path):
    """The port of a server one of whose routes has a bug."""

    def bug():
        raise RuntimeError("a bug")

    app = create_app(Settings(home=tmp_path))
    app.add_api_route("/areas/town/bug", bug)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join(10)


def test_after_a_bug_the_client_knows_that_the_connection_ends(faulty):
    """Starlette raises on after its answer, and uvicorn hangs up: the answer must say so."""
    connection = HTTPConnection("127.0.0.1", faulty, timeout=10)
    for path, status in (("/areas", 200), ("/areas/town/bug", 500), ("/areas", 200)):
        connection.request("GET", path)  # opens another connection where the last one said close
        answer = connection.getresponse()
        assert (answer.status, answer.will_close) == (status, status == 500)
        body = answer.read()
    connection.close()
    assert b"areas" in body
