"""The tile grids that are offered: the web map's, and those of national and European maps.

A short list, because a grid is a promise: OGC Two Dimensional Tile Matrix Set (17-083r4).
"""

from __future__ import annotations

from functools import cache, lru_cache

from morecantile import Tile, TileMatrixSet, TileMatrixSets, tms
from pyproj import CRS

from geoml.errors import OutsideData
from geoml.raster.grid import Grid
from geoml.raster.png import TILE

MAX_ZOOM = 24
WEB = "WebMercatorQuad"
LAMB93 = "LAMB93"
FRANCE = (0.0, 6_000_000.0, 1_300_000.0, 7_300_000.0)  # square: metropolitan France in Lambert-93


@cache
def offered() -> TileMatrixSets:
    """The grids by name, the web map's first."""
    known = (WEB, "WorldCRS84Quad", "EuropeanETRS89_LAEAQuad")
    france = TileMatrixSet.custom(
        list(FRANCE),
        CRS.from_epsg(2154),
        minzoom=0,
        maxzoom=18,
        id=LAMB93,
        title="Lambert-93 (RGF93 v1), metropolitan France",
    )
    return TileMatrixSets({**{name: tms.get(name) for name in known}, LAMB93: france})


@lru_cache(maxsize=512)
def tile_grid(name: str, zoom: int, x: int, y: int) -> Grid:
    """The 256 x 256 pixels of a tile; raises OutsideData for one that the grid does not have."""
    crs, west, north, pixel, cols, rows = _level(name, zoom)
    if not (0 <= x < cols and 0 <= y < rows):
        raise no_such_tile(zoom, x, y)
    size = pixel * TILE
    return Grid(crs, west + x * size, north - y * size, pixel, pixel, TILE, TILE)


def no_such_tile(zoom: int, x: int, y: int) -> OutsideData:
    """The error for a tile that no grid of ours has."""
    return OutsideData(
        "no such tile",
        where=f"{zoom}/{x}/{y}"[:80],
        expected=f"zoom 0 to {MAX_ZOOM}, column and row 0 to 2^zoom - 1",
        next_step="tilejson.json gives zooms and bounds",
    )


@lru_cache(maxsize=512)
def _level(name: str, zoom: int) -> tuple[str, float, float, float, int, int]:
    """CRS, west and north edge, pixel, columns and rows of one zoom."""
    found = offered().get(name)
    if not found.minzoom <= zoom <= found.maxzoom:
        raise no_such_tile(zoom, 0, 0)
    matrix, first = found.matrix(zoom), found.xy_bounds(Tile(0, 0, zoom))
    code = found.crs.to_epsg()
    crs = f"EPSG:{code}" if code else "OGC:CRS84"
    return crs, first.left, first.top, matrix.cellSize, matrix.matrixWidth, matrix.matrixHeight
