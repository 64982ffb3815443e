"""The boundary of an area: from a bounding box or from a polygon file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypeAlias

import shapely

from geoml.errors import InvalidArgument

Geometry: TypeAlias = shapely.Polygon | shapely.MultiPolygon


def from_bbox(bbox: tuple[float, float, float, float]) -> Geometry:
    """The rectangle W, S, E, N in degrees; raises InvalidArgument when it is none."""
    reason = _reason(*bbox)
    if reason:
        raise InvalidArgument(
            "not a bounding box",
            where="--bbox " + ",".join(f"{value:g}" for value in bbox),
            expected="west,south,east,north in degrees, for example -73.93,40.82,-73.87,40.87",
            got=reason,
            next_step="make two areas, one on each side" if "date line" in reason else "",
        )
    return shapely.box(*bbox)


def _reason(west: float, south: float, east: float, north: float) -> str:
    if not all(map(math.isfinite, (west, south, east, north))):
        return "a value that is not a number"
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        return "a latitude beyond 90 degrees: is the order longitude, latitude?"
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        return "a longitude beyond 180 degrees"
    if south >= north:
        return "a south that is not below the north"
    if west >= east:
        return "a west that is not left of the east (areas across the date line are not supported)"
    return ""


def from_file(path: Path) -> Geometry:
    """The union of the polygons of a file, in longitude and latitude.

    Of a file with several layers one is named behind a colon: ``communes.gpkg:town``. The file is
    foreign: it is opened in a child process, under the rules of ingestion.

    Raises:
        DataError: The file cannot be read, has no CRS, or holds no polygon.
    """
    from geoml.areas.ingest.process import run_boundary

    file, layer = _split(path)
    geometry = shapely.from_wkb(run_boundary(file, layer))
    west, south, east, north = geometry.bounds
    reason = _reason(west, south, east, north)
    if reason:
        raise InvalidArgument("not a boundary", where=str(path), got=reason)
    if not isinstance(geometry, shapely.Polygon | shapely.MultiPolygon):
        raise InvalidArgument("not a boundary", where=str(path), got=geometry.geom_type)
    return geometry


def _split(path: Path) -> tuple[Path, str | None]:
    left, colon, layer = str(path).rpartition(":")
    if colon and not path.exists() and Path(left).expanduser().is_file():
        return Path(left), layer
    return path, None
