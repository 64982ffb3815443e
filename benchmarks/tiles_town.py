"""The town of the tile benchmark: one large edition and one large picture, kept between runs."""

from __future__ import annotations

import os
import shutil
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.subject import CACHE, service
from geoml import editions
from geoml.files import write_json
from geoml.lifecycle.web import palette_of
from geoml.paths import Home
from geoml.raster import cog, imagery, png, pyramid, web
from geoml.raster.cog import cog_writer, read_grid
from geoml.raster.grid import Grid, Window, windows
from geoml.raster.imagery import write_imagery
from geoml.raster.pyramid import write_pyramid
from geoml.raster.web import web_cog
from geoml.types import Array

SIDE = int(os.environ.get("GEOML_BENCH_TILE_SIDE", "7168"))
GRID = Grid("EPSG:2154", 800_000, 6_560_000, 10, 10, SIDE, SIDE)
PICTURE = Grid("EPSG:2154", 800_000, 6_560_000, 2, 2, SIDE // 2, SIDE // 2)
AREA = "bench-tiles"


def town() -> Home:
    """A home with one layer of about 2,500 tiles, and a base layer of imagery."""
    home = Home(CACHE / f"tiles-{SIDE}-{_code()}")
    if not (home.root / "done.json").exists():
        for older in CACHE.glob(f"tiles-{SIDE}*"):
            shutil.rmtree(older)
        editions.publish(home, service().name, AREA, _layer)
        _base(home.area(AREA))
        write_json(home.root / "done.json", {"side": SIDE})
    return home


def _code() -> str:
    """What made the town: other code makes it again."""
    modules = (imagery, pyramid, web, png, cog)
    files = (Path(__file__), *(Path(str(module.__file__)) for module in modules))
    told = b"".join(file.read_bytes() for file in files)
    return blake2b(service().name.encode() + told, digest_size=6).hexdigest()


def picture(home: Home) -> Path:
    """The picture that the base layer was made from."""
    return home.area(AREA) / "ortho.tif"


def _layer(folder: Path) -> dict[str, Any]:
    with cog_writer(folder / "score.tif", GRID) as writer:
        for window in windows(GRID):
            writer.write(_heat(window), window)
    bytes_ = folder / "score-web.tif"
    lowest, highest = web_cog(folder / "score.tif", bytes_)
    palette = palette_of(service(), "score")
    write_pyramid(bytes_, folder / "tiles-score.pmtiles", palette)
    bounds = [round(value, 6) for value in GRID.lonlat_bounds()]
    return {"web": {"minzoom": lowest, "maxzoom": highest, "bounds": bounds}, "sources": {}}


def _heat(window: Window) -> Array:
    """Quarters, streets and noise, 0..100; a river of unknown."""
    row, col = np.mgrid[
        window.row : window.row + window.rows, window.col : window.col + window.cols
    ].astype(np.float32)
    quarters = 50 + 30 * np.sin(row / 170) * np.cos(col / 230)
    streets = 8 * ((row // 12 + col // 17) % 3)
    noise = np.random.default_rng([window.row, window.col]).normal(0, 2, row.shape)
    values = np.clip(quarters + streets + noise, 0, 100).astype(np.float32)
    river = np.abs(col - SIDE / 3 - 400 * np.sin(row / 900)) < 20
    values[river] = np.nan
    return values


def _base(folder: Path) -> None:
    path = folder / "ortho.tif"
    with cog_writer(path, PICTURE, dtype="uint8", nodata=None, bands=("r", "g", "b")) as writer:
        for window in windows(PICTURE):
            heat = np.nan_to_num(_heat(window), nan=0.0)
            for band, share in ((1, 2.5), (2, 2.0), (3, 1.5)):
                writer.write((heat * share).astype(np.uint8), window, band)
    tiles = folder / "base" / "bench.pmtiles"
    tiles.parent.mkdir(parents=True, exist_ok=True)
    lowest, highest = write_imagery([path], tiles, stretch=False, metadata={})
    document = {
        "kind": "imagery",
        "file": tiles.name,
        "minzoom": lowest,
        "maxzoom": highest,
        "bounds": [round(value, 6) for value in read_grid(path).lonlat_bounds()],
        "attribution": "",
        "signature": "bench" * 8,
        "format": 1,
    }
    write_json(folder / "base" / "base.json", document)
