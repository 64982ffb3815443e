"""Map tiles beside a default TiTiler: the same web COG, the same pixels, one worker each.

Ours is the shipped ``geoml serve`` with tokens, numbers, log and request ids on. Both servers run
in turn on this machine; the client is ``benchmarks/load.py``, and its share of a core is told.
"""

from __future__ import annotations

import json
import os
import random
import warnings
from collections.abc import Callable, Iterable, Sequence
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from pmtiles.tile import tileid_to_zxy
from rasterio.io import MemoryFile

from benchmarks.load import measure, request
from benchmarks.peers.running import Absent
from benchmarks.peers.tiles import titiler
from benchmarks.subject import CACHE
from benchmarks.subject import service as subject
from benchmarks.tiles_town import AREA, GRID, picture, town
from geoml import editions
from geoml.cli.smoke import serving
from geoml.lifecycle.web import palette_of
from geoml.paths import Home
from tiles import styles
from tiles.archive import Archive
from tiles.grids import LAMB93, offered

SECONDS = float(os.environ.get("GEOML_BENCH_SECONDS", "8"))
ENDURANCE = int(os.environ.get("GEOML_BENCH_ENDURANCE", "100000"))
CONNECTIONS = (1, 8)
_MOST = 4_000

Ask = tuple[list[bytes], list[bytes]]
"""The same questions to us and to the peer."""


def main() -> dict[str, Any]:
    """Tiles a second of every kind of tile, ours and the peer's, and their ratios."""
    print("  the town ...", flush=True)
    home, service = town(), subject()
    edition = editions.current(home, service.name, AREA)
    if edition is None:
        raise SystemExit(f"delete {home.root} and run again")
    palettes = styles.of_scores(palette_of(service, "score"))
    asked = _questions(home, f"{service.name}-{AREA}-score", edition.folder, palettes)
    found: dict[str, Any] = {"distinct_tiles": len(_places(edition.folder / "tiles-score.pmtiles"))}
    print("  geoml ...", flush=True)
    with serving(home=home.root) as port:
        ours = {name: _rates(port, mine) for name, (mine, _) in asked.items()}
        found |= endurance(port, asked["finished"][0])
        pictures = _pictures(port, asked["finished"][0][:12])
    print("  titiler: environment, tiles ...", flush=True)
    try:
        with titiler(CACHE / "titiler", palettes) as port:
            _compare(pictures, _pictures(port, asked["finished"][1][:12]))
            theirs = {name: _rates(port, peer) for name, (_, peer) in asked.items()}
    except Absent as reason:
        return found | {"titiler_left_out": str(reason), "geoml": _flat(ours)}
    ratios = {
        what: {
            f"ratio_{n}": round(ours[what][n]["per_s"] / theirs[what][n]["per_s"], 1)
            for n in CONNECTIONS
        }
        for what in ours
    }
    return found | {"ratios": ratios, "geoml": _flat(ours), "titiler": _flat(theirs)}


def _questions(home: Home, layer: str, folder: Path, palettes: dict[str, Any]) -> dict[str, Ask]:
    draw = random.Random(7)
    web, data = (f"url={quote(str(folder / name))}" for name in ("score-web.tif", "score.tif"))
    image = f"url={quote(str(picture(home)))}"
    ready = _shuffled(_places(folder / "tiles-score.pmtiles"), draw)
    photos = _shuffled(_places(home.area(AREA) / "base" / "bench.pmtiles"), draw)
    stretch = "rescale=0,100&colormap_name=viridis"
    told = [(size, bins) for size in range(1_024, 1_000, -1) for bins in range(1, 257)]
    drawn = [(tile, draw.choice(list(palettes))) for tile in ready]
    return {
        "finished": _pairs(
            "/tiles/WebMercatorQuad/",
            (
                (
                    f"{layer}/{tile}.png?style={style}",
                    f"{tile}.png?{web}&colormap_name=ours_{style}",
                )
                for tile, style in drawn
            ),
        ),
        "imagery": _pairs(
            "/tiles/WebMercatorQuad/",
            ((f"base-{AREA}/{tile}.png", f"{tile}.webp?{image}") for tile in photos),
        ),
        "values in Lambert-93": _pairs(
            f"/tiles/{LAMB93}/",
            (
                (f"{layer}/values/{LAMB93}/{tile}.png?{stretch}", f"{tile}.png?{data}&{stretch}")
                for tile in _shuffled(_lambert(), draw)
            ),
        ),
        "points": _pairs(
            "/point/", ((f"{layer}/point/{at}", f"{at}?{data}") for at in _somewhere(draw))
        ),
        "statistics": _pairs(
            "/statistics",
            (
                (f"{layer}/statistics?{query}", f"?{data}&{query}")
                for size, bins in told
                for query in (f"max_size={size}&histogram_bins={bins}",)
            ),
        ),
    }


def _somewhere(draw: random.Random) -> list[str]:
    """Places inside the town, which is turned against the meridian."""
    west, south, east, north = GRID.lonlat_bounds()
    inset = (north - south) / 10
    return [
        f"{draw.uniform(west + inset, east - inset):.5f},"
        f"{draw.uniform(south + inset, north - inset):.5f}"
        for _ in range(2_000)
    ]


def _pairs(before: str, paths: Iterable[tuple[str, str]]) -> Ask:
    both = list(islice(paths, _MOST))
    return [request(f"/tiles/{ours}") for ours, _ in both], [
        request(f"{before}{peer}") for _, peer in both
    ]


def _places(archive: Path) -> list[tuple[int, int, int]]:
    return [tileid_to_zxy(one) for one in Archive(archive).ids()]


def _lambert() -> list[tuple[int, int, int]]:
    """Every tile of the layer at the zoom whose pixels are its cells."""
    grid = offered().get(LAMB93)
    zoom = min(range(grid.maxzoom + 1), key=lambda z: abs(grid.matrix(z).cellSize - GRID.pixel_x))
    west, south, east, north = GRID.bounds
    first, last = grid._tile(west, north, zoom), grid._tile(east - 1, south + 1, zoom)
    return [(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]


def _shuffled(places: list[tuple[int, int, int]], draw: random.Random) -> list[str]:
    return [f"{z}/{x}/{y}" for z, x, y in draw.sample(places, len(places))]


def _rates(port: int, requests: list[bytes]) -> dict[int, dict[str, Any]]:
    """Each run begins elsewhere in the list, so that no run asks again what another one asked."""
    third = len(requests) // 3
    measure(port, requests, connections=1, seconds=min(SECONDS, 1))  # opens files
    return {
        n: measure(
            port, requests[k * third :] + requests[: k * third], connections=n, seconds=SECONDS
        )
        for k, n in enumerate(CONNECTIONS, 1)
    }


def endurance(port: int, requests: Sequence[bytes]) -> dict[str, Any]:
    """Resident memory of the server over many tiles, in MB."""
    rss, asked = [_resident(port)], 0
    while asked < ENDURANCE:
        asked += measure(port, requests, connections=8, seconds=min(SECONDS, 3))["requests"]
        rss.append(_resident(port))
    return {
        "endurance_tiles": asked,
        "rss_mb_before": round(rss[0], 1),
        "rss_mb_most": round(max(rss), 1),
        "rss_growth_percent": round(100 * (max(rss) / rss[0] - 1), 2),
    }


def _resident(port: int) -> float:
    text = _get(port, request("/metrics")).decode()
    line = next(one for one in text.splitlines() if one.startswith("process_resident_memory_bytes"))
    return float(line.split()[1]) / 1e6


def _get(port: int, asked: bytes) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", asked.split(b" ")[1].decode())
    body = connection.getresponse().read()
    connection.close()
    return body


def _pictures(port: int, requests: Sequence[bytes]) -> list[Any]:
    return [_rgba(_get(port, one)) for one in requests]


def _rgba(content: bytes) -> Any:
    with warnings.catch_warnings(), MemoryFile(content) as file:
        warnings.simplefilter("ignore")  # a tile has no place of its own
        with file.open(driver="PNG") as image:
            values, colours = image.read(), _colours(image)
    if colours is not None:
        values = colours[values[0]].transpose(2, 0, 1)
    if len(values) == 3:
        values = np.concatenate([values, np.full_like(values[:1], 255)])
    return np.where(values[3] > 0, values, 0)


def _colours(image: Any) -> Any:
    if image.count > 1:
        return None
    return np.array([image.colormap(1)[index] for index in range(256)], np.uint8)


def _compare(ours: list[Any], theirs: list[Any]) -> None:
    same: Callable[[Any, Any], bool] = np.array_equal
    if not all(same(a, b) for a, b in zip(ours, theirs, strict=True)):
        raise SystemExit("the two servers draw different pixels: nothing to compare")


def _flat(rates: dict[str, dict[int, dict[str, Any]]]) -> dict[str, Any]:
    return {
        f"{what}, {n} connection{'s' if n > 1 else ''}": told
        for what, per in rates.items()
        for n, told in per.items()
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
