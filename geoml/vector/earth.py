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
_LONGEST = {True: 0.05, False: 5_000.0}  # of an edge, in degrees or in metres
_MOST_POINTS = 500_000
_POLE, _FARTHEST = 90.0, 1e8  # degrees of latitude; metres of any projection


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

    An edge that is straight in ``source`` is not in ``target``: edges of more than 0.05 degrees or
    5 km get points in between, which keeps them within half a metre. An edge over more than half a
    turn of the globe is a geometry across the date line that was not cut there (RFC 7946, 3.1.9),
    and nobody can tell which side of the globe it means: missing too.
    """
    flat = np.asarray(shapely.force_2d(geometries), dtype=object)
    if source == target:
        return _without(flat, _broken(shapely.get_coordinates(flat)))
    geographic = CRS.from_user_input(source).is_geographic
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    bad = _broken(coordinates)
    if geographic:
        bad |= _steps(coordinates[:, :1], owner) > HALF_A_TURN
        bad |= np.abs(coordinates[:, 1]) > _POLE
    else:
        bad |= np.abs(coordinates).max(axis=1, initial=0.0) > _FARTHEST
    flat = _densified(_without(flat, bad), _LONGEST[geographic])
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    out = np.column_stack(transformer(source, target).transform(*coordinates.T))
    bad = _broken(out)
    kept = out[~np.isin(owner, owner[bad])]
    return np.asarray(shapely.set_coordinates(_without(flat, bad), kept), dtype=object)


def _broken(coordinates: NDArray[np.float64]) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.isfinite(coordinates)
    return np.asarray(~finite.all(axis=1))


def _without(geometries: NDArray[Any], bad: NDArray[np.bool_]) -> NDArray[Any]:
    """The geometries; missing where one of their coordinates is bad."""
    owner = shapely.get_coordinates(geometries, return_index=True)[1]
    out = geometries.copy()
    out[np.unique(owner[bad])] = None
    return out


def _steps(coordinates: NDArray[np.float64], owner: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance of each coordinate from the one before it in the same geometry, else 0."""
    steps = np.zeros(len(coordinates))
    moves: NDArray[np.float64] = np.diff(coordinates, axis=0)
    steps[1:] = np.where(np.diff(owner) == 0, np.sqrt((moves**2).sum(axis=1)), 0.0)
    return steps


def _densified(geometries: NDArray[Any], longest: float) -> NDArray[Any]:
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    steps = _steps(coordinates, owner)
    long = steps > longest
    if not long.any():
        return geometries
    which = np.unique(owner[long])
    # A million edges around the globe must not become a billion points.
    step = max(longest, float(steps[long].sum()) / _MOST_POINTS)
    out = geometries.copy()
    out[which] = shapely.segmentize(geometries[which], step)
    return out
