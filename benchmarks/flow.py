"""Water over a terrain model, beside pyflwdir and GRASS: ``python -m benchmarks.flow [SIDE]``."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import grass, wake_county
from geoml.areas.demo.noise import fractal
from geoml.features.hydrology.drainage import CHANNEL_KM2
from geoml.raster.grid import Grid
from geoml.types import Array

SIDES = tuple(int(n) for n in os.environ.get("GEOML_BENCH_FLOW_SIDES", "3000,10000").split(","))
"""Sides of the square terrain models, the smallest first: the one that the peer is timed on too."""
PIXEL_M = 10.0


def main() -> dict[str, Any]:
    """Seconds and peak memory of both, from elevation to height above drainage; GRASS's view."""
    results: dict[str, Any] = {"from": "elevation to upstream area and height above drainage"}
    with tempfile.TemporaryDirectory() as folder:
        for side in SIDES:
            path = Path(folder) / f"{side}.npy"
            np.save(path, terrain(side))
            names = RUNS if side == SIDES[0] else ("geoml",)
            results[f"{side} x {side} cells"] = {name: apart(name, path) for name in names}
    results.update(reference())
    return results


def terrain(side: int) -> Array:
    """Hills of 60 m and a tilt of 1 in 500, float32: valleys, and hollows without an outlet."""
    grid = Grid("EPSG:2154", 0.0, 0.0, PIXEL_M, PIXEL_M, side, side)
    hills = fractal(grid, np.random.default_rng(0), 6_000.0, octaves=8, gain=0.5)
    tilt = np.arange(side, dtype=np.float32) * np.float32(PIXEL_M / 500)
    return np.asarray(np.float32(20) * hills + tilt, np.float32)


def with_geoml(elevation: Array) -> None:
    from geoml.features.hydrology.accumulation import upstream_area
    from geoml.features.hydrology.drainage import drainage, nearest_drain
    from geoml.features.hydrology.hand import hand
    from geoml.features.hydrology.routing import route

    flow = route(elevation, PIXEL_M, PIXEL_M)
    hand(elevation, nearest_drain(flow, drainage(flow, upstream_area(flow))))


def with_pyflwdir(elevation: Array) -> None:
    """The same with pyflwdir alone: depressions filled, not crossed."""
    import pyflwdir

    filled, d8 = pyflwdir.dem.fill_depressions(elevation, nodata=-9999.0)
    flow = pyflwdir.from_array(d8, ftype="d8", check_ftype=False)
    area = flow.upstream_area("cell") * (PIXEL_M * PIXEL_M * 1e-6)
    flow.hand(drain=area >= CHANNEL_KM2, elevtn=filled)


RUNS: dict[str, Callable[[Array], None]] = {"geoml": with_geoml, "pyflwdir": with_pyflwdir}


def apart(name: str, path: Path) -> dict[str, float]:
    """One run in a process of its own, after a small one that compiles."""
    command = [sys.executable, "-m", "benchmarks.flow", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def timed(name: str, path: Path) -> dict[str, float]:
    """Seconds by the clock and of the processor, and the peak of the whole process in GB."""
    RUNS[name](terrain(64))
    elevation = np.load(path)
    started, worked = time.perf_counter(), time.process_time()
    RUNS[name](elevation)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    return {"clock_s": round(seconds, 1), "processor_s": round(cpu, 1), "peak_gb": round(peak, 2)}


def reference() -> dict[str, Any]:
    """How far GRASS agrees on a real terrain model, or why that is not known here."""
    if not grass.is_here():
        return {"grass": f"skipped: {grass.MISSING}"}
    if not wake_county.FOLDER.is_dir():
        return {"grass": "skipped: the real terrain model is not here"}
    found = grass.comparison(wake_county.FOLDER / "elev_ned_30m.tif", CHANNEL_KM2)
    return {"agreement with GRASS r.watershed": {"Wake County, 30 m": found}}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(timed(sys.argv[1], Path(sys.argv[2]))))
    else:
        SIDES = tuple(int(side) for side in sys.argv[1:2]) or SIDES
        print(json.dumps(main(), indent=1))
