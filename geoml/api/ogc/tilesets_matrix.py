"""The grid that all tiles lie on (WebMercatorQuad), and which of its tiles a layer has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from geoml.errors import OutsideData
from geoml.raster.webgrid import HALF_WORLD
from geoml.vector.packed import Box

TMS = "WebMercatorQuad"
TMS_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TMS}"
TMS_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_SLACK = 1e-6  # degrees: bounds are rounded to that
_FARTHEST = 85.0511287


@dataclass(frozen=True, slots=True)
class Limits:
    """The tiles of one zoom that a layer has: first and last row and column, both included."""

    zoom: int
    min_row: int
    max_row: int
    min_col: int
    max_col: int

    def hold(self, row: int, col: int) -> bool:
        """Whether the layer has this tile."""
        return self.min_row <= row <= self.max_row and self.min_col <= col <= self.max_col

    def as_dict(self) -> dict[str, Any]:
        """As in the JSON of OGC 17-083r4, tileMatrixSetLimits."""
        return {
            "tileMatrix": str(self.zoom),
            "minTileRow": self.min_row,
            "maxTileRow": self.max_row,
            "minTileCol": self.min_col,
            "maxTileCol": self.max_col,
        }


@lru_cache(maxsize=1024)
def limits(bounds: Box, zoom: int) -> Limits:
    """The tiles of a zoom that meet ``bounds``: west, south, east, north in degrees."""
    west, south, east, north = bounds
    last = (1 << zoom) - 1
    return Limits(
        zoom,
        _cell((HALF_WORLD - _northing(north + _SLACK)) / (2 * HALF_WORLD), last),
        _cell((HALF_WORLD - _northing(south - _SLACK)) / (2 * HALF_WORLD), last),
        _cell((west - _SLACK + 180) / 360, last),
        _cell((east + _SLACK + 180) / 360, last),
    )


def all_limits(bounds: Box, minzoom: int, maxzoom: int) -> Iterator[Limits]:
    """Limits of each zoom, the coarsest first."""
    return (limits(bounds, zoom) for zoom in range(minzoom, maxzoom + 1))


def tile_of(
    matrix: str, row: str, col: str, bounds: Box, zooms: tuple[int, int]
) -> tuple[int, int, int]:
    """Zoom, row and column of a tile that a layer has; raises OutsideData for any other text."""
    texts = (matrix, row, col)
    if all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        z, y, x = (int(text) for text in texts)
        if zooms[0] <= z <= zooms[1] and limits(bounds, z).hold(y, x):
            return z, y, x
    raise OutsideData(
        "no such tile",
        where=f"{TMS}/{'/'.join(texts)}"[:80],
        expected=f"zoom {zooms[0]} to {zooms[1]}, row and column within the limits",
        next_step="tileMatrixSetLimits of the tileset says which tiles there are",
    )


@cache
def matrix_set() -> dict[str, Any]:
    """The definition of WebMercatorQuad (OGC 17-083r4, annex D.1), as JSON."""
    from morecantile import tms

    found: dict[str, Any] = tms.get(TMS).model_dump(mode="json", exclude_none=True, by_alias=True)
    return found


def _northing(lat: float) -> float:
    bounded = math.radians(min(max(lat, -_FARTHEST), _FARTHEST))
    return math.log(math.tan(math.pi / 4 + bounded / 2)) * HALF_WORLD / math.pi


def _cell(share: float, last: int) -> int:
    return min(max(math.floor(share * (last + 1)), 0), last)
