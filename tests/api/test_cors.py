"""Pages of other sites: they read nothing, until the operator names them."""

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.errors import InvalidArgument

FRIEND, FOE = "https://town.org", "https://evil.example"
ASK = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


@pytest.fixture
def friendly(town):
    with TestClient(create_app(Settings(home=town.root, cors_origins=(FRIEND,)))) as client:
        yield client


def test_off_as_it_comes(client, service_name):
    for path in ("/areas", f"/tiles/{service_name}-town-score/10/0/0.png"):
        headers = client.get(path, headers={"origin": FRIEND}).headers
        assert not [name for name in headers if name.startswith("access-control")]
        assert headers["cross-origin-resource-policy"] == "same-origin"
    asked = client.options("/areas", headers={"origin": FRIEND, **ASK})
    assert not [name for name in asked.headers if name.startswith("access-control")]


def test_a_named_site_reads_answers_tiles_and_refusals(friendly, service_name):
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    for path, status in (("/areas", 200), (tile, 200), ("/nothing", 404)):
        answer = friendly.get(path, headers={"origin": FRIEND})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == FRIEND
        assert "origin" in answer.headers["vary"].lower()
        assert "etag" in answer.headers["access-control-expose-headers"].lower()
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    bad = {"origin": FRIEND, "authorization": "Bearer x"}
    refused = friendly.get("/areas", headers=bad)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, FRIEND)


def test_another_site_reads_nothing(friendly):
    answer = friendly.get("/areas", headers={"origin": FOE})
    assert "access-control-allow-origin" not in answer.headers
    asked = friendly.options("/areas", headers={"origin": FOE, **ASK})
    assert asked.status_code == 400
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize(
    "near",
    [
        "http://town.org",
        "https://town.org.evil.example",
        "https://xtown.org",
        "null",
        "https://town.org:444",
    ],
)
def test_a_site_of_nearly_that_name_reads_nothing(friendly, near):
    assert (
        "access-control-allow-origin"
        not in friendly.get("/areas", headers={"origin": near}).headers
    )


def test_a_preflight_is_answered_without_a_token(town):
    settings = Settings(home=town.root, cors_origins=(FRIEND,), public_read=False)
    with TestClient(create_app(settings)) as client:
        asked = client.options("/areas", headers={"origin": FRIEND, **ASK})
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == FRIEND
        assert "authorization" in asked.headers["access-control-allow-headers"].lower()
        assert client.get("/areas", headers={"origin": FRIEND}).status_code == 401


@pytest.mark.parametrize("origins", ["*", FRIEND])
def test_credentials_are_never_allowed(town, origins):
    with TestClient(create_app(Settings(home=town.root, cors_origins=origins))) as client:
        for headers in ({"origin": FRIEND}, {"origin": FRIEND, "cookie": "a=b"}):
            answers = [client.get("/areas", headers=headers)]
            answers.append(client.options("/areas", headers={**headers, **ASK}))
            for answer in answers:
                assert "access-control-allow-credentials" not in answer.headers


def test_everybody_where_the_operator_says_so(town):
    with TestClient(create_app(Settings(home=town.root, cors_origins="*"))) as client:
        answer = client.get("/areas", headers={"origin": FOE})
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "origins",
    ["town.org", "https://town.org/", "*, https://town.org", "https://*.town.org", "null"],
)
def test_what_is_no_site_is_told(origins):
    with pytest.raises(InvalidArgument, match="GEOML_CORS_ORIGINS"):
        Settings(cors_origins=origins)
