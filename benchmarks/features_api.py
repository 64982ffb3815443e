"""The features API: 100,000 building polygons, pages of 1,000, beside pygeoapi and tipg.

The same polygons, the same requests and headers for all (plain content: no peer compresses), one
server after the other, one client on one connection that reads whole answers. A peer that cannot
be installed here is left out with the reason. Ours is the shipped ``geoml serve`` with tokens,
numbers, log and request ids on.
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

from benchmarks.load import measure, request
from benchmarks.peers import features as peers
from benchmarks.subject import CACHE, service
from geoml import editions
from geoml.areas import area as areas
from geoml.catalog.derived import CELLS_INDEX
from geoml.cli.smoke import serving
from geoml.lifecycle.republish import measured as files_of
from geoml.lifecycle.units import publish_units
from geoml.paths import Home
from geoml.raster.cog import write
from geoml.vector.cells import write_cells_index
from geoml.vector.fragments import emitted, hilbert_order

COUNT, LIMIT = 100_000, 1_000
LAST_PAGE = 90
PAGES, BOXES = 60, 200
SECONDS = float(os.environ.get("GEOML_BENCH_SECONDS", "8"))
BBOX = (4.66, 45.66, 4.80, 45.78)
_FIRST = 3  # answers that open files


def main() -> dict[str, Any]:
    """Milliseconds per page, features and tiles per second, and the ratios to each peer."""
    frame, spent = buildings(), {}
    home, name = _published(frame, spent), f"{service().name}-bench"
    found: dict[str, Any] = {"buildings": COUNT, "features_a_page": LIMIT, **spent}
    table: dict[str, Any] = {}
    with serving(home=home.root) as port:
        base = f"/collections/{name}/items?f=json&limit={LIMIT}"
        _check(port, base, frame)
        table["geoml"] = ours = measured(port, base, _by_links(port, base))
        tiles = vector_tiles(port, f"/collections/{name}/tiles/WebMercatorQuad")
    found["page_90_in_pages_1"] = round(ours["page_90_ms"] / ours["page_ms"], 2)
    for peer, start in (("pygeoapi", peers.pygeoapi), ("tipg", peers.tipg)):
        print(f"  {peer}: environment, data, pages ...", flush=True)
        try:
            with start(frame, CACHE / peer) as (port, path):
                base = f"{path}?f={'json' if peer == 'pygeoapi' else 'geojson'}&limit={LIMIT}"
                theirs = measured(port, base, f"{base}&offset={(LAST_PAGE - 1) * LIMIT}")
        except peers.Absent as reason:
            found[f"{peer}_left_out"] = str(reason)
            continue
        table |= {peer: theirs, f"times_{peer}": _times(ours, theirs)}
    return found | {"one connection": table, "vector tiles": tiles}


def _times(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    """How many times better each number is."""
    return {
        what: round(value / theirs[what] if "per_s" in what else theirs[what] / value, 1)
        for what, value in ours.items()
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
        f"{service().name}_score": np.round(score, 3),
        "lower": np.round(0.8 * score, 3),
        "upper": np.round(20 + 0.8 * score, 3),
        "applicability": np.round(rng.random(count), 3),
        "height_m": np.round(3 + 20 * rng.random(count), 1),
    }
    shapes = shapely.polygons(np.stack([east, north], axis=-1))
    return hilbert_order(geopandas.GeoDataFrame(told, geometry=shapes, crs="EPSG:2154"))


def measured(port: int, first: str, last: str) -> dict[str, float]:
    """What a page costs at the beginning and near the end, and a box with about 1,000 features."""
    pages, ends = _ask(port, lambda _: first, PAGES), _ask(port, lambda _: last, PAGES)
    boxes = _ask(port, lambda number: f"{first}&bbox={_told(_box(number))}", BOXES)
    page, end = float(np.median(pages)), float(np.median(ends))
    return {
        "features_per_s": round(1000 * LIMIT / page),
        "features_per_s_at_page_90": round(1000 * LIMIT / end),
        "page_ms": round(page, 2),
        "page_90_ms": round(end, 2),
        "bbox_p50_ms": round(float(np.median(boxes)), 2),
        "bbox_p99_ms": round(float(np.percentile(boxes, 99)), 2),
    }


def vector_tiles(port: int, path: str) -> dict[str, dict[str, Any]]:
    """Tiles a second of all that have units in them, as browsers ask: deflated."""
    asked = request("{}", "Accept-Encoding: gzip").decode()
    there = [asked.format(one).encode() for one in _tiles(port, path)]
    found = {}
    for n in (1, 8):
        told = measure(port, there, connections=n, seconds=SECONDS)
        found[f"{n} connection{'s' if n > 1 else ''}"] = {"distinct_tiles": len(there), **told}
    return found


def _tiles(port: int, path: str) -> list[str]:
    """Every tile of the set that is not empty."""
    connection, found = HTTPConnection("127.0.0.1", port, timeout=60), []
    for one in json.loads(_get(connection, path, "application/json"))["tileMatrixSetLimits"]:
        for row in range(one["minTileRow"], one["maxTileRow"] + 1):
            for col in range(one["minTileCol"], one["maxTileCol"] + 1):
                tile = f"{path}/{one['tileMatrix']}/{row}/{col}"
                connection.request("GET", tile)
                answer = connection.getresponse()
                if answer.read() and answer.status == 200:
                    found.append(tile)
    connection.close()
    return found


def _box(number: int) -> tuple[float, ...]:
    """A box of about 1,000 houses, another one for each number."""
    rng = np.random.default_rng(number)
    west, south = 4.70 + 0.05 * rng.random(), 45.69 + 0.04 * rng.random()
    return tuple(round(v, 6) for v in (west, south, west + 0.0101, south + 0.0071))


def _told(box: tuple[float, ...]) -> str:
    return ",".join(f"{value:.6f}" for value in box)


def _check(port: int, base: str, frame: geopandas.GeoDataFrame) -> None:
    """The count of a box is exact: it is what every polygon, tested by itself, says."""
    shapes, connection = emitted(frame.geometry), HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(3):
        page = json.loads(_get(connection, f"{base}&bbox={_told(_box(number))}"))
        wanted = int(shapely.intersects(shapes, shapely.box(*_box(number))).sum())
        if page["numberMatched"] != wanted:
            raise SystemExit(f"{page['numberMatched']} features in a box that {wanted} meet")
    connection.close()


def _by_links(port: int, path: str) -> str:
    """The path of page ``LAST_PAGE``, found as every client finds it: by the links to the next."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(LAST_PAGE - 1):
        links = json.loads(_get(connection, path))["links"]
        target = urlsplit(next(one["href"] for one in links if one["rel"] == "next"))
        path = f"{target.path}?{target.query}"
    connection.close()
    return path


def _ask(port: int, path: Callable[[int], str], times: int) -> list[float]:
    connection, spent = HTTPConnection("127.0.0.1", port, timeout=60), []
    for number in range(times + _FIRST):
        asked = path(number)
        started = time.perf_counter()
        answer = _get(connection, asked)
        if number >= _FIRST:
            spent.append(1000 * (time.perf_counter() - started))
        if not 500 <= answer.count(b'"Feature"') <= LIMIT:
            raise SystemExit(f"{asked}: {answer.count(b'Feature')} features")
    connection.close()
    return spent


def _get(connection: HTTPConnection, path: str, kind: str = "application/geo+json") -> bytes:
    connection.request("GET", path, headers={"accept": kind})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"status {answer.status} for {path}: {body[:300]!r}")
    return body


def _published(frame: geopandas.GeoDataFrame, spent: dict[str, float]) -> Home:
    """A home with one edition of these buildings, its raster flat; made anew every time."""
    shutil.rmtree(CACHE / "home", ignore_errors=True)
    home, subject = Home(CACHE / "home"), service()
    area = areas.create(home, "bench", "Bench", bbox=BBOX, synthetic=True)

    def fill(folder: Path) -> dict[str, Any]:
        for file in files_of(subject):
            write(folder / file, np.full(area.grid.shape, 50, np.float32), area.grid)
        started = time.perf_counter()
        publish_units(subject, folder, frame)
        spent["publish_units_s"] = round(time.perf_counter() - started, 1)
        write_cells_index(folder / CELLS_INDEX, folder / "score.tif")
        web = {"minzoom": 8, "maxzoom": 12, "bounds": list(area.grid.lonlat_bounds())}
        return {"date": "2025-07-20", "model": "none", "web": web, "warnings": [], "sources": {},
                "features_used": [], "units": {"building": len(frame)}}  # fmt: skip

    editions.publish(home, subject.name, area.id, fill)
    return home


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
