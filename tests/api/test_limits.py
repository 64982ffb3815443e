"""What one client may send, in a time and at once; and the headers that keep browsers in check."""

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.limits import Buckets, RateLimit, safe_headers
from geoml.api.settings import Settings
from geoml.errors import InvalidArgument


def test_a_bucket_gives_what_it_holds_and_fills_again():
    now = [0.0]
    buckets = Buckets(per_second=2, burst=3, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    now[0] += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 0.5
    now[0] += 1_000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_the_number_of_buckets_is_bounded_and_the_busy_stay():
    buckets = Buckets(per_second=0.001, burst=1, most=100)
    assert buckets.take("busy") == 0
    for number in range(5_000):
        buckets.take(f"once {number}")
        assert buckets.take("busy") > 0
        assert len(buckets) <= 100


@pytest.fixture
def strict(town):
    settings = Settings(home=town.root, writes_per_minute=4)
    with TestClient(create_app(settings)) as client:
        yield client


def test_what_one_client_sends_is_bounded_and_reading_is_not(strict, service_name, row):
    path = f"/services/{service_name}/predict"
    answers = [strict.post(path, json=row) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 15
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert [strict.get("/areas").status_code for _ in range(20)] == [200] * 20


def test_the_limit_comes_before_the_body_is_read(strict, service_name):
    path = f"/services/{service_name}/predict"
    for _ in range(2):
        strict.post(path, content=b"{")
    asked = []

    def body():
        asked.append(1)
        yield b"[" * 5_000_000

    assert strict.post(path, content=body()).status_code == 429


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
    ],
)
def test_a_client_is_a_line_and_is_not_kept_as_an_address(one, other, same):
    limit = RateLimit(None, per_minute=60)
    keys = [limit._key({"client": (host, 1)}) for host in (one, other)]
    assert (keys[0] == keys[1]) is same
    assert one not in keys[0]
    assert RateLimit(None, per_minute=60)._key({"client": (one, 1)}) != keys[0]


def test_no_limit_where_the_operator_wants_none(town, service_name, row):
    with TestClient(create_app(Settings(home=town.root, writes_per_minute=0))) as client:
        path = f"/services/{service_name}/predict"
        assert {client.post(path, json=row).status_code for _ in range(50)} == {200}


def test_every_answer_carries_safe_headers_and_the_fast_lane_too(client, service_name):
    tile = f"/tiles/{service_name}-town-score/10/0/0.png"
    for path in ("/", "/areas", "/nothing", "/areas?a=1", tile, "/healthz", "/static/landing.css"):
        headers = client.get(path).headers
        for name, value in safe_headers(Settings()).items():
            assert headers[name] == value, (path, name)


def test_a_page_of_ours_may_be_framed_by_those_the_operator_names_alone():
    assert "frame-ancestors 'self'" in safe_headers(Settings())["content-security-policy"]
    named = Settings(frame_ancestors="https://town.org, https://www.town.org:8443")
    policy = safe_headers(named)["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://town.org https://www.town.org:8443")


@pytest.mark.parametrize(
    "sites",
    [
        "*",
        "town.org",
        "https://town.org/heat",
        "https://a.b; script-src *",
        "'none'",
        "https://a b",
    ],
)
def test_no_directive_is_smuggled_into_the_policy(sites):
    with pytest.raises(InvalidArgument, match="GEOML_FRAME_ANCESTORS"):
        Settings(frame_ancestors=sites)


def test_lists_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("GEOML_FRAME_ANCESTORS", "https://a.org,https://b.org")
    monkeypatch.setenv("GEOML_HOSTS", "a.org *.b.org")
    monkeypatch.setenv("GEOML_CORS_ORIGINS", "")
    settings = Settings()
    assert settings.frame_ancestors == ("https://a.org", "https://b.org")
    assert settings.hosts == ("a.org", "*.b.org")
    assert settings.cors_origins == ()
