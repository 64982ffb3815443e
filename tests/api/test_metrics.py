"""What the server counts is what was asked, in words that Prometheus' own parser reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.metrics import BUCKETS_S, Exposition, Meter
from geoml.api.middleware import kind_of
from geoml.api.settings import Settings


@pytest.fixture
def fresh(town):
    with TestClient(create_app(Settings(home=town.root))) as client:
        yield client


def numbers(text):
    families = text_string_to_metric_families(text)
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def read(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return numbers(answer.text)


def test_answers_are_counted_by_kind_and_status(fresh):
    for path in ("/healthz", "/healthz", "/areas", "/areas/nowhere", "/wp-login.php", "/a/b"):
        fresh.get(path)
    told = read(fresh)

    def answers(kind, status):
        return told["geoml_requests_total", (("kind", kind), ("status", str(status)))]

    assert answers("healthz", 200) == 2
    assert (answers("areas", 200), answers("areas", 404)) == (1, 1)
    assert answers("other", 404) == 2
    assert told["geoml_request_seconds_count", (("kind", "healthz"),)] == 2
    assert told["geoml_requests_in_flight", ()] == 1  # this very question


def test_tiles_are_counted_by_what_became_of_them(fresh, service_name):
    layer = f"/tiles/{service_name}-town-score"
    z = fresh.get(f"{layer}/tilejson.json").json()["minzoom"]
    for headers in ({}, {}, {"if-none-match": "*"}):
        fresh.get(f"{layer}/{z}/0/0.png", headers=headers)
    told = read(fresh)
    became = {
        outcome: told["geoml_map_tiles_total", (("outcome", outcome),)]
        for outcome in ("ready", "blank", "not_modified", "passed_on")
    }
    assert became == {"ready": 0, "blank": 1, "not_modified": 1, "passed_on": 1}
    assert told["geoml_request_seconds_count", (("kind", "map tile"),)] == 3


def test_what_is_served_is_named(fresh, town, service_name, edition_of):
    told = read(fresh)
    labels = {"service": service_name, "area": "town", "edition": edition_of("town")["edition"]}
    assert told["geoml_edition_info", tuple(sorted(labels.items()))] == 1
    assert told["geoml_work_queued", (("lane", "heavy"),)] == 0


def test_no_label_comes_from_a_client(fresh):
    for path in ("/canary-7", "/tiles/canary-7/0/0/0.png", "/areas/canary-7?canary-7=1"):
        fresh.get(path, headers={"user-agent": "canary-7"})
    assert "canary" not in fresh.get("/metrics").text


def test_times_fall_into_growing_classes():
    meter = Meter()
    for seconds in (0.0, BUCKETS_S[0], 0.003, 0.3, 1e9):
        meter.count("areas", 200, seconds, 10)
    told = numbers(Exposition(meter).text().decode())

    def up_to(end):
        return told["geoml_request_seconds_bucket", (("kind", "areas"), ("le", end))]

    assert (up_to("0.0005"), up_to("0.0025"), up_to("0.005"), up_to("+Inf")) == (2, 2, 3, 5)
    assert told["geoml_sent_bytes_total", (("kind", "areas"),)] == 50


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "landing"),
        ("/tiles/a-b-score/1/2/3.png", "map tile"),
        ("/tiles/a-b-score/tilejson.json", "tiles"),
        ("/town/heat/areas/x", "areas"),
        ("/town/heat", "other"),
        ("//areas", "landing"),
        ("", "landing"),
        ("/areasx", "other"),
        ("/../etc/passwd", "other"),
    ],
)
def test_the_kinds_are_a_small_fixed_set(path, kind):
    assert kind_of(path, "/town/heat") == kind
