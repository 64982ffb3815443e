"""A single prediction over HTTP: the shipped server, one client, one connection."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from typing import Any

import numpy as np

from geoml.cli.smoke import serving

REQUESTS = 2_000
BODY = json.dumps({"ndvi": 0.5, "building_density": 0.7, "water_distance": 1000})


def main() -> dict[str, Any]:
    """p50 and p99 in milliseconds over ``REQUESTS`` requests; needs a home with a champion."""
    with serving() as port:
        times_ms = _ask(port)
    p50, p99 = (round(float(q), 2) for q in np.percentile(times_ms, [50, 99]))
    return {"requests": REQUESTS, "p50_ms": p50, "p99_ms": p99, "wanted_p99_ms": 10}


def _ask(port: int) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json"}
    times = []
    for number in range(REQUESTS + 100):
        started = time.perf_counter()
        connection.request("POST", "/services/uhi/predict", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}; run `make demo SERVE=0` first")
        if number >= 100:  # the first ones load the model
            times.append(1000 * (time.perf_counter() - started))
    connection.close()
    return times


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
