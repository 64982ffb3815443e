"""The surface around groups of roofs, read once for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geoml.errors import GridMismatch
from geoml.features.solar.facets import Cells
from geoml.raster.cog import open_cog, read_from, read_grid
from geoml.raster.grid import Grid, Window
from geoml.types import Array

CHUNK_CELLS = 1024
MOST_CELLS = 16_000_000
"""The most cells of a patch: 64 MB. A roof that needs more by itself is not read."""
FINEST_M = 0.5
"""Finer cells are averaged to about this: the noise of a survey says little about a roof."""
STRIP = 64


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Heights in metres on a grid, NaN unknown, and the numbers of the roofs that lie on it."""

    heights: Array
    grid: Grid
    roofs: tuple[int, ...]

    def window(self, outline: BaseGeometry) -> Window:
        """The cells that the bounds of an outline touch."""
        return _window(self.grid, outline.bounds, 0.0)

    def cells(self, outline: BaseGeometry, window: Window) -> Cells:
        """The heights of a window, and which of its cells have their centre in the outline."""
        at = self.grid.window(window)
        east, north = centres(at)
        inside = shapely.contains_xy(outline, east.ravel(), north.ravel()).reshape(at.shape)
        return Cells(self.heights[window.slices], inside, at.pixel_x, at.pixel_y)


def patches(
    surface: Path, outlines: Sequence[BaseGeometry], crs: str, reach_m: float
) -> Iterator[Patch]:
    """Read the surface under groups of neighbouring roofs and ``reach_m`` around them.

    Cells finer than half a metre are averaged over whole blocks, the known ones of each. Groups are
    those whose middle lies in the same 1,024 cells; memory is bounded by ``MOST_CELLS`` whatever
    the town's size. Roofs off the raster are in no patch. Raises GridMismatch.
    """
    fine = same_crs(surface, crs)
    factor = max(int(FINEST_M / max(fine.pixel_x, fine.pixel_y) + 1e-6), 1)
    factor = min(factor, fine.rows, fine.cols)
    grid = _coarser(fine, factor)
    with open_cog(surface) as dataset:
        for members in _groups(grid, outlines):
            for part in _fitting(grid, outlines, members, reach_m):
                bounds = shapely.total_bounds([outlines[number] for number in part])
                window = _window(grid, bounds, reach_m)
                heights = _means(partial(read_from, dataset), window, factor)
                yield Patch(heights, grid.window(window), part)


def ground_under(path: Path, crs: str, target: Grid) -> Array:
    """Heights of another raster at the cells of ``target``, nearest; NaN beyond it."""
    grid = same_crs(path, crs)
    window = _window(grid, target.bounds, max(grid.pixel_x, grid.pixel_y))
    out: Array = np.full(target.shape, np.nan, np.float32)
    if window.rows < 1 or window.cols < 1:
        return out
    with open_cog(path) as dataset:
        values, own = read_from(dataset, window), grid.window(window)
    east, north = centres(target)
    row = np.floor((own.north - north[:, 0]) / own.pixel_y).astype(np.int64)
    col = np.floor((east[0] - own.west) / own.pixel_x).astype(np.int64)
    rows, cols = (row >= 0) & (row < own.rows), (col >= 0) & (col < own.cols)
    out[np.ix_(rows, cols)] = values[np.ix_(row[rows], col[cols])]
    return out


def centres(grid: Grid) -> tuple[Array, Array]:
    """The x and y of the centre of every cell, each (rows, cols)."""
    x = grid.west + (np.arange(grid.cols) + 0.5) * grid.pixel_x
    y = grid.north - (np.arange(grid.rows) + 0.5) * grid.pixel_y
    east, north = np.meshgrid(x, y)
    return east, north


def same_crs(path: Path, crs: str) -> Grid:
    """The grid of a raster that must lie in ``crs``: raises GridMismatch."""
    grid = read_grid(path)
    if not CRS.from_user_input(grid.crs).equals(CRS.from_user_input(crs), ignore_axis_order=True):
        raise GridMismatch(
            "heights in another coordinate system than the roofs",
            where=path.name,
            expected=crs[:60],
            got=grid.crs[:60],
            next_step="ingest it into the area, which brings it to the area's system",
        )
    return grid


def _coarser(grid: Grid, factor: int) -> Grid:
    rows, cols = grid.rows // factor, grid.cols // factor
    size = grid.pixel_x * factor, grid.pixel_y * factor
    return Grid(grid.crs, grid.west, grid.north, *size, rows, cols)


def _means(read: Callable[[Window], Array], window: Window, factor: int) -> Array:
    """Means of blocks of ``factor`` x ``factor`` cells, read by strips; NaN where none is known."""
    out: Array = np.empty((window.rows, window.cols), np.float32)
    for top in range(0, window.rows, STRIP):
        rows = min(STRIP, window.rows - top)
        place = ((window.row + top) * factor, window.col * factor)
        values = read(Window(*place, rows * factor, window.cols * factor))
        blocks = values.reshape(rows, factor, window.cols, factor)
        known = np.isfinite(blocks)
        count = known.sum(axis=(1, 3))
        total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
        out[top : top + rows] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return out


def _groups(grid: Grid, outlines: Sequence[BaseGeometry]) -> list[tuple[int, ...]]:
    groups: dict[tuple[int, int], list[int]] = {}
    west, south, east, north = grid.bounds
    for number, outline in enumerate(outlines):
        left, low, right, high = outline.bounds
        if not (left < east and right > west and low < north and high > south):
            continue  # an empty outline has bounds of NaN and is nowhere
        row = int((grid.north - (low + high) / 2) / grid.pixel_y) // CHUNK_CELLS
        col = int(((left + right) / 2 - grid.west) / grid.pixel_x) // CHUNK_CELLS
        groups.setdefault((row, col), []).append(number)
    return [tuple(groups[key]) for key in sorted(groups)]


def _fitting(
    grid: Grid, outlines: Sequence[BaseGeometry], members: tuple[int, ...], reach_m: float
) -> list[tuple[int, ...]]:
    """The group as it is, or one by one where a huge roof would make its patch too large."""

    def small(part: tuple[int, ...]) -> bool:
        bounds = shapely.total_bounds([outlines[number] for number in part])
        window = _window(grid, bounds, reach_m)
        return window.rows * window.cols <= MOST_CELLS

    if small(members):
        return [members]
    return [(number,) for number in members if small((number,))]


def _window(grid: Grid, bounds: Iterable[float], reach_m: float) -> Window:
    west, south, east, north = (float(side) for side in bounds)
    top = max(int((grid.north - north - reach_m) // grid.pixel_y), 0)
    left = max(int((west - reach_m - grid.west) // grid.pixel_x), 0)
    bottom = min(int(-((south - reach_m - grid.north) // grid.pixel_y)), grid.rows)
    right = min(int(-((grid.west - east - reach_m) // grid.pixel_x)), grid.cols)
    return Window(top, left, max(bottom - top, 0), max(right - left, 0))
