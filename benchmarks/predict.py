"""A single prediction over HTTP: the shipped server, one client, one connection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import numpy as np

from benchmarks.subject import CACHE
from geoml import catalog
from geoml.cli.smoke import serving
from geoml.contract import Service

REQUESTS = 2_000


def main() -> dict[str, Any]:
    """p50 and p99 in milliseconds over ``REQUESTS`` requests of each service.

    The demo town is made for it, anew every time.
    """
    os.environ["GEOML_WRITES_PER_MINUTE"] = "0"  # what is measured is the answer, not the limit
    home = CACHE / "demo"
    shutil.rmtree(home, ignore_errors=True)
    command = [sys.executable, "-m", "geoml.cli.main", "demo", "--only", "demo"]
    print("  the demo town ...", flush=True)
    subprocess.run(command, env={**os.environ, "GEOML_HOME": str(home)}, check=True)
    with serving(home=home) as port:
        services = dict(_measured(port))
    return {"requests": REQUESTS, "wanted_p99_ms": 10, "services": services}


def _measured(port: int) -> Iterator[tuple[str, dict[str, float]]]:
    for name in catalog.names():
        times_ms = _ask(port, f"/services/{name}/predict", _body(catalog.get(name)))
        p50, p99 = (round(float(q), 2) for q in np.percentile(times_ms, [50, 99]))
        yield name, {"p50_ms": p50, "p99_ms": p99}


def _body(service: Service) -> str:
    """The features that a caller may be expected to know, at a cell of the service's scene."""
    scene = service.scene()
    names = service.input_sets[0] if service.input_sets else tuple(scene.features)
    return json.dumps({name: round(float(scene.features[name].flat[0]), 3) for name in names})


def _ask(port: int, path: str, body: str) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json"}
    times = []
    for number in range(REQUESTS + 100):
        started = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: status {answer.status}")
        if number >= 100:  # the first ones load the model
            times.append(1000 * (time.perf_counter() - started))
    connection.close()
    return times


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
