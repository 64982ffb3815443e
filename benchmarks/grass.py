"""GRASS ``r.watershed``: flow accumulation by other people's code, for comparison."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from geoml.features.hydrology.accumulation import upstream_area
from geoml.features.hydrology.routing import route
from geoml.types import Array, Mask

MISSING = "no grass on the PATH (Debian: apt-get install grass-core)"
LONGEST_S = 300.0
TURN = ((-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1))
"""Rows down and columns right of GRASS's directions 1 (north-east) to 8 (east)."""


def is_here() -> bool:
    """Whether GRASS can be run."""
    return shutil.which("grass") is not None


def watershed(elevation: Path) -> tuple[Array, NDArray[np.int64]]:
    """(cells upstream of each cell, its own included; direction 1..8, 0 where water leaves).

    One direction of flow (``-s``), depressions crossed along the least-cost path, as GRASS does.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["accumulation=up", "drainage=to", "--overwrite", "--quiet"]
        steps = [
            ["r.in.gdal", f"input={elevation}", "output=dem", "--quiet"],
            ["r.watershed", "-s", "elevation=dem", *options],
            ["r.out.gdal", "-cf", "input=up", f"output={folder / 'up.tif'}", "type=Float64"],
            ["r.out.gdal", "-cf", "input=to", f"output={folder / 'to.tif'}", "type=Int16"],
        ]
        _grass(["-c", str(elevation), "-e", str(folder / "place")])
        for step in steps:
            _grass([str(folder / "place" / "PERMANENT"), "--exec", *step])
        with rasterio.open(folder / "up.tif") as up, rasterio.open(folder / "to.tif") as to:
            # Negative: water may come in from beyond the raster; it is counted all the same.
            return np.abs(up.read(1)), np.maximum(to.read(1), 0).astype(np.int64)


def _grass(words: Sequence[str]) -> None:
    command = ["grass", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")


def comparison(path: Path, channel_km2: float) -> dict[str, Any]:
    """How far our routing of a terrain model and GRASS's agree.

    Of channels (cells that ``channel_km2`` drains through) the share within one and two cells of
    the other's; of all cells, the rank correlation of upstream area and the share that drains to
    the very same neighbour.
    """
    from scipy.stats import spearmanr

    with rasterio.open(path) as dataset:
        elevation = dataset.read(1, masked=True).filled(np.nan).astype(np.float32)
        pixel_x, pixel_y = dataset.res
    flow = route(elevation, pixel_x, pixel_y)
    cells, directions = watershed(path)
    ours, theirs = upstream_area(flow), cells * (pixel_x * pixel_y * 1e-6)
    both = np.isfinite(ours) & np.isfinite(theirs)
    channels = ours >= channel_km2, theirs >= channel_km2
    large = both & channels[0] & channels[1]
    return {
        "channel_km2": channel_km2,
        "grass_channels_within_1_cell_of_ours": _within(channels[1], channels[0], 1),
        "grass_channels_within_2_cells_of_ours": _within(channels[1], channels[0], 2),
        "our_channels_within_1_cell_of_grass": _within(channels[0], channels[1], 1),
        "our_channels_within_2_cells_of_grass": _within(channels[0], channels[1], 2),
        "same_direction": same_direction(flow.downstream, directions),
        "rank_correlation_of_area": round(float(spearmanr(ours[both], theirs[both])[0]), 4),
        "rank_correlation_in_channels": round(float(spearmanr(ours[large], theirs[large])[0]), 4),
        "median_area_ratio_in_channels": round(float(np.median(ours[large] / theirs[large])), 4),
    }


def _within(cells: Mask, others: Mask, reach: int) -> float:
    """Share of ``cells`` whose centre is at most ``reach`` cells away from one of ``others``."""
    from scipy.ndimage import distance_transform_edt

    return round(float((distance_transform_edt(~others)[cells] <= reach).mean()), 4)


def same_direction(downstream: NDArray[np.int32], directions: NDArray[np.int64]) -> float:
    """Share of the cells that drain to the same neighbour, outlets of either one left out."""
    rows, cols = directions.shape
    here = np.arange(rows * cols)
    inner = (downstream != here) & (directions.ravel() > 0)
    steps = np.array([0, *(down * cols + right for down, right in TURN)])
    same = downstream[inner] - here[inner] == steps[directions.ravel()[inner]]
    return round(float(same.mean()), 4)
