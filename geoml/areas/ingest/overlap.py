"""Whether a raster lies in the area at all, and how large its cells are there."""

from __future__ import annotations

import math
from dataclasses import replace

from affine import Affine
from pyproj import CRS

from geoml.areas.keys import Key
from geoml.errors import NoOverlap
from geoml.raster.grid import Grid, transformer
from geoml.raster.header import Header
from geoml.raster.warp import source_pixel_m
from geoml.vector.rows import Bounds


def native_m(key: Key, header: Header, grid: Grid) -> float:
    """The smaller side of the raster's cells at the middle of the grid, in metres."""
    x, y = source_pixel_m(header, grid)
    if not (x > 0 and y > 0):
        raise _no_overlap(key, header, grid)
    return min(x, y)


def nearest_turn(header: Header, grid: Grid) -> Header:
    """A raster in degrees, moved by a whole turn where that brings it over the grid.

    For rasters of 0..360 degrees and those that go on beyond the date line (179..181).
    """
    crs = CRS.from_user_input(header.crs)
    if not crs.is_geographic:
        return header
    turn = 2 * math.pi / crs.axis_info[0].unit_conversion_factor  # 360, but 400 in grads
    x, _ = transformer(grid.crs, header.crs).transform(*_middle(grid))
    west, south, east, north = header.bounds
    for shift in (turn, -turn):
        if not west <= x <= east and west + shift <= x <= east + shift:
            moved = (west + shift, south, east + shift, north)
            transform = Affine.translation(shift, 0.0) @ header.transform
            return replace(header, transform=transform, bounds=moved)
    return header


def _middle(grid: Grid) -> tuple[float, float]:
    west, south, east, north = grid.bounds
    return (west + east) / 2, (south + north) / 2


def check_overlap(key: Key, header: Header, grid: Grid) -> None:
    """Raise NoOverlap, which names both places, when the raster misses the grid."""
    bounds = reached(header, grid)
    west, south, east, north = header.bounds
    apart = bounds[0] >= east or bounds[2] <= west or bounds[1] >= north or bounds[3] <= south
    if apart or not all(map(math.isfinite, bounds)):
        raise _no_overlap(key, header, grid)


def reached(header: Header, grid: Grid) -> Bounds:
    """Bounds of the grid in the raster's CRS: the grid is small and can be transformed."""
    to_source = transformer(grid.crs, header.crs)
    bounds: Bounds = to_source.transform_bounds(*grid.bounds, densify_pts=21)
    return bounds


def seen(header: Header, crs: str, within: Bounds) -> Bounds:
    """Bounds in ``crs`` of the raster, as far as it lies in the box ``within`` of that CRS."""
    west, south, east, north = header.bounds
    # Cut in the raster's CRS first: a globe has no bounds in a projected one.
    box = transformer(crs, header.crs).transform_bounds(*within, densify_pts=21)
    cut = max(west, box[0]), max(south, box[1]), min(east, box[2]), min(north, box[3])
    back: Bounds = transformer(header.crs, crs).transform_bounds(*cut, densify_pts=21)
    return back


def _no_overlap(key: Key, header: Header, grid: Grid) -> NoOverlap:
    return NoOverlap(
        "nothing of it lies inside the area",
        where=f"{key.name}={header.path}",
        expected=f"data within {told_bounds(grid.lonlat_bounds())}",
        got=f"data within {_lonlat(header)}",
        next_step="check the file, its CRS, and the area (geoml area show)",
    )


def _lonlat(header: Header) -> str:
    to_lonlat = transformer(header.crs, "OGC:CRS84")
    bounds = to_lonlat.transform_bounds(*header.bounds, densify_pts=21)
    if all(map(math.isfinite, bounds)):
        return told_bounds(bounds)
    return f"{', '.join(f'{value:g}' for value in header.bounds)} of {header.crs[:60]}"


def told_bounds(bounds: tuple[float, float, float, float]) -> str:
    """West, south, east, north in degrees, for a message."""
    return "lon/lat " + ", ".join(f"{value:.4f}" for value in bounds)
