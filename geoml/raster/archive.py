"""The header of a PMTiles archive, the same for every kind of tile."""

from __future__ import annotations

from typing import Any

from pmtiles.tile import Compression, TileType

from geoml.raster.grid import transformer

Bounds = tuple[float, float, float, float]


def archive_header(kind: TileType, crs: str, bounds: Bounds, zoom: int) -> dict[str, Any]:
    """What ``pmtiles.writer.Writer.finalize`` wants to know beside the tiles.

    ``bounds`` are west, south, east, north in ``crs``; ``zoom`` is where a viewer starts. Images
    are compressed already, so the archive does not compress them again.
    """
    west, south, east, north = transformer(crs, "OGC:CRS84").transform_bounds(*bounds)
    return {
        "tile_type": kind,
        "tile_compression": Compression.NONE,
        "min_lon_e7": round(west * 1e7),
        "min_lat_e7": round(south * 1e7),
        "max_lon_e7": round(east * 1e7),
        "max_lat_e7": round(north * 1e7),
        "center_zoom": zoom,
        "center_lon_e7": round((west + east) / 2 * 1e7),
        "center_lat_e7": round((south + north) / 2 * 1e7),
    }
