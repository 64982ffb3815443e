"""Coordinates of foreign files: a CRS on Earth, and geometries brought into another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoml.errors import MissingCrs
from geoml.raster.grid import transformer

HALF_A_TURN = 180.0


def earthly(path: Path, crs: str | None) -> str:
    """The CRS, when it is one on Earth; raises MissingCrs."""
    got = "none"
    if crs:
        try:
            found = CRS.from_user_input(crs)
        except CRSError:
            got = "one that PROJ does not know"
        else:
            radius = found.ellipsoid.semi_major_metre if found.ellipsoid else 0.0
            placed = found.is_geographic or found.is_projected
            if placed and 0.99 < radius / 6_378_137.0 < 1.01:
                return crs
            got = f"{found.name!r}, which is no place on Earth"
    raise MissingCrs(
        "no usable coordinate reference system",
        where=str(path),
        expected="a CRS on Earth stored in the file",
        got=got,
        next_step="assign it (QGIS: Layer CRS > Set, then Export; a Shapefile needs its .prj)",
    )


def moved(geometries: NDArray[Any], source: str, target: str) -> NDArray[Any]:
    """Flat geometries in ``target``; those that do not fit into it become missing.

    An edge over more than half a turn of the globe is a geometry across the date line that was not
    cut there (RFC 7946, 3.1.9), and nobody can tell which side of the globe it means: missing too.
    """
    flat = shapely.force_2d(geometries)
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    if not len(coordinates):
        return np.asarray(flat)
    x, y = transformer(source, target).transform(coordinates[:, 0], coordinates[:, 1])
    out = np.column_stack([x, y])
    bad = ~np.isfinite(out).all(axis=1) | ~np.isfinite(coordinates).all(axis=1)
    if CRS.from_user_input(source).is_geographic:
        jump = np.abs(np.diff(coordinates[:, 0], prepend=coordinates[0, 0])) > HALF_A_TURN
        bad |= jump & (np.diff(owner, prepend=-1) == 0)
    lost = np.unique(owner[bad])
    out[np.isin(owner, lost)] = 0.0  # one place, so that rings stay closed
    result: NDArray[Any] = shapely.set_coordinates(flat, out)
    result[lost] = None
    return result
