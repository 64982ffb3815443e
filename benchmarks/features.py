"""Peak memory and time of the feature stack: ``python benchmarks/features.py``.

Eight sources of 4,096 x 4,096 cells (six COGs, roofs and water as shapes) become all the features
that they allow, each written as a COG. The work runs in a process of its own, so that its peak
resident memory is the stack's and nobody else's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geoml.features import registry
from geoml.features.stack import compute
from geoml.raster.cog import cog_writer, read
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array
from geoml.vector.coverage import VectorBlocks

SIDE = int(os.environ.get("GEOML_BENCH_SIDE", "4096"))
GRID = Grid("EPSG:2154", 600_000, 6_800_000, 10, 10, SIDE, SIDE)
RASTERS = ("blue", "red", "nir", "swir1", "swir2", "dem")
VECTORS = ("buildings", "water")
ROOFS = 20_000


def landscape(key: str, window: Window) -> Array:
    """Fields, and noise as sensors have it; another pattern for each key."""
    seed = RASTERS.index(key) + 1
    row = np.arange(window.row, window.row + window.rows)[:, None]
    col = np.arange(window.col, window.col + window.cols)
    waves = np.sin(row / (40 * seed)) * np.cos(col / (60 + 7 * seed))
    noise = np.random.default_rng([seed, window.row, window.col]).normal(0, 0.01, waves.shape)
    ground = 0.25 + 0.15 * waves + noise
    return np.round(ground * (1000 if key == "dem" else 1), 3).astype(np.float32)


def roofs() -> Any:
    west, south, east, north = GRID.bounds
    rng = np.random.default_rng(0)
    x, y = rng.uniform(west, east, ROOFS), rng.uniform(south, north, ROOFS)
    wide, high = rng.uniform(8, 30, (2, ROOFS))
    return shapely.box(x, y, x + wide, y + high)


def river() -> Any:
    west, south, east, north = GRID.bounds
    y = np.linspace(south, north, 400)
    x = (west + east) / 2 + (east - west) / 5 * np.sin((y - south) / 3000)
    return [shapely.LineString(np.column_stack([x, y])).buffer(20)]


def work(folder: Path) -> dict[str, Any]:
    """Compute all features from ``folder/sources`` into ``folder``; time and peak memory."""
    started = time.perf_counter()
    shapes = {"buildings": VectorBlocks(roofs()), "water": VectorBlocks(river())}

    def reader(key: str, window: Window) -> Any:
        if key in RASTERS:
            return read(folder / "sources" / f"{key}.tif", window)
        grid = GRID.window(window)
        return shapes[key].touched(grid) if key == "water" else shapes[key].coverage(grid)

    keys = (*RASTERS, *VECTORS)
    names = registry.available(keys)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(cog_writer(folder / f"{name}.tif", GRID)) for name in names
        }
        compute(
            names,
            reader,
            lambda name, values, window: writers[name].write(values, window),
            GRID,
            sources=keys,
            scratch=folder,
        )
        computed = time.perf_counter()
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return {
        "grid": list(GRID.shape),
        "sources": len(keys),
        "features": len(names),
        "compute_s": round(computed - started, 1),
        "compute_and_publish_s": round(time.perf_counter() - started, 1),
        "peak_rss_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 3),
    }


def main() -> dict[str, Any]:
    """Make the sources, then run ``work`` in a fresh process and return what it measured."""
    with tempfile.TemporaryDirectory() as name:
        for key in RASTERS:
            with cog_writer(Path(name) / "sources" / f"{key}.tif", GRID) as writer:
                for window in windows(GRID):
                    writer.write(landscape(key, window), window)
        done = subprocess.run(
            [sys.executable, __file__, name], capture_output=True, text=True, check=True
        )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1])) if len(sys.argv) > 1 else main(), indent=1))
