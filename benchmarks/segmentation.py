"""A model over an ortho, from file to file: ours, our quickest engine, the same net in eager torch.

The peer is the same U-Net with the same weights, fp32, one window of 512 px at a time with the
same halo; ours takes larger windows, in ONNX Runtime and in the engine that is quickest here. What
the windows alone bring is told by the peer with ours. Each runs in a process of its own. Needs
PyTorch for the peer, openvino for the quick engine.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.subject import CACHE
from geoml import catalog, modelstore
from geoml.learning.segmentation.engine import Engine, installed, open_engine, open_model_folder
from geoml.learning.segmentation.infer import WINDOW_PX, write_probability
from geoml.learning.segmentation.processor import processor
from geoml.paths import Home
from geoml.raster.cog import cog_writer, open_cog
from geoml.raster.grid import Grid, Window, windows

SIDE = int(os.environ.get("GEOML_BENCH_ORTHO_SIDE", "3072"))
LARGE = int(os.environ.get("GEOML_BENCH_LARGE_ORTHO_SIDE", "20000"))
CHIP, GSD_M = 1024, 0.25
PEER_WINDOW = 512
_PLACE = "EPSG:2154", 843_000.0, 6_520_500.0, GSD_M, GSD_M


def main() -> dict[str, Any]:
    """Seconds, peak memory and roofs of each; their ratios; the large ortho."""
    folder = model()
    name, features = processor()
    found: dict[str, Any] = {"processor": f"{name} ({', '.join(features)})"}
    print("  the ortho ...", flush=True)
    small, truth = town(SIDE)
    runs = {"geoml f32": ("onnxruntime", "f32", WINDOW_PX)}
    quick = ("openvino", "bf16") if installed("openvino") else ("onnxruntime", "f32")
    if installed("openvino"):
        runs["geoml bf16"] = (*quick, WINDOW_PX)
    if importlib.util.find_spec("torch"):
        runs["torch eager"] = ("torch", "f32", PEER_WINDOW)
        runs["torch eager, our windows"] = ("torch", "f32", WINDOW_PX)
    else:
        found["torch_left_out"] = "PyTorch is not installed here"
    told: dict[str, Any] = {}
    for title, run in runs.items():
        print(f"  {title} ...", flush=True)
        out = CACHE / "segmentation" / f"{title.replace(' ', '-')}.tif"
        told[title] = apart(folder, small, out, run) | {"iou": round(iou(out, truth), 4)}
    found[f"{SIDE} x {SIDE} px"] = told
    found["ratios"] = ratios(told)
    print("  the large ortho ...", flush=True)
    large, _ = town(LARGE)
    out = CACHE / "segmentation" / "large.tif"
    found[f"{LARGE} x {LARGE} px"] = {
        f"geoml {quick[1]}": apart(folder, large, out, (*quick, WINDOW_PX)),
    }
    found["large_peak_gb"] = found[f"{LARGE} x {LARGE} px"][f"geoml {quick[1]}"]["peak_gb"]
    return found


def model() -> Path:
    """The folder of ``GEOML_BENCH_MODEL``, else of the model that serves a town's pictures."""
    named = os.environ.get("GEOML_BENCH_MODEL")
    if named:
        return Path(named)
    home = Home(CACHE / "segmentation" / "home")
    able = [name for name in catalog.names() if catalog.get(name).kind == "segmentation"]
    served = [ref for name in able if (ref := modelstore.serving(home, name)) is not None]
    if not served:
        raise SystemExit("no segmentation model ships yet; name a folder by GEOML_BENCH_MODEL")
    return served[0].folder


def ratios(told: dict[str, Any]) -> dict[str, float]:
    """How many times quicker than eager torch, and by how many points of IoU they differ."""
    peer = told.get("torch eager")
    if peer is None:
        return {}
    ours = {title: run for title, run in told.items() if title != "torch eager"}
    return {
        f"{title}: {what}": value
        for title, run in ours.items()
        for what, value in (
            ("times torch", round(peer["clock_s"] / run["clock_s"], 2)),
            ("IoU points from torch", round(100 * (run["iou"] - peer["iou"]), 3)),
        )
    }


def town(side: int) -> tuple[Path, Path]:
    """(ortho, truth) of a made-up town of ``side`` pixels each way, kept; large ones repeat."""
    folder = CACHE / "segmentation"
    ortho, truth = folder / f"ortho-{side}.tif", folder / f"truth-{side}.tif"
    if ortho.exists() and truth.exists():
        return ortho, truth
    folder.mkdir(parents=True, exist_ok=True)
    grid = Grid(*_PLACE, side, side)
    options: dict[str, Any] = {"dtype": "uint8", "nodata": 0}
    with (
        cog_writer(truth, grid, **options) as roofs,
        cog_writer(ortho, grid, **options, bands=("red", "green", "blue")) as picture,
    ):
        for window, rgb, roof in _chips(grid):
            roofs.write(roof, window)
            for number in (1, 2, 3):
                picture.write(rgb[..., number - 1], window, number)
    return ortho, truth


def _chips(grid: Grid) -> Iterator[tuple[Window, Any, Any]]:
    from geoml.areas.demo.aerial import chip

    kept: dict[int, tuple[Any, Any]] = {}
    for number, window in enumerate(windows(grid, CHIP)):
        seed = 7_000_000 + number % 9
        if seed not in kept:
            made = chip(seed, size_px=CHIP, gsd_m=GSD_M)
            kept[seed] = np.maximum(made.rgb, 1), made.roof.astype(np.uint8) + 1
        rgb, roof = kept[seed]
        rows, cols = slice(0, window.rows), slice(0, window.cols)
        yield window, rgb[rows, cols], roof[rows, cols]


def iou(found: Path, truth: Path) -> float:
    """IoU of the roofs at a probability of one half."""
    with open_cog(found) as ours, open_cog(truth) as theirs:
        roofs, true = ours.read(1) >= 1 + 127, theirs.read(1) == 2
    return float((roofs & true).sum() / max(1, (roofs | true).sum()))


def apart(folder: Path, ortho: Path, out: Path, run: tuple[str, str, int]) -> dict[str, Any]:
    """One run in a process of its own."""
    words = [str(word) for word in (folder, ortho, out, *run)]
    command = [sys.executable, "-m", "benchmarks.segmentation", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-300:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def timed(folder: Path, ortho: Path, out: Path, kind: str, precision: str, window: int) -> None:
    """Print seconds and peak memory as JSON; opening the model and a first tile do not count."""
    spec, _ = open_model_folder(folder)
    engine: Engine
    if kind == "torch":
        from benchmarks.peers.unet import Eager

        engine = Eager(folder)
    else:
        engine = open_engine(folder, kind, precision=precision)  # type: ignore[arg-type]
    engine(np.zeros((3, 256, 256), np.uint8))
    began, cpu = time.monotonic(), time.process_time()
    facts = write_probability(engine, spec, ortho, out, window_px=window)
    spent = time.monotonic() - began
    rows, cols = facts["shape"]
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    told = {
        "clock_s": round(spent, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "tiles_per_s": round(rows * cols / 512**2 / spent, 2),
        "peak_gb": round(peak / 1e9, 2),
        "window": window,
        "halo": spec.halo_px,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        *paths, kind, precision, window = sys.argv[1:]
        timed(*map(Path, paths), kind, precision, int(window))  # type: ignore[call-arg, misc]
    else:
        print(json.dumps(main(), indent=1))
