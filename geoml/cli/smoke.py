"""``geoml smoke [SERVICE]``: does a real server, with the real data, answer?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, say
from geoml.errors import DataError, MissingTool

_PATIENCE_S = 60.0


def command(
    service: Annotated[
        str | None, typer.Argument(help="One service; every published one when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start the server on a free port, ask what a town would ask, check, stop it."""
    from geoml import catalog

    asked = (catalog.get(service).name,) if service else None
    if asked is None and catalog.broken():
        raise next(iter(catalog.broken().values()))
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stderr:
        with serving(stderr) as port:
            done = _questions(port, asked)
        stderr.seek(0)
        log = stderr.read()
    loud = [line for line in log.splitlines() if "WARNING" in line or "Traceback" in line]
    if loud:
        raise DataError("the server's log is not clean", got="; ".join(loud)[:300])
    say(f"{len(done)} passed, 0 failed")
    emit(done, as_json, "\n".join(f"ok  {one['question']}" for one in done))


@contextmanager
def serving(stderr: IO[str] | int = subprocess.DEVNULL, home: Path | None = None) -> Iterator[int]:
    """The shipped server in a process of its own; yields its port and ends it by its own id.

    ``home`` is what it serves, ``GEOML_HOME`` where None. Raises MissingTool when it does not
    start within a minute.
    """
    port = _free_port()
    command = [sys.executable, "-m", "geoml.cli.main", "serve", "--port", str(port)]
    environment = {**os.environ, **({"GEOML_HOME": str(home)} if home else {})}
    with subprocess.Popen(command, stderr=stderr, env=environment, text=True) as server:
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()


def _questions(port: int, services: tuple[str, ...] | None) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []

    def ask(method: str, path: str, expected: int = 200, body: object = None) -> Any:  # noqa: ANN401
        status, answer = _call(port, method, path, body)
        if status != expected:
            raise DataError(
                "a wrong answer",
                where=f"{method} {path}",
                expected=str(expected),
                got=f"{status} {str(answer)[:200]}",
            )
        done.append({"question": f"{method} {path}", "status": status})
        return answer

    ask("GET", "/healthz")
    ask("GET", "/readyz")
    ask("GET", "/api")
    areas = ask("GET", "/areas")["areas"]
    published = [(a, e) for a in areas for e in a["editions"]]
    there = {edition["service"] for _, edition in published}
    wanted = services or tuple(sorted(there))
    if not wanted or not set(wanted) <= there:
        where = ", ".join(wanted) or "any service"
        raise DataError("nothing is published", where=where, next_step="run: make demo")
    for silent in () if services else _without(ask, there):
        say(f"{silent}: nothing is published, so nothing was asked")
    for service in wanted:
        _service(ask, service)
        for area, edition in published:
            if edition["service"] == service:
                _place(ask, service, area, edition)
    return done


def _without(ask: Any, published: set[str]) -> list[str]:  # noqa: ANN401
    return [s["name"] for s in ask("GET", "/services")["services"] if s["name"] not in published]


def _service(ask: Any, service: str) -> None:  # noqa: ANN401
    contract = ask("GET", f"/services/{service}")
    middle = {f["name"]: sum(f["valid"]) / 2 for f in contract["features"]}
    predict = f"/services/{service}/predict"
    answer = ask("POST", predict, body=middle)
    score = answer[f"{service}_score"]
    if not (isinstance(score, int | float) and 0 <= score <= 100):
        raise DataError("not a score", where=predict, expected="0..100", got=str(score))
    ask("POST", predict, 422, body={"no_such_feature": 1})


def _place(ask: Any, service: str, area: dict[str, Any], edition: dict[str, Any]) -> None:  # noqa: ANN401
    west, south, east, north = area["bbox"]
    lon, lat = (west + east) / 2, (south + north) / 2
    if ask("GET", f"/services/{service}")["kind"] == "segmentation":
        lon, lat = _thing(ask, service, area["id"])
    ask("GET", f"/services/{service}/at?lon={lon}&lat={lat}&area={area['id']}")
    for layer in edition["layers"]:
        tilejson = ask("GET", layer["tilejson"])
        z = tilejson["minzoom"]
        x, y = _tile(lon, lat, z)
        ask("GET", layer["url"].format(z=z, x=x, y=y))


def _thing(ask: Any, service: str, area: str) -> tuple[float, float]:  # noqa: ANN401
    """A place on one of the things that were found: the middle of an area is seldom on any."""
    from shapely import point_on_surface
    from shapely.geometry import shape

    path = f"/collections/{service}-{area}/items?limit=1"
    found = ask("GET", path)["features"]
    if not found:
        raise DataError("nothing was found in the picture", where=path)
    place = point_on_surface(shape(found[0]["geometry"]))
    return place.x, place.y


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    from math import asinh, pi, radians, tan

    n = 2**zoom
    return int((lon + 180) / 360 * n), int((1 - asinh(tan(radians(lat))) / pi) / 2 * n)


def _call(port: int, method: str, path: str, body: object) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        payload = None if body is None else json.dumps(body)
        headers = {} if payload is None else {"content-type": "application/json"}
        connection.request(method, path, payload, headers)
        answer = connection.getresponse()
        raw = answer.read()
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status, json.loads(raw) if is_json else raw
    finally:
        connection.close()


def _wait(port: int, server: subprocess.Popen[str]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if _call(port, "GET", "/healthz", None)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise MissingTool("the server did not start", where=f"port {port}")


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
