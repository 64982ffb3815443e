"""Canaries that sing when an attack gets through, and a client that may send what browsers refuse.

The application runs in this process, below an ASGI client of a few lines: it sends null bytes,
broken UTF-8 and line ends, as an attacker's own program does.
"""

import asyncio
import json
import math
import os
import sys
import threading
import time
import tomllib
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pytest
import shapely

import geoml
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.areas.area import load

VERBS = ("get", "post", "put", "patch", "delete")
VARIABLE = "GEOML_TEST_CANARY"
SUM = str(31337 * 31337)  # what a template that is evaluated shows
TOGETHER = ("/wmts", "/tiles/{layer}/values/")  # they answer to several parameters at once
SLOWEST_S = 1.0
_heard: list[str] = []
_watched: dict[str, bool] = {"on": False}


def _hook(event, args):
    """What Python code of this process opens, connects to, looks up and starts."""
    if not _watched["on"]:
        return
    if event in {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"}:
        _heard.append(f"{event} {args[:2]!r}")
    elif event == "open" and isinstance(args[0], str):
        forbidden = "canary" in args[0] or args[0].startswith(("/etc/", "/proc/self/env"))
        _heard.extend([f"open {args[0]}"] if forbidden else [])


@dataclass
class Answer:
    """What came back, and the seconds of CPU that it took: a busy machine is no fault."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def header(self, name):
        return next((v.decode("latin-1") for k, v in self.headers if k == name.encode()), "")

    def json(self):
        return json.loads(self.body)


class Client:
    """Asks an ASGI application, one request after the other, in one event loop."""

    def __init__(self, app):
        self.app, self._loop = app, asyncio.new_event_loop()

    def ask(self, verb, target, headers=(), body=b""):
        """``target`` is the path and query as they stand in the request line, in ASCII."""
        raw, _, query = target.partition("?")
        known = {name.lower() for name, _ in headers}
        every = [] if "host" in known else [(b"host", b"town.test")]
        every += [(name.lower().encode(), _octets(value)) for name, value in headers]
        if body:
            every.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": verb.upper(),
            "scheme": "http",
            "path": unquote(raw),  # as uvicorn does
            "raw_path": raw.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": every,
            "client": ("192.0.2.1", 4000),
            "server": ("town.test", 80),
        }
        answer = Answer()
        started = time.process_time()
        self._loop.run_until_complete(asyncio.wait_for(self._answer(scope, body, answer), 60))
        answer.seconds = time.process_time() - started
        return answer

    async def _answer(self, scope, body, answer):
        parts, waiting = [], [{"type": "http.request", "body": body, "more_body": False}]
        gone = asyncio.Event()

        async def receive():
            if waiting:
                return waiting.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, send)
        answer.body = b"".join(parts)

    def close(self):
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def _octets(value):
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="session")
def canaries(tmp_path_factory):
    """A file, a server and a variable that nobody may reach; ``heard`` is what they heard."""
    folder = tmp_path_factory.mktemp("canary")
    secret = f"feathers-{os.urandom(12).hex()}"
    file = folder / "canary.txt"
    file.write_text(secret)

    class Sings(BaseHTTPRequestHandler):
        def do_GET(self):
            _heard.append(f"server {self.command} {self.path}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(secret.encode())

        do_POST = do_HEAD = do_PUT = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sings)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.addaudithook(_hook)  # stays for ever, and listens only while it is switched on
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, secret)
        told = {"file": file, "secret": secret, "port": server.server_port, "variable": VARIABLE}
        yield SimpleNamespace(**told, heard=_heard, watched=_watched)
    server.shutdown()
    server.server_close()


@pytest.fixture
def listening(canaries):
    """The canaries, awake and silent; what they heard in a test fails it."""
    _heard.clear()
    _watched["on"] = True
    yield canaries
    _watched["on"] = False
    assert _heard == []


@pytest.fixture(scope="session")
def attacks(canaries):
    """The table, as texts ready for a request: name -> list of percent-encoded texts."""
    table = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text())
    table.pop("bombs")
    told = {"file": str(canaries.file), "port": canaries.port, "variable": canaries.variable}
    return {
        name: list(group["sends"])
        if group.get("encoded")
        else [quote(text.format(**told), safe="") for text in group["sends"]]
        for name, group in table.items()
    }


@pytest.fixture(scope="session")
def bombs():
    """Texts that grow when they are read, as they are."""
    table = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text())
    return [
        one.get("before", "") + one["text"] * one["times"] + one.get("after", "")
        for one in table["bombs"]
    ]


@pytest.fixture(scope="session")
def attacked(town):
    """A client of the whole application, with no limit on how often it may send."""
    client = Client(create_app(Settings(home=town.root, writes_per_minute=0)))
    yield client
    client.close()


@pytest.fixture(scope="session")
def ground(town):
    """A square in the town, as a scenario is asked about it."""
    west, south, east, north = load(town, "town").grid.lonlat_bounds()
    x, y = (west + east) / 2, (south + north) / 2
    ring = [[x, y], [x + 0.004, y], [x + 0.004, y + 0.003], [x, y + 0.003], [x, y]]
    return {"area": "town", "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture(scope="session")
def operations(attacked, ground):
    """(path, verb, operation) of everything that the OpenAPI document tells."""
    document = attacked.ask("get", "/api").json()
    found = []
    for path, item in document["paths"].items():
        for verb in VERBS:
            if verb in item:
                told = dict(item[verb])
                told["parameters"] = [*item.get("parameters", []), *told.get("parameters", [])]
                told["body"] = _body_schema(told, document)
                told["example"] = _example(told, ground)
                found.append((path, verb, told))
    assert len(found) > 40
    return found


@pytest.fixture(scope="session")
def good(attacked, operations):
    """A good value of each path parameter, so that an attack on another one goes deep."""
    town = attacked.ask("get", "/areas/town").json()
    names = [one["id"] for one in attacked.ask("get", "/collections").json()["collections"]]
    cells = next(name for name in names if name.endswith("-cells"))
    feature = cells.removesuffix("-cells")
    edition = next(one for one in town["editions"] if feature == f"{one['service']}-town")
    stac = attacked.ask("get", "/stac/collections").json()["collections"][0]["id"]
    items = attacked.ask("get", f"/collections/{feature}/items?limit=1").json()
    records = attacked.ask("get", f"/stac/collections/{stac}/items").json()
    # Where a unit of the service is: in the middle of a town there need not be a roof.
    places = {"lon": lambda name: unit_at(name)[0], "lat": lambda name: unit_at(name)[1]}

    @cache
    def unit_at(service):
        first = attacked.ask("get", f"/collections/{service}-town/items?limit=1").json()
        inside = shapely.geometry.shape(first["features"][0]["geometry"]).representative_point()
        return f"{inside.x}", f"{inside.y}"

    west, south, east, north = town["bbox"]
    tile = _tile((west + east) / 2, (south + north) / 2)
    found = {
        **dict.fromkeys(("layer", "layerId"), edition["layers"][0]["id"]),
        **tile,
        **{name[0].upper() + name[1:]: number for name, number in tile.items()},
        **{"TileMatrixSet": "WebMercatorQuad"},
        **{"area": "town", "service": edition["service"], "edition": edition["edition"]},
        **{"lon": f"{(west + east) / 2}", "lat": f"{(south + north) / 2}"},
        **{"format": "png", "name": "score.tif"},
        **{"collectionId": feature, "featureId": str(items["features"][0]["id"])},
        **{"itemId": records["features"][0]["id"], "rescale": "0,100"},
        **{"Service": "WMTS", "Request": "GetTile", "Version": "1.0.0", "Style": "default"},
        **{"Layer": edition["layers"][0]["id"], "Format": "image/png"},
    }

    def value(path, parameter):
        if path.startswith("/services/") and parameter["name"] in places:
            return places[parameter["name"]](path.split("/")[2])
        if path.startswith("/stac") and parameter["name"] == "collectionId":
            return stac
        if parameter["name"] == "collectionId" and "/map/" in path:
            return cells
        options = parameter["schema"].get("enum")
        if options and found.get(parameter["name"]) not in options:
            return str(options[0])
        return found.get(parameter["name"], "")

    return value


def _tile(lon, lat, zoom=12):
    """The web map's tile at a place, by the names that the routes give to its three numbers."""
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    z, x, y = str(zoom), str(int((lon + 180) / 360 * 2**zoom)), str(int(row))
    return {"z": z, "x": x, "y": y, "tileMatrix": z, "tileCol": x, "tileRow": y}


@pytest.fixture(scope="session")
def target(good):
    """The address of an operation, with good values, or with one text in one of its places."""

    def make(path, told, place="", text=""):
        query = {}
        for one in told["parameters"]:
            name = one["name"]
            value = text if name == place else quote(good(path, one), safe="@,")
            if one["in"] == "path":
                path = path.replace(f"{{{name}}}", value)
            elif name == place or one.get("required") or path.startswith(TOGETHER):
                query[quote(name)] = value
        return "?".join([path, *(["&".join(map("=".join, query.items()))] if query else [])])

    return make


@pytest.fixture(scope="session")
def answered():
    """Makes an answer."""
    return Answer


@pytest.fixture(scope="session")
def judge(town, canaries):
    """The fault of an answer, in a word, or None."""
    folders = [str(town.root), str(Path(geoml.__file__).parent), sys.prefix, "site-packages"]
    # Half of a reflected attack proves nothing: what is looked for is in no attack.
    silent = [canaries.secret, SUM, "Traceback (most", "root:x:0:0", *folders]

    def fault(answer):
        if answer.status >= 500 or answer.status == 0:
            return f"status {answer.status}: {answer.text[:200]}"
        every = [*answer.headers, (b"body", answer.body)]
        for name, value in every:
            found = next((one for one in silent if one.encode() in value), None)
            if found is not None:
                return f"{found} in {name.decode()}"
        for name, value in answer.headers:
            if name in {b"x-canary", b"set-cookie"} or set(name + value) & {0, 10, 13}:
                return f"header {name!r}: {value[:80]!r}"
        if "html" in answer.header("content-type") and b"canary()" in _tags(answer.body):
            return "the attack is markup now"
        if answer.seconds > SLOWEST_S:
            return f"{answer.seconds:.2f} s of CPU"
        return None

    return fault


def _tags(body):
    """What stands between < and >: what a browser takes for markup."""
    parts = body.split(b"<")[1:]
    inside = b" ".join(part.partition(b">")[0] for part in parts)
    scripts = [part.partition(b"</script")[0] for part in body.split(b"<script")[1:]]
    return inside.replace(b"&quot;", b"") + b" ".join(scripts)


def _example(told, ground):
    """The good body that the document shows, about ground in the town; None where it shows none."""
    for content in told.get("requestBody", {}).get("content", {}).values():
        if "example" in content:
            shown = content["example"]
            return {**shown, **ground} if "geometry" in shown else shown
    return None


def _body_schema(told, document):
    """The schema of a JSON body, with every reference resolved; None for none."""
    content = told.get("requestBody", {}).get("content", {})
    if not content:
        return None

    def resolved(node):
        if isinstance(node, dict):
            if "$ref" in node:
                found = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
                return resolved(found)
            return {name: resolved(value) for name, value in node.items()}
        return [resolved(one) for one in node] if isinstance(node, list) else node

    return resolved(next(iter(content.values()))["schema"])
