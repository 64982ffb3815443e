"""The ground around an area: water comes from there, so the terrain model is kept that far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from geoml.raster.grid import Grid, Window

Bounds: TypeAlias = tuple[float, float, float, float]

REACH_M = 20_000.0
MAX_CELLS = 25_000_000
"""The most that is kept, the area included; a larger area keeps no surroundings."""
MAX_READ = 1_000_000_000
"""The most cells of the file that are read for it: a minute or two of a fine one."""


@dataclass(frozen=True, slots=True)
class Around:
    """A source beyond the area: cells of ``grid``, of which the analysis grid is ``window``."""

    path: Path
    sha256: str
    grid: Grid
    window: Window


def reach(grid: Grid) -> Bounds:
    """Bounds of what counts as around: ``REACH_M`` each way, in the CRS of the grid."""
    west, south, east, north = grid.bounds
    return west - REACH_M, south - REACH_M, east + REACH_M, north + REACH_M


def wider(grid: Grid, known: Bounds, native_m: float) -> tuple[Grid, Window] | None:
    """The grid on the same lattice, widened as far as ``known`` (bounds in its CRS) reaches.

    And where the first grid lies in it. At most ``REACH_M`` each way, and nearer where that would
    be more than ``MAX_CELLS``, or ``MAX_READ`` cells of a file whose own are ``native_m`` wide;
    None where nothing is gained.
    """
    most = min(MAX_CELLS, MAX_READ * native_m**2 / (grid.pixel_x * grid.pixel_y))
    far = REACH_M
    while far >= min(grid.pixel_x, grid.pixel_y):
        grown, window = _grown(grid, known, far)
        if grown.shape == grid.shape:
            return None
        if grown.rows * grown.cols <= most:
            return grown, window
        far *= 0.95
    return None


def _grown(grid: Grid, known: Bounds, far: float) -> tuple[Grid, Window]:
    west, south, east, north = grid.bounds

    def cells(gap: float, pixel: float) -> int:
        return max(0, math.floor(min(gap, far) / pixel + 1e-9))

    left, right = cells(west - known[0], grid.pixel_x), cells(known[2] - east, grid.pixel_x)
    below, above = cells(south - known[1], grid.pixel_y), cells(known[3] - north, grid.pixel_y)
    corner = grid.west - left * grid.pixel_x, grid.north + above * grid.pixel_y
    sides = grid.rows + above + below, grid.cols + left + right
    wide = Grid(grid.crs, *corner, grid.pixel_x, grid.pixel_y, *sides)
    return wide, Window(above, left, *grid.shape)


def around(folder: Path, grid: Grid, item: Mapping[str, Any]) -> Around | None:
    """What the STAC item of a source tells of its surroundings; None where it has none."""
    asset = item["assets"].get("around")
    if asset is None or not (folder / asset["href"]).is_file():
        return None
    row, col, rows, cols = asset["geoml:window"]
    corner = grid.west - col * grid.pixel_x, grid.north + row * grid.pixel_y
    wide = Grid(grid.crs, *corner, grid.pixel_x, grid.pixel_y, rows, cols)
    sha256 = asset["file:checksum"].removeprefix("1220")
    return Around(folder / asset["href"], sha256, wide, Window(row, col, *grid.shape))
