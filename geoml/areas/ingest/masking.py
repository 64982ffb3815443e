"""Taking clouds and their shadows out of the staged rasters of one Level-1 scene."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoml.areas.ingest.clouds import NEEDED, judged
from geoml.areas.ingest.rasters import Scene
from geoml.areas.ingest.shadows import shadows, step_of
from geoml.areas.sources import gathered
from geoml.files import replacing
from geoml.raster.cog import cog_writer, grid_of, open_cog, read_from
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array, Mask

MAX_JUDGED_CELLS = 9_000_000
RIM_M = 45.0
"""How far around cloud and shadow cells go too: their rims are thin, not clear."""


def mask_scene(staged: Mapping[str, dict[str, Any]], scene: Scene) -> None:
    """Make cloud and shadow unknown in every band of the scene that this call brought.

    Only for a Level-1 product, and when all of ``clouds.NEEDED`` came together; the facts of the
    bands get ``masked_percent``, the share of cells with data that went. Areas of more than
    ``MAX_JUDGED_CELLS`` are judged in cells a whole number of times coarser.
    """
    sun = scene.sun()
    bands = [key for key in staged if scene.sensor_of(key)]
    if sun is None or not set(NEEDED) <= set(bands) or not _level1(scene, bands):
        return
    grid = scene.grid
    coarser = math.ceil(math.sqrt(grid.rows * grid.cols / MAX_JUDGED_CELLS))
    seen = {
        key: _judging(scene.folder / staged[key]["file"], grid, staged[key]["factor"], coarser)
        for key in NEEDED
    }
    cell = grid.pixel_x * coarser, grid.pixel_y * coarser
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells compare as False
        found = judged(seen)
        bad = found.cloud | shadows(seen, found, step_of(sun, *cell))
    bad = rimmed(bad, *cell)
    lost = float((bad & found.known).sum()) / max(1.0, float(found.known.sum()))
    for key in bands:
        facts = staged[key]
        path = scene.folder / facts["file"]
        known = _apply(path, key, bad, coarser * facts["factor"])
        facts["coverage_percent"] = round(100.0 * known, 1)
        facts["masked_percent"] = round(100.0 * lost, 1)


def rimmed(bad: Mask, pixel_x: float, pixel_y: float) -> Mask:
    """``bad`` with its holes filled and a rim of ``RIM_M`` metres, one cell at least."""
    from scipy import ndimage

    full = ndimage.binary_fill_holes(bad)
    size = [2 * max(1, math.floor(RIM_M / pixel)) + 1 for pixel in (pixel_y, pixel_x)]
    wide: Mask = ndimage.binary_dilation(full, structure=np.ones(size, bool))
    return wide


def _level1(scene: Scene, bands: list[str]) -> bool:
    sensors = [scene.sensor_of(key) for key in bands]
    return all(sensor is not None and sensor.level1 for sensor in sensors)


def _judging(path: Path, grid: Grid, factor: int, coarser: int) -> Array:
    """A staged raster in cells ``coarser`` times those of the grid, the last ones perhaps cut."""
    rows, cols = math.ceil(grid.rows / coarser), math.ceil(grid.cols / coarser)
    out = np.empty((rows, cols), np.float32)
    size = coarser * factor
    with open_cog(path) as dataset:
        for row in range(rows):
            top = row * size
            height = min(size, dataset.height - top)
            full = np.full((size, cols * size), np.nan, np.float32)
            part = Window(top, 0, height, dataset.width)
            full[:height, : dataset.width] = read_from(dataset, part)
            out[row] = gathered(full, size, "continuous")[0]
    return out


def _apply(path: Path, key: str, bad: Mask, size: int) -> float:
    """Rewrite a staged raster without its bad cells; the share of cells still known."""
    known = 0
    with open_cog(path) as dataset, replacing(path) as final:  # read and replaced at once
        unit = dataset.units[0] or ""
        grid = grid_of(dataset)
        with cog_writer(final, grid, bands=(key,), units=(unit,)) as writer:
            for window in windows(grid):
                values = read_from(dataset, window)
                rows = (np.arange(window.rows) + window.row) // size
                cols = (np.arange(window.cols) + window.col) // size
                values[bad[np.ix_(rows, cols)]] = np.nan
                known += int(np.isfinite(values).sum())
                writer.write(values, window)
    return known / (grid.rows * grid.cols)
