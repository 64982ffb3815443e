"""Buildings and zones with one id each, whatever service speaks of them.

An id is ``b-`` (buildings) or ``z-`` (zones) and eight letters or digits: a hash of the place
where the unit was first seen, so two homes that ingest the same file agree. Later the id belongs
to the unit, not to the place: a footprint that was redrawn or moved a little keeps it, a new one
gets a new one, and no two units of an area ever share one.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.areas.area import Area
from geoml.areas.matching import matched
from geoml.areas.stored import settled
from geoml.errors import EmptySource
from geoml.paths import Home
from geoml.vector.read import read_frame, read_metadata
from geoml.vector.write import write_vector

PREFIXES = {"buildings": "b", "zones": "z"}
_SOURCE = "geoml:source"
_SALTS = 1_000


def units(home: Home, area: Area, key: str) -> geopandas.GeoDataFrame:
    """The units of ``buildings`` or ``zones``: id, name, (height_m,) area_m2, geometry.

    In the area's CRS, in the order of the source, ids unique. Made anew when the source changed.
    Raises EmptySource when the key was never ingested.
    """
    return read_frame(refresh(home, area, key))


def refresh(home: Home, area: Area, key: str) -> Path:
    """Bring ``units/<key>.parquet`` up to its source and return its path."""
    item = settled(home.sources(area.id), key)
    if item is None or key not in PREFIXES:
        raise EmptySource(
            f"no {key} in this area",
            where=area.id,
            expected=f"one of {', '.join(PREFIXES)}, ingested",
            next_step=f"geoml ingest {area.id} {key}=FILE",
        )
    path = home.units(area.id) / f"{key}.parquet"
    version = item["assets"]["data"]["file:checksum"]
    if path.is_file() and read_metadata(path).get(_SOURCE) == version:
        return path
    frame = read_frame(home.sources(area.id) / f"{key}.parquet")
    before = read_frame(path) if path.is_file() else None
    ids = identified(PREFIXES[key], np.asarray(frame.geometry.array), before)
    frame.insert(0, "id", ids)
    frame["area_m2"] = frame.geometry.area.round(2)
    write_vector(path, frame, metadata={_SOURCE: version})
    return path


def identified(
    prefix: str, geometries: NDArray[Any], before: geopandas.GeoDataFrame | None
) -> list[str]:
    """An id for each geometry: that of the unit of ``before`` that it is, else a new one."""
    ids: list[str | None] = [None] * len(geometries)
    taken: set[str] = set()
    if before is not None and len(before):
        known = before["id"].to_list()
        taken = set(known)
        for new, old in matched(geometries, np.asarray(before.geometry.array)):
            ids[new] = known[old]
    points = shapely.point_on_surface(geometries)
    return [one or _new(prefix, point, taken) for one, point in zip(ids, points, strict=True)]


def _new(prefix: str, point: shapely.Point, taken: set[str]) -> str:
    for salt in range(_SALTS):
        place = f"{point.x:.1f} {point.y:.1f} {salt}"
        digest = hashlib.sha256(place.encode()).digest()
        id_ = f"{prefix}-{base64.b32encode(digest[:5]).decode().lower()}"
        if id_ not in taken:
            taken.add(id_)
            return id_
    raise RuntimeError(f"more than {_SALTS} units at {point.x:.1f} {point.y:.1f}")
