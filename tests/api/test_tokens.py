"""Tokens over HTTP: what opens, what is refused, and that a token is told to nobody."""

import logging
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from geoml.api import keys as keys_module
from geoml.api.app import create_app
from geoml.api.keys import FRESH_S, Keys
from geoml.api.security import loggable
from geoml.api.settings import Settings
from geoml.errors import MissingTool
from geoml.store import database, tokens


@pytest.fixture(scope="module")
def operations(tmp_path_factory):
    """An operations database of its own: the tiny town is not written to."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("operations") / "geoml.db"
        patch.setenv(database.VARIABLE, f"sqlite:///{file}")
        yield file
        database.close()


@pytest.fixture
def token(operations, town):
    """Makes a token of some scopes and gives the header that shows it."""

    def make(*scopes, lasts=timedelta(hours=1)):
        given, made = tokens.create(town, scopes, lasts)
        return {"authorization": f"Bearer {given}"}, made

    return make


@pytest.fixture
def closed(operations, town):
    """The application with public reading switched off."""
    with TestClient(create_app(Settings(home=town.root, public_read=False))) as client:
        yield client


@pytest.fixture
def opened(operations, town):
    """The application as it comes."""
    with TestClient(create_app(Settings(home=town.root))) as client:
        yield client


def test_without_public_reading_only_health_and_the_shell_are_open(closed, service_name):
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    for path in ("/", "/areas", "/api", "/docs", "/editions", "/metrics", "/collections", tile):
        answer = closed.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
    for path in ("/healthz", "/readyz", "/static/landing.css"):
        assert closed.get(path).status_code == 200, path


def test_the_fast_lane_asks_too(closed, token, service_name):
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    reader, _ = token("read")
    answer = closed.get(tile, headers=reader)
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private")
    assert "Authorization" in answer.headers["vary"]
    again = {"if-none-match": answer.headers["etag"]}
    assert closed.get(tile, headers=again).status_code == 401
    assert closed.get(tile, headers={**again, **reader}).status_code == 304


def test_head_is_as_closed_as_get(closed, token):
    reader, _ = token("read")
    assert closed.head("/areas").status_code == 401
    assert closed.head("/areas", headers=reader).status_code == 200


@pytest.mark.parametrize("path", ["/areas", "//areas", "/%61reas", "/./areas", "/maps/../areas"])
def test_no_spelling_goes_round_the_guard(closed, path):
    assert closed.get(path).status_code in {401, 404}


def test_a_feedback_token_does_not_read_and_is_told_what_it_lacks(closed, token):
    feedback, _ = token("feedback")
    answer = closed.get("/areas", headers=feedback)
    assert answer.status_code == 403
    assert 'error="insufficient_scope", scope="read"' in answer.headers["www-authenticate"]
    assert "lacks the scope 'read'; it has: feedback" in answer.json()["detail"]


def test_a_feedback_token_reads_what_a_stranger_may(opened, token, service_name):
    feedback, _ = token("feedback")
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    for path in ("/areas", "/collections", f"/collections/{service_name}-town", "/api", tile):
        stranger, answer = opened.get(path), opened.get(path, headers=feedback)
        assert (answer.status_code, answer.content) == (200, stranger.content), path
        assert "public" not in answer.headers.get("cache-control", ""), path
    assert opened.get("/ops/alerts", headers=feedback).status_code == 403


def test_an_operator_may_read(closed, token):
    operator, _ = token("operate")
    assert closed.get("/areas", headers=operator).status_code == 200


@pytest.mark.parametrize("wrong", ["Bearer x", "bearer ", "Token geoml_0123", "Bearer é"])
def test_a_wrong_token_is_refused_even_where_nobody_needs_one(opened, wrong):
    answer = opened.get("/areas", headers={"authorization": wrong.encode("latin-1")})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_the_password_of_a_proxy_is_none_of_ours(opened):
    basic = {"authorization": "Basic dG93bjp4"}
    assert opened.get("/areas", headers=basic).status_code == 200


def test_an_expired_token_opens_nothing(closed, token):
    late, _ = token("read", lasts=timedelta(microseconds=1))
    assert closed.get("/areas", headers=late).status_code == 401


@pytest.mark.parametrize(
    "where", ["/areas?token={}", "/areas?x={}", "/areas/{}", "/tiles/{}/0/0/0.png"]
)
def test_a_token_in_the_address_is_refused_and_kept_nowhere(
    opened, token, operations, where, caplog
):
    header, made = token("read")
    secret = header["authorization"].removeprefix("Bearer ")
    with caplog.at_level(logging.DEBUG):
        answer = opened.get(where.format(secret))
    assert answer.status_code == 400
    assert "Authorization: Bearer" in answer.json()["detail"]
    assert any(
        one.levelname == "WARNING" and "address" in one.getMessage() for one in caplog.records
    )
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("geoml")]
    assert not any(secret[18:] in line for line in ours)
    assert secret[18:] not in answer.text
    assert secret[18:].encode() not in operations.read_bytes()
    assert made.id not in "".join(ours)


@pytest.mark.parametrize("query", ["access_token=x", "api_key=x", "a=1&Authorization=x"])
def test_what_is_called_a_token_is_refused_in_the_address(opened, query):
    answer = opened.get(f"/areas?{query}")
    assert answer.status_code == 400
    assert "does not belong in an address" in answer.json()["detail"]


def test_a_token_in_its_header_is_in_no_log_and_no_answer(opened, token, caplog):
    header, _ = token("read")
    secret = header["authorization"][-43:]
    with caplog.at_level(logging.DEBUG):
        answers = [opened.get(path, headers=header) for path in ("/areas", "/nothing", "/areas/x")]
    assert [one.status_code for one in answers] == [200, 404, 404]
    assert not any(secret in one.text + str(one.headers) for one in answers)
    ours = [one for one in caplog.records if one.name.startswith("geoml")]
    assert ours
    assert not any(secret in one.getMessage() for one in ours)


def test_the_database_is_not_asked_at_every_request(closed, token, monkeypatch):
    reader, _ = token("read")
    asked = []
    alive = tokens.alive
    monkeypatch.setattr(tokens, "alive", lambda home: asked.append(1) or alive(home))
    clock = _stopped(closed)
    for number in range(50):
        shown = (
            reader if number % 2 else {"authorization": f"Bearer geoml_{number:012x}_{'x' * 43}"}
        )
        closed.get("/areas", headers=shown)
    assert len(asked) == 1
    clock[0] += FRESH_S + 0.01
    closed.get("/areas", headers=reader)
    assert len(asked) == 2


def test_nobody_without_a_token_makes_the_database_work(opened, monkeypatch):
    monkeypatch.setattr(tokens, "alive", lambda home: pytest.fail("asked"))
    assert opened.get("/areas").status_code == 200


def test_a_revoked_token_opens_nothing_after_two_seconds(closed, token, town):
    reader, made = token("read")
    clock = _stopped(closed)
    assert closed.get("/areas", headers=reader).status_code == 200
    tokens.revoke(town, made.id)
    clock[0] += FRESH_S
    assert closed.get("/areas", headers=reader).status_code == 401
    assert FRESH_S <= 2.0


def test_a_token_that_was_just_made_opens_within_two_seconds(closed, token):
    clock = _stopped(closed)
    first, _ = token("read")
    assert closed.get("/areas", headers=first).status_code == 200
    second, _ = token("read")
    clock[0] += FRESH_S
    assert closed.get("/areas", headers=second).status_code == 200


def test_when_the_database_is_gone_tokens_open_nothing_and_the_public_goes_on(
    opened, token, monkeypatch, caplog
):
    reader, _ = token("read")

    def gone(home):
        raise MissingTool("the operations database does not answer")

    monkeypatch.setattr(tokens, "alive", gone)
    answer = opened.get("/areas", headers=reader)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert opened.get("/areas").status_code == 200
    assert sum("tokens cannot be checked" in one.getMessage() for one in caplog.records) == 1


def test_a_home_without_tokens_gets_no_database(town, tmp_path, monkeypatch):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    with TestClient(create_app(Settings(home=tmp_path / "empty"))) as client:
        assert client.get("/areas", headers={"authorization": "Bearer x"}).status_code == 401
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/areas/town", "/areas/town"),
        ("/tiles/x-y-score/point/4.8351,45.7640", "/tiles/x-y-score/point/*"),
        ("/tiles/x-y-score/point/-4,45", "/tiles/x-y-score/point/*"),
        ("/tiles/x-y-score/point/4.8%2C45.7", "/tiles/x-y-score/point/*"),
        ("/tiles/x-y-score/12/2100/1450.png", "/tiles/x-y-score/12/2100/1450.png"),
        ("/editions/20250101T000000Z-0000000000/files/a.tif",) * 2,
        (f"/a/geoml_0123456789ab_{'S' * 43}", "/a/geoml_*"),
    ],
)
def test_what_a_log_keeps_of_a_path(path, kept):
    assert loggable(path) == kept


def _stopped(client):
    """The clock of the application's keys, which moves only when a test moves it."""
    now = [1_000.0]
    guard = client.app.middleware_stack
    while not isinstance(getattr(guard, "_keys", None), Keys):
        guard = next(
            found for name in ("app", "_app") if (found := getattr(guard, name, None)) is not None
        )
    guard._keys._clock = lambda: now[0]
    guard._keys._until = float("-inf")
    assert keys_module.FRESH_S == FRESH_S
    return now
