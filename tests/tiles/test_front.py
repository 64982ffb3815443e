"""The short way answers what the route answers: the same bytes, headers and errors."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from geoml.raster.pyramid import tile_levels
from tiles.app import routes
from tiles.fast import FastLane
from tiles.front import TileFront

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
REFUSED = [
    "25/0/0", "3/8/0", "3/-1/0", "3/0/99999999999999999999", "1e3/0/0", "3/0/0x1", "03/0/0",
    "3/ 1/0", "3/1_0/0", "\u0663/0/0", "+3/0/0", "3/0/0/", "3//0", "0/1/0", "3/1.0/0",
]  # fmt: skip
ATTACKS = [
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e", "heat-town-score%00",
    "file:%2f%2f%2fetc", "heat-town-score%0d%0aset-cookie:%20a=b", "http:%2f%2f127.0.0.1%2f",
    "%2fvsicurl%2fhttp:", "%ff%fe", "heat-town-score@..", "heat-town-score%2f..",
    "MEM:::DATAPOINTER=1", "x" * 5000, "%s%n", "",
]  # fmt: skip
QUERIES = [
    "style=greys", "style=default", "style=neon", "style=", "style", "style=greys&style=default",
    "style=gr%65ys", "style=../../x", "style=" + "a" * 41, "style=greys&url=file:///etc/passwd",
    "STYLE=greys", "style=greys%0d%0ax:y", "&", "style=GREYS",
]  # fmt: skip


@pytest.fixture(scope="module")
def source(town, layers):
    imagery = replace(
        town.score, id="base-town", etag="b1", media_type="image/webp", palettes={}, web_cog=None
    )
    return layers(town.score, town.flag, town.pinned, imagery)


@pytest.fixture(scope="module")
def lane():
    """One for both, so that both have the same archives open."""
    return FastLane()


@pytest.fixture(scope="module")
def route(source, lane):
    return routes(source, lane)


@pytest.fixture(scope="module")
def front(source, route, lane):
    return TileFront(route, source, lane)


def ask(app, target, method="GET", headers=(), root_path=""):
    """Status, header list in its order, and body of one request, as a server would send it."""
    from urllib.parse import unquote

    path, _, query = target.partition("?")
    told = [(b"host", b"town.example"), *((k.encode(), v.encode()) for k, v in headers)]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": root_path + unquote(path), "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": root_path, "headers": told,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "extensions": {},
    }  # fmt: skip
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return sent[0]["status"], list(sent[0]["headers"]), body


def tiles(layer, seed, count):
    """Random tiles in and around a layer, at every zoom of it and beyond."""
    rng = np.random.default_rng(seed)
    levels = tile_levels(layer.web_cog)
    for zoom in range(layer.minzoom - 1, layer.maxzoom + 3):
        first = levels[min(max(zoom, layer.minzoom), layer.maxzoom)]
        scale = 2.0 ** (zoom - first.zoom)
        for _ in range(count):
            x, y = rng.uniform(-1, first.cols + 1), rng.uniform(-1, first.rows + 1)
            yield zoom, int((first.x + x) * scale), int((first.y + y) * scale)


@pytest.mark.parametrize("style", ["", "?style=default", "?style=greys"])
@pytest.mark.parametrize("name", ["score", "flag", "pinned"])
def test_the_front_equals_the_route(town, front, route, name, style):
    layer, before = getattr(town, name), dict(front.counts)
    for z, x, y in tiles(layer, seed=4, count=6):
        target = f"/tiles/{layer.id}/{z}/{x}/{y}.png{style}"
        assert ask(front, target) == ask(route, target), target
    if name != "flag" or style != "?style=greys":
        assert front.counts["ready"] > before["ready"]


@pytest.mark.parametrize("tile", REFUSED)
def test_it_refuses_what_the_route_refuses(town, front, route, tile):
    target = f"/tiles/{town.score.id}/{tile}.png"
    assert ask(front, target) == ask(route, target)


@pytest.mark.parametrize("layer", ATTACKS)
def test_ids_never_become_paths_or_headers(front, route, layer):
    target = f"/tiles/{layer}/3/0/0.png"
    got = ask(front, target)
    assert got == ask(route, target)
    assert got[0] in (404, 422)


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_is_read_as_the_route_reads_it(town, front, route, query):
    z, x, y = town.score.maxzoom, *_inside(town.score)
    for tile in (f"{z}/{x}/{y}", f"{z}/0/0"):
        target = f"/tiles/{town.score.id}/{tile}.png?{query}"
        assert ask(front, target) == ask(route, target)


def _inside(layer):
    first = tile_levels(layer.web_cog)[layer.maxzoom]
    return first.x + 1, first.y + 1


@pytest.mark.parametrize(
    "headers",
    [
        [("if-none-match", '"e1-score-default"')],
        [("if-none-match", 'W/"e1-score-default", "b"')],
        [("if-none-match", "*")],
        [("if-none-match", '"older"')],
        [("if-none-match", '"older"'), ("if-none-match", '"e1-score-default"')],
        [("if-none-match", "\xff")],
        [("range", "bytes=0-3")],
        [("accept-encoding", "gzip, br")],
        [("accept-encoding", "identity;q=0")],
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "get"])
def test_every_condition_and_method_is_met_as_the_route_meets_it(
    town, front, route, headers, method
):
    x, y = _inside(town.score)
    target = f"/tiles/{town.score.id}/{town.score.maxzoom}/{x}/{y}.png"
    ask(front, target)  # the archive is open from now on
    assert ask(front, target, method, headers) == ask(route, target, method, headers)


def test_a_layer_without_styles_has_none_on_the_short_way(front, route):
    for target in ("/tiles/base-town/3/0/0.png?style=greys", "/tiles/base-town/3/0/0.png"):
        assert ask(front, target) == ask(route, target)


def test_it_works_below_a_path(town, front):
    x, y = _inside(town.score)
    target = f"/tiles/{town.score.id}/{town.score.maxzoom}/{x}/{y}.png"
    before = front.counts["ready"]
    assert ask(front, target, root_path="/town/heat") == ask(front, target)
    assert front.counts["ready"] == before + 2


def test_who_may_not_see_a_layer_gets_the_applications_answer(town, source, lane):
    async def closed(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"nothing here"})

    seen = []

    def allowed(scope, layer):
        seen.append((scope["path"], layer.id))
        return False

    front = TileFront(closed, source, lane, allowed)
    target = f"/tiles/{town.score.id}/{town.score.minzoom}/0/0.png"
    told = [("if-none-match", "*")]
    assert ask(front, target, headers=told) == (404, [], b"nothing here")
    assert seen == [(target, town.score.id)]


def test_it_says_what_became_of_every_tile(town, source):
    lane = FastLane()
    front = TileFront(routes(source, lane), source, lane)
    x, y = _inside(town.score)
    z = town.score.maxzoom
    url = f"/tiles/{town.score.id}/{z}"
    ask(front, f"{url}/{x}/{y}.png")  # opens the archive, on the long way
    ask(front, f"{url}/{x}/{y}.png")
    ask(front, f"{url}/0/0.png")
    ask(front, f"{url}/0/0.png", headers=[("if-none-match", "*")])
    ask(front, f"/tiles/{town.score.id}/{z + 1}/{2 * x}/{2 * y}.png")
    assert front.counts == {"ready": 1, "blank": 1, "not_modified": 1, "passed_on": 2}
