"""An area: a place with a boundary, one projected CRS and one analysis grid."""

from __future__ import annotations

import json
import math
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely

from geoml.areas.boundary import Geometry, from_bbox, from_file
from geoml.areas.projection import check_measurable, checked_crs, default_crs
from geoml.errors import AlreadyExists, CorruptFile, InvalidArgument, UnknownArea
from geoml.files import alone, building, read_json, write_json
from geoml.paths import Home
from geoml.raster.grid import Grid, transformer

FORMAT = 1
MAX_CELLS = 400_000_000
_FILE = "area.json"
_TAKEN = "-cells"


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality or any other place of interest.

    ``boundary`` is a GeoJSON Polygon or MultiPolygon in longitude and latitude; ``grid`` is the
    analysis grid, in metres, which covers the boundary and its margin of countryside.
    ``synthetic`` says that nobody lives there: a generated town. ``born`` is drawn when the area
    is created: an area that was deleted and created again under its old id is another one. It is
    empty for areas of before there was one.
    """

    id: str
    name: str
    boundary: Mapping[str, Any]
    crs: str
    resolution_m: float
    grid: Grid
    synthetic: bool = False
    born: str = ""

    def inside(self) -> Geometry:
        """The boundary as a polygon in the area's CRS."""
        polygon = cast("Geometry", shapely.from_geojson(json.dumps(self.boundary)))
        return projected(polygon, self.crs)


def create(
    home: Home,
    id: str,
    name: str,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    boundary_file: Path | None = None,
    crs: str | None = None,
    resolution_m: float = 30.0,
    margin_m: float = 0.0,
    synthetic: bool = False,
) -> Area:
    """Create an area from a bounding box (W, S, E, N in degrees) or a polygon file.

    The CRS is the national one of the place, else its UTM zone; the grid is snapped outward to
    whole multiples of the resolution.

    Raises:
        InvalidArgument: Neither or both of bbox and file, a bbox that is none, an id that ends in
            ``-cells``, a CRS that is not in metres, more than ``MAX_CELLS`` cells, or a place that
            no one CRS or web map holds: across 180 E, beyond 80 S or 84 N, half a continent.
        AlreadyExists: There is an area of that id.
        DataError: The boundary file cannot be used.
    """
    if id.endswith(_TAKEN):
        raise InvalidArgument(
            f"an id that ends in {_TAKEN} is that of a collection of cells",
            where=id,
            next_step="choose another id",
        )
    here = home.area(id)
    if here.exists():
        raise AlreadyExists(
            f"there is an area {id!r} already",
            where=str(here),
            next_step=f"choose another id, or delete it: geoml area delete {id}",
        )
    if (bbox is None) == (boundary_file is None):
        raise InvalidArgument(
            "an area needs a place", where=id, expected="either --bbox or --boundary"
        )
    boundary = from_bbox(bbox) if bbox is not None else from_file(Path(boundary_file or ""))
    _check_one_side(id, boundary)
    lon, lat = (shapely.get_coordinates(boundary.envelope.centroid)[0]).tolist()
    code = checked_crs(crs, lon, lat) if crs else default_crs(lon, lat)
    grid = grid_for(boundary, code, resolution_m, margin_m)
    check_measurable(grid, id)
    area = Area(
        id,
        name,
        json.loads(shapely.to_geojson(boundary)),
        code,
        float(resolution_m),
        grid,
        synthetic,
        secrets.token_hex(8),
    )
    with building(here) as temporary:
        write_json(temporary / _FILE, document(area))
    return area


def load(home: Home, id: str) -> Area:
    """The area of that id; raises UnknownArea, which names the known ones, or CorruptFile."""
    path = folder(home, id) / _FILE
    try:
        found = read_json(path)
        if found["format"] == FORMAT:
            return _of(found)
        got = f"format {found['format']}"
    except FileNotFoundError as error:
        raise _unknown(home, id) from error
    except (ValueError, TypeError, LookupError) as error:
        got = f"{type(error).__name__}: {error}"[:200]
    raise CorruptFile(
        "not an area document that this version reads",
        where=str(path),
        expected=f"format {FORMAT}",
        got=got,
        next_step=f"delete it (geoml area delete {id}), then create it again",
    )


def folder(home: Home, id: str) -> Path:
    """The folder of an area, whether or not its document can be read; raises UnknownArea."""
    try:
        found = home.area(id)
    except InvalidArgument as error:
        raise _unknown(home, id) from error
    if not found.is_dir():
        raise _unknown(home, id)
    return found


def _of(found: dict[str, Any]) -> Area:
    return Area(
        found["id"],
        found["name"],
        found["boundary"],
        found["crs"],
        found["resolution_m"],
        Grid(**found["grid"]),
        found["synthetic"],
        found.get("born", ""),
    )


def names(home: Home) -> tuple[str, ...]:
    """Ids of all areas, sorted."""
    found = home.areas.glob(f"*/{_FILE}")
    return tuple(sorted(path.parent.name for path in found if path.parent.name[0] != "."))


def delete(home: Home, id: str) -> None:
    """Delete an area with its sources, features and units, and its editions; models stay.

    The editions go first, of every service: left behind they would still be served, and a new
    area of the same id would inherit them. After a crash half-way the area is whole and can be
    deleted again, or it is gone. An area whose document cannot be read is deleted like any other.
    Raises UnknownArea, or Busy while somebody publishes there.
    """
    here = folder(home, id)
    shelves = sorted((home.root / "editions").glob(f"[!.]*/{id}"))
    with ExitStack() as held:
        for shelf in shelves:  # all of them before the first one goes
            held.enter_context(alone(shelf, wait=False))
        for shelf in (*shelves, here):
            _discard(shelf)


def _discard(what: Path) -> None:
    # Renamed first: a crash half-way leaves no half of a folder.
    bin_ = Path(tempfile.mkdtemp(prefix=f".{what.name}-", dir=what.parent))
    what.rename(bin_ / what.name)
    shutil.rmtree(bin_)


def document(area: Area) -> dict[str, Any]:
    """The area as JSON: what ``area.json`` holds."""
    return {
        "format": FORMAT,
        "id": area.id,
        "name": area.name,
        "boundary": dict(area.boundary),
        "crs": area.crs,
        "resolution_m": area.resolution_m,
        "grid": area.grid.as_dict(),
        "synthetic": area.synthetic,
        "born": area.born,
    }


def projected(geometry: Geometry, crs: str) -> Geometry:
    """A longitude/latitude geometry in ``crs``; long edges are densified, because they bend."""
    west, south, east, north = geometry.bounds
    dense = shapely.segmentize(geometry, max(east - west, north - south) / 32)
    to_crs = transformer("OGC:CRS84", crs)
    x, y = to_crs.transform(*shapely.get_coordinates(dense).T)
    moved: Geometry = shapely.set_coordinates(dense, np.column_stack([x, y]))
    return moved


def grid_for(boundary: Geometry, crs: str, resolution_m: float, margin_m: float) -> Grid:
    """The grid in ``crs`` that covers a boundary and its margin, on multiples of the resolution."""
    _check("resolution", resolution_m, 0.1, 10_000.0)
    _check("margin", margin_m, 0.0, 100_000.0)
    bounds = projected(boundary, crs).bounds
    if not all(map(math.isfinite, bounds)):
        raise InvalidArgument(
            "the boundary does not fit into the CRS", where=crs, next_step="leave --crs out"
        )
    low = [math.floor((value - margin_m) / resolution_m + 1e-9) for value in bounds[:2]]
    high = [math.ceil((value + margin_m) / resolution_m - 1e-9) for value in bounds[2:]]
    cols, rows = (max(h - w, 1) for w, h in zip(low, high, strict=True))
    if rows * cols > MAX_CELLS:
        raise InvalidArgument(
            "too many cells",
            where=f"grid of {resolution_m:g} m",
            expected=f"at most {MAX_CELLS:,}",
            got=f"{cols:,} x {rows:,}",
            next_step="choose a coarser --resolution or a smaller area",
        )
    west, north = low[0] * resolution_m, (low[1] + rows) * resolution_m
    return Grid(crs, west, north, float(resolution_m), float(resolution_m), rows, cols)


def _check_one_side(id: str, boundary: Geometry) -> None:
    """Refuse what lies on both sides of 180 E: its middle would be on the other side of Earth."""
    west, _, east, _ = boundary.bounds
    if east - west > 180.0:
        raise InvalidArgument(
            "it reaches around half of the world",
            where=id,
            expected="an area on one side of 180 E",
            got=f"longitudes {west:.3f} to {east:.3f}",
            next_step="make two areas, one on each side of that meridian",
        )


def _check(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InvalidArgument(
            f"{what} out of range",
            where=f"--{what}",
            expected=f"{least:g} to {most:g} metres",
            got=f"{value}",
        )


def _unknown(home: Home, id_: str) -> UnknownArea:
    known = names(home)
    return UnknownArea(
        f"no area {id_[:60]!r}",
        where="areas",  # no path: the server passes this on
        expected=f"one of {', '.join(known)}" if known else "an area; there is none yet",
        next_step="geoml area list shows them, geoml area create makes one",
    )
