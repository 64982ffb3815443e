"""The names that the server answers to."""

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.errors import InvalidArgument


@pytest.fixture(scope="module")
def named(town):
    settings = Settings(home=town.root, hosts="gis.town.org, *.heat.org, [::1]")
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize(
    "host", ["gis.town.org", "GIS.town.org:8443", "a.heat.org", "a.b.heat.org", "[::1]:80"]
)
def test_its_own_names(named, host):
    assert named.get("/areas", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "town.org",
        "gis.town.org.evil.example",
        "heat.org",
        "xheat.org",
        "",
        "127.0.0.1",
        "gis.town.org@evil.example",
        "evil.example/gis.town.org",
        "[::2]",
        "gis.town.org.",
    ],
)
def test_other_names_are_refused_before_anything_is_done(named, host):
    answer = named.get("/areas", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Petiteville" not in answer.text
    if host:
        assert host not in answer.text


def test_the_fast_lane_asks_for_the_name_too(named, service_name):
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    assert named.get(tile, headers={"host": "gis.town.org"}).status_code == 200
    assert named.get(tile, headers={"host": "evil.example"}).status_code == 400


def test_behind_a_proxy_the_name_is_that_of_the_request(town):
    settings = Settings(
        home=town.root, hosts=("gis.town.org",), public_url="https://www.town.org/heat"
    )
    with TestClient(create_app(settings)) as client:
        assert client.get("/areas", headers={"host": "gis.town.org"}).status_code == 200
        assert client.get("/areas", headers={"host": "www.town.org"}).status_code == 400


@pytest.mark.parametrize(
    "hosts", ["https://town.org", "town.org:80", "*", "a/b", "*.*.org", "a b;c"]
)
def test_what_is_no_name_is_told(hosts):
    with pytest.raises(InvalidArgument, match="GEOML_HOSTS"):
        Settings(hosts=hosts)
