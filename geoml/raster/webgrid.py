"""The grid of web maps (WebMercatorQuad): which tiles, of which zooms, a raster falls in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geoml.errors import InvalidArgument
from geoml.raster.grid import Grid, transformer
from geoml.raster.png import TILE

HALF_WORLD = math.pi * 6_378_137.0
WORLD_PIXEL_M = 2 * HALF_WORLD / TILE
"""Size of a pixel of zoom 0 at the equator: 156,543.03 m."""

MAX_ZOOM = 24
WEB_CRS = "EPSG:3857"


@dataclass(frozen=True, slots=True)
class TileRange:
    """Tiles of one zoom that cover a raster: first column and row, and how many."""

    zoom: int
    x: int
    y: int
    cols: int
    rows: int

    def at(self, zoom: int) -> TileRange:
        """The same ground in tiles of a higher zoom."""
        factor = 1 << (zoom - self.zoom)
        return TileRange(
            zoom, self.x * factor, self.y * factor, self.cols * factor, self.rows * factor
        )

    def grid(self) -> Grid:
        """The pixels of these tiles."""
        pixel = WORLD_PIXEL_M / (1 << self.zoom)
        west, north = self.x * TILE * pixel - HALF_WORLD, HALF_WORLD - self.y * TILE * pixel
        return Grid(WEB_CRS, west, north, pixel, pixel, self.rows * TILE, self.cols * TILE)


def zooms(grid: Grid) -> tuple[int, int]:
    """(min, max) zoom of a raster's tiles.

    Max: the lowest whose pixel, on the ground at the raster's centre, is no larger than a cell.
    Min: the highest at which the raster fits in 2 x 2 tiles.
    """
    _, south, _, north = grid.lonlat_bounds()
    ground = WORLD_PIXEL_M * math.cos(math.radians((south + north) / 2))
    cell = min(grid.pixel_x, grid.pixel_y)
    highest = min(max(math.ceil(math.log2(ground / cell) - 1e-9), 0), MAX_ZOOM)
    lowest = highest
    while lowest > 0 and max(tiles_of(grid, lowest).cols, tiles_of(grid, lowest).rows) > 2:
        lowest -= 1
    return lowest, highest


def tiles_of(grid: Grid, zoom: int) -> TileRange:
    """Tiles of a zoom that hold any of a raster.

    Raises InvalidArgument for a raster that reaches beyond 85 N or 85 S, or across 180 E: the map
    of the web has no place for it.
    """
    lon_west, lat_south, lon_east, lat_north = grid.lonlat_bounds()
    west, south, east, north = transformer(grid.crs, WEB_CRS).transform_bounds(*grid.bounds)
    finite = all(map(math.isfinite, (west, south, east, north)))
    if not (finite and lon_west < lon_east and -85.05 < lat_south < lat_north < 85.05):
        raise InvalidArgument(
            "cannot be shown on a web map",
            expected="a raster between 85 S and 85 N that does not cross 180 E",
            got=str(grid),
            next_step="cut it at that line",
        )
    size, last = 2 * HALF_WORLD / (1 << zoom), (1 << zoom) - 1
    low_x, high_x = (_clamped((edge + HALF_WORLD) / size, last) for edge in (west, east))
    low_y, high_y = (_clamped((HALF_WORLD - edge) / size, last) for edge in (north, south))
    return TileRange(zoom, low_x, low_y, high_x - low_x + 1, high_y - low_y + 1)


def _clamped(value: float, last: int) -> int:
    return min(max(math.floor(value), 0), last)
