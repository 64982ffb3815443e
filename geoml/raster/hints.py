"""What to do with a raster whose place is wrong: the words, for the place where it lies."""

from __future__ import annotations

import math

from pyproj.exceptions import CRSError, ProjError

from geoml.raster.grid import transformer
from geoml.raster.utm import utm_crs

_ANY = "the projected CRS of the place, such as its UTM zone"
ASSIGN = f"assign {_ANY}: gdal_edit.py -a_srs EPSG:CODE FILE (QGIS: Assign CRS)"
"""The next step for a raster without a usable CRS: it cannot be told for it where it lies."""


def warp_first(crs: str | None = None, x: float = math.nan, y: float = math.nan) -> str:
    """The next step for a raster on a wrong grid; it names the UTM zone of (x, y) in ``crs``."""
    zone = _utm_zone(crs, x, y) if crs else None
    if zone is None:
        return f"warp it first to {_ANY}: gdalwarp -t_srs EPSG:CODE FILE OUT.tif (QGIS: Warp)"
    return f"warp it first: gdalwarp -t_srs {zone} FILE OUT.tif (QGIS: Warp)"


def _utm_zone(crs: str, x: float, y: float) -> str | None:
    """The UTM zone of a place in ``crs``; an area's own CRS: ``geoml.areas.projection``."""
    try:
        lon, lat = transformer(crs, "OGC:CRS84").transform(x, y)
    except (CRSError, ProjError):
        return None
    return utm_crs(lon, lat) if -180 <= lon <= 180 else None
