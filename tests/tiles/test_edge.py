"""The edge: HEAD, proxies with and without the prefix, and a Host header that lies."""

import warnings

import pytest
from starlette.testclient import TestClient

from tiles.app import create_app

PUBLIC = "https://gis.example.org/town/heat"
EVIL = ["evil.example/path", "a b", "evil.example\\@x", "<script>", "host:port", "a@b", "x?y", ""]


@pytest.fixture(scope="module")
def behind_proxy(town, layers):
    with TestClient(create_app(layers(town.score), PUBLIC)) as client:
        yield client


def inner(layer):
    """A tile path, TileJSON and a point of a layer."""
    west, south, east, north = layer.bounds
    place = f"{(west + east) / 2},{(south + north) / 2}"
    return [f"/tiles/{layer.id}/{end}" for end in ("0/0/0.png", "tilejson.json", f"point/{place}")]


def test_head_is_get_without_a_body(client, town):
    for path in inner(town.score):
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name]
        assert int(head.headers["content-length"]) == len(get.content) > 0


def test_head_of_what_is_missing_is_404_and_is_no_operation(client):
    answer = client.head("/tiles/none/0/0/0.png")
    assert (answer.status_code, answer.content) == (404, b"")
    verbs = {verb for path in client.get("/openapi.json").json()["paths"].values() for verb in path}
    assert verbs == {"get"}


@pytest.mark.parametrize("proxy", ["strips", "keeps"])
def test_below_a_path_whatever_the_proxy_does(behind_proxy, town, proxy):
    prefix = "/town/heat" if proxy == "keeps" else ""
    for path in inner(town.score):
        assert behind_proxy.get(prefix + path).status_code == 200
    answer = behind_proxy.get(f"{prefix}{inner(town.score)[1]}", headers={"host": "evil.example"})
    [template] = answer.json()["tiles"]
    assert template.startswith(f"{PUBLIC}/tiles/{town.score.id}/")
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", EVIL)
def test_a_host_that_is_none_is_refused(client, town, host):
    answer = client.get(inner(town.score)[1], headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "my_pc.lan"])
def test_a_plain_host_is_where_tiles_are(client, town, host):
    answer = client.get(inner(town.score)[1], headers={"host": host})
    assert answer.json()["tiles"][0].startswith(f"http://{host}/tiles/")


def test_an_enlarged_photo_warns_of_nothing(tmp_path, layers):
    import numpy as np
    from pmtiles.tile import TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    from geoml.raster.archive import archive_header
    from geoml.raster.imagery import _webp
    from geoml.types import Text
    from tiles.fast import FastLane
    from tiles.layers import Layer

    pixels = np.full((4, 256, 256), 255, np.uint8)
    pixels[3, :, 128:] = 0
    path = tmp_path / "base.pmtiles"
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.write_tile(zxy_to_tileid(3, 4, 2), _webp(pixels))
        writer.finalize(archive_header(TileType.WEBP, "EPSG:3857", (0, 0, 1e6, 1e6), 3), {})
    layer = Layer("base-town", False, "b1", path, Text("", ""), "", 3, 3, (0, 0, 9, 9))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=PendingDeprecationWarning)
        drawn = FastLane().ready(layer, 4, 8, 4, None)
        content, media_type = drawn()
    assert media_type == "image/png"
    assert content.startswith(b"\x89PNG")
    with TestClient(create_app(layers(layer))) as client:
        assert client.get("/tiles/base-town/4/8/4.png").content == content
