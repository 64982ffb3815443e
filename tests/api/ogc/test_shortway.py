"""The short way answers what the routes answer: the same status, headers and bytes."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.ogc import routes, tilesets_routes
from geoml.api.ogc.shortway import ShortWay
from geoml.api.settings import Settings
from geoml.store import database, tokens

QUERIES = [
    "", "?f=json", "?limit=3&f=json", "?f=html", "?f=xml", "?limit=0", "?limit=99999",
    "?limit=2&limit=2", "?no_such=1", "?bbox=-180,-90,180,90&limit=2", "?bbox=1,2,3", "?bbox=",
    "?bbox=177,65,-177,70", "?limit=2&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "?datetime=2000-01-01T00:00:00Z", "?datetime=../..&limit=1", "?kind=zone&limit=1",
    "?filter=kind='zone'&limit=1", "?start=20250101T000000Z-0123456789.0", "?start=x",
    "?limit=%31&f=json", "?limit=1&&f=json", "?%ff=1", "?limit=1%00",
]  # fmt: skip
HEADERS = [
    {}, {"accept": "application/geo+json"}, {"accept": "text/html"}, {"accept": "image/png"},
    {"accept-language": "fr"}, {"if-none-match": "*"}, {"if-none-match": '"older"'},
    {"accept-encoding": "gzip"}, {"accept-encoding": "identity;q=0"}, {"range": "bytes=0-3"},
    {"accept-encoding": "gzip;q=0"}, {"accept-encoding": "br, gzip;q=0.5"},
]  # fmt: skip


@pytest.fixture(scope="module")
def long_way(town):
    """The same application without the short way."""
    app = create_app(Settings(home=town.root))
    app.user_middleware = [one for one in app.user_middleware if one.cls is not ShortWay]
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def short_way(api, items, tile):
    """A client for whom everything is open already."""
    assert api.get(items).status_code == api.get(tile).status_code == 200
    return api


@pytest.fixture(scope="module")
def items(service_name):
    return f"/collections/{service_name}-town/items"


@pytest.fixture(scope="module")
def tile(api, service_name):
    """A tile with units in it."""
    path = f"/collections/{service_name}-town/tiles/WebMercatorQuad"
    one = api.get(path).json()["tileMatrixSetLimits"][0]
    return f"{path}/{one['tileMatrix']}/{one['minTileRow']}/{one['minTileCol']}"


def told(client, path, method="GET", headers=None):
    """All of an answer but what names this one answer."""
    with client.stream(method, path, headers=headers or {}) as answer:
        body = b"".join(answer.iter_raw())
    kept = [(k, v) for k, v in answer.headers.multi_items() if k != "x-request-id"]
    if answer.headers.get("content-encoding") == "br":  # holds the time, and so does its length
        kept, body = [one for one in kept if one[0] != "content-length"], b""
    if answer.headers.get("content-encoding") == "gzip" and "/items" in path:
        kept, body = [one for one in kept if one[0] != "content-length"], b""
    return answer.status_code, kept, re.sub(rb'"timeStamp":"[^"]*"', b"", body)


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_is_that_of_the_route(short_way, long_way, items, query):
    assert told(short_way, items + query) == told(long_way, items + query)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_conditions_and_methods_are_met_as_the_routes_meet_them(
    short_way, long_way, items, tile, method, headers
):
    for path in (f"{items}?limit=2", tile):
        assert told(short_way, path, method, headers) == told(long_way, path, method, headers)


@pytest.mark.parametrize("rest", ["", "?f=mvt", "?f=json", "?f=mvt&f=mvt", "?x=1", "?", "/"])
def test_a_tile_is_that_of_the_route(short_way, long_way, tile, rest):
    asked = {"accept-encoding": "gzip"}
    assert told(short_way, tile + rest, headers=asked) == told(long_way, tile + rest, headers=asked)


@pytest.mark.parametrize(
    "place", ["0/0/0", "99/0/0", "8/-1/0", "8/0/0x1", "8/999999999/0", "+8/0/0"]
)
def test_a_tile_that_is_not_there_is_refused_alike(short_way, long_way, tile, place):
    path = f"{tile.rsplit('/', 3)[0]}/{place}"
    asked = {"accept-encoding": "gzip"}
    assert told(short_way, path, headers=asked) == told(long_way, path, headers=asked)


def test_pages_and_tiles_need_no_thread(short_way, items, tile, monkeypatch):
    async def forbidden(*_args, **_options):
        raise AssertionError("the long way")

    edition = short_way.app.state.shelf.get(items.split("/")[2]).collection.edition
    for module in (routes, tilesets_routes):
        monkeypatch.setattr(module, "run_in_threadpool", forbidden)
    for path in (f"{items}?limit=2&bbox=-10,40,10,60", f"{items}?start={edition}.1&limit=1", tile):
        assert short_way.get(path, headers={"accept-encoding": "gzip"}).status_code == 200
    with pytest.raises(AssertionError, match="the long way"):
        short_way.get(f"{items}?f=html")


def test_what_is_asked_on_the_short_way_is_counted_and_logged(town, items, tile):
    lines = []

    def log(now, request_id, method, path, status, seconds):
        lines.append((path, status))

    with TestClient(create_app(Settings(home=town.root), log)) as client:
        for path in (items, items, tile, tile):
            client.get(path, headers={"accept-encoding": "gzip"})
        numbers = client.get("/metrics").text
    assert lines[:4] == [(items, 200), (items, 200), (tile, 200), (tile, 200)]
    assert 'geoml_requests_total{kind="collections",status="200"} 4.0' in numbers


def test_a_closed_server_is_closed_on_the_short_way_too(town, items, tile, tmp_path, monkeypatch):
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'geoml.db'}")
    given, _ = tokens.create(town, ["read"], timedelta(hours=1))
    bearer = {"authorization": f"Bearer {given}"}
    with TestClient(create_app(Settings(home=town.root, public_read=False))) as client:
        for path in (items, tile):
            for _ in range(2):  # the second time it is open already
                assert client.get(path, headers=bearer).status_code == 200
            answer = client.get(path, headers=bearer)
            assert "private" in answer.headers["cache-control"]
            assert client.get(path).status_code == 401
            assert client.get(path, headers={**bearer, "if-none-match": "*"}).status_code == 304
            assert client.get(path, headers={"if-none-match": "*"}).status_code == 401
    database.close()
