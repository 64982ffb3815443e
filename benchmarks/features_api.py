"""The features API: 100,000 building polygons, pages of 1,000, beside pygeoapi and tipg.

The same polygons for all, one server after the other, one client on one connection that reads
whole answers. A peer that cannot be installed here is left out with the reason.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas
import numpy as np
import shapely

from benchmarks.peers import features as peers
from geoml import catalog, editions
from geoml.areas import area as areas
from geoml.catalog.derived import CELLS_INDEX
from geoml.cli.smoke import serving
from geoml.lifecycle.republish import MEASURED
from geoml.lifecycle.units import publish_units
from geoml.paths import Home
from geoml.raster.cog import write
from geoml.vector.cells import write_cells_index
from geoml.vector.fragments import hilbert_order

COUNT, LIMIT = 100_000, 1_000
LAST_PAGE = 90
TIMES = 60
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "geoml-bench"
BBOX = (4.66, 45.66, 4.80, 45.78)


def main() -> dict[str, Any]:
    """Milliseconds per page, features per second, and the ratios to each peer."""
    frame, spent = buildings(), {}
    home = _published(frame, spent)
    found: dict[str, Any] = {"buildings": COUNT, "features_a_page": LIMIT, **spent}
    name = f"{catalog.names()[0]}-bench"
    with serving(home=home.root) as port:
        base = f"/collections/{name}/items?f=json&limit={LIMIT}"
        ours = measured(port, base, _by_links(port, base))
    found["geoml"] = ours
    for peer, start in (("pygeoapi", peers.pygeoapi), ("tipg", peers.tipg)):
        try:
            with start(frame, CACHE / peer) as (port, path):
                base = f"{path}?f={'json' if peer == 'pygeoapi' else 'geojson'}&limit={LIMIT}"
                theirs = measured(port, base, f"{base}&offset={(LAST_PAGE - 1) * LIMIT}")
        except peers.Absent as reason:
            found[f"{peer}_left_out"] = str(reason)
            continue
        found[peer] = theirs
        found[f"times_{peer}"] = {
            what: round(ours[what] / theirs[what], 1)
            if what.startswith("features")
            else round(theirs[what] / ours[what], 1)
            for what in ours
        }
    return {key: value for key, value in found.items() if not isinstance(value, dict)} | {
        "one connection": {key: value for key, value in found.items() if isinstance(value, dict)}
    }


def buildings(count: int = COUNT, seed: int = 0) -> geopandas.GeoDataFrame:
    """L-shaped houses, each turned by its own angle, on streets 25 m apart."""
    rng = np.random.default_rng(seed)
    number, side = np.arange(count), int(np.ceil(np.sqrt(count)))
    x = 830_000 + 25.0 * (number % side) + 5 * rng.random(count)
    y = 6_510_000 + 25.0 * (number // side) + 5 * rng.random(count)
    plan = np.array([(-5, -5), (5, -5), (5, 1), (1, 1), (1, 5), (-5, 5)]) / 10
    size = np.stack([8 + 10 * rng.random(count), 6 + 8 * rng.random(count)], axis=-1)
    corners = plan[None] * size[:, None]
    turn = rng.random((count, 1)) * np.pi
    east = x[:, None] + np.cos(turn) * corners[..., 0] - np.sin(turn) * corners[..., 1]
    north = y[:, None] + np.sin(turn) * corners[..., 0] + np.cos(turn) * corners[..., 1]
    score = 100 * rng.random(count)
    told = {
        "id": [f"b-{one:08d}" for one in number],
        "kind": "building",
        f"{catalog.names()[0]}_score": np.round(score, 3),
        "lower": np.round(0.8 * score, 3),
        "upper": np.round(20 + 0.8 * score, 3),
        "applicability": np.round(rng.random(count), 3),
        "height_m": np.round(3 + 20 * rng.random(count), 1),
    }
    shapes = shapely.polygons(np.stack([east, north], axis=-1))
    return hilbert_order(geopandas.GeoDataFrame(told, geometry=shapes, crs="EPSG:2154"))


def measured(port: int, first: str, last: str) -> dict[str, float]:
    """What a page costs at the beginning and near the end, and a box with about 1,000 features."""
    pages, ends = _ask(port, lambda _: first), _ask(port, lambda _: last)
    boxes = _ask(port, lambda number: f"{first}&bbox={_box(number)}")
    return {
        "features_per_s": round(1000 * LIMIT / float(np.median(pages))),
        "features_per_s_at_page_90": round(1000 * LIMIT / float(np.median(ends))),
        "page_ms": round(float(np.median(pages)), 2),
        "page_90_ms": round(float(np.median(ends)), 2),
        "bbox_p50_ms": round(float(np.median(boxes)), 2),
        "bbox_p99_ms": round(float(np.percentile(boxes, 99)), 2),
    }


def _box(number: int) -> str:
    """A box of about 1,000 houses, another one for each number."""
    rng = np.random.default_rng(number)
    west, south = 4.70 + 0.05 * rng.random(), 45.69 + 0.04 * rng.random()
    return f"{west:.6f},{south:.6f},{west + 0.0101:.6f},{south + 0.0071:.6f}"


def _by_links(port: int, path: str) -> str:
    """The path of page ``LAST_PAGE``, found as every client finds it: by the links to the next."""
    for _ in range(LAST_PAGE - 1):
        links = json.loads(_get(HTTPConnection("127.0.0.1", port, timeout=60), path))["links"]
        target = urlsplit(next(one["href"] for one in links if one["rel"] == "next"))
        path = f"{target.path}?{target.query}"
    return path


def _ask(port: int, path: Callable[[int], str]) -> list[float]:
    connection, times = HTTPConnection("127.0.0.1", port, timeout=60), []
    for number in range(TIMES + 3):
        asked = path(number)
        started = time.perf_counter()
        answer = _get(connection, asked)
        if number >= 3:  # the first ones open files
            times.append(1000 * (time.perf_counter() - started))
        if not 500 <= answer.count(b'"Feature"') <= LIMIT:
            raise SystemExit(f"{asked}: {answer.count(b'Feature')} features")
    connection.close()
    return times


def _get(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"accept": "application/geo+json"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"status {answer.status} for {path}: {body[:300]!r}")
    return body


def _published(frame: geopandas.GeoDataFrame, spent: dict[str, float]) -> Home:
    """A home with one edition of these buildings, its raster flat; made anew every time."""
    shutil.rmtree(CACHE / "home", ignore_errors=True)
    home, service = Home(CACHE / "home"), catalog.get(catalog.names()[0])
    area = areas.create(home, "bench", "Bench", bbox=BBOX, synthetic=True)

    def fill(folder: Path) -> dict[str, Any]:
        for file in MEASURED:
            write(folder / file, np.full(area.grid.shape, 50, np.float32), area.grid)
        started = time.perf_counter()
        publish_units(service, folder, frame)
        spent["publish_units_s"] = round(time.perf_counter() - started, 1)
        write_cells_index(folder / CELLS_INDEX, folder / "score.tif")
        web = {"minzoom": 8, "maxzoom": 12, "bounds": list(area.grid.lonlat_bounds())}
        return {"date": "2025-07-20", "model": "none", "web": web, "warnings": [], "sources": {},
                "features_used": [], "units": {"building": len(frame)}}  # fmt: skip

    editions.publish(home, service.name, area.id, fill)
    return home


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
