"""Reading a vector file that a stranger hands in: what is usable of it, and what was not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import geopandas
import numpy as np
import pyarrow
import pyogrio
import shapely
from numpy.typing import NDArray
from pyarrow import parquet
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoml.errors import BandNeeded, EmptySource, MissingCrs, OversizedHeader
from geoml.raster.grid import transformer
from geoml.vector.formats import MAX_BYTES, Opening, recognised, unreadable
from geoml.vector.repair import Shape, usable

Bounds: TypeAlias = tuple[float, float, float, float]
Columns: TypeAlias = dict[str, NDArray[Any]]
Choose: TypeAlias = Callable[[Sequence[str]], Sequence[str]]

MAX_ROWS = 20_000_000
READ_WHOLE = 500_000  # up to so many rows all are read, so that null rows can be counted
_FAILURES = (
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
    pyarrow.ArrowException,
    OSError,
    ValueError,
    KeyError,
)


@dataclass(frozen=True, slots=True)
class Read:
    """The usable rows of a file, in the CRS that was asked for, and what became of the others.

    ``geometries`` are valid, flat, of the shapes that were asked for, shape (n,); ``columns``
    hold the chosen attributes of the same rows. ``extent`` bounds all usable rows, those
    elsewhere included, and ``hull`` is their convex hull; None when there are none.
    """

    geometries: NDArray[Any]
    columns: Columns
    rows: int
    null: int
    repaired: int
    dropped: int
    elsewhere: int
    extent: Bounds | None
    hull: shapely.Geometry | None = None

    def told(self) -> str:
        """The counts in words."""
        counts = {
            "rows": self.rows,
            "without geometry": self.null,
            "repaired": self.repaired,
            "dropped (unusable or of another shape)": self.dropped,
            "elsewhere": self.elsewhere,
        }
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no row"


def read_foreign(
    path: Path,
    *,
    crs: str,
    drivers: Sequence[str],
    shapes: Sequence[Shape],
    layer: str | None = None,
    within: Bounds | None = None,
    choose: Choose = lambda _: (),
) -> Read:
    """Read the rows of a foreign file whose box meets ``within`` (in ``crs``), not cut.

    Heights (Z) are dropped, curves drawn as lines, invalid polygons repaired; ``choose`` picks
    attribute names out of those that the file has.

    Raises:
        UnreadableFile, ForbiddenFormat, OversizedHeader: As ``formats.recognised``.
        BandNeeded: Several layers and none chosen, or one that is not there.
        EmptySource: No layer with geometries.
        MissingCrs: No CRS, or one that is not on Earth.
    """
    opening = recognised(path, drivers)
    reader = _parquet if opening.driver == "Parquet" else _ogr
    with warnings.catch_warnings():
        # GDAL's, on rows that we count ourselves, and on dropping measures (M).
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            geometries, columns, source, rows = reader(opening, layer, crs, within, choose)
        except _FAILURES as error:
            raise unreadable(path, error) from error
    null = int(np.count_nonzero(shapely.is_missing(geometries) | shapely.is_empty(geometries)))
    kept, index, repaired = usable(_moved(geometries, source, crs), shapes)
    bounds = shapely.bounds(kept)
    extent = tuple(shapely.total_bounds(kept).tolist()) if len(kept) else None
    near = _meets(bounds, within) if within is not None else np.ones(len(kept), bool)
    return Read(
        kept[near],
        {name: values[index][near] for name, values in columns.items()},
        rows,
        null,
        repaired,
        len(geometries) - null - len(kept),
        int(np.count_nonzero(~near)) + rows - len(geometries),
        extent,
        _hull(kept),
    )


def _hull(geometries: NDArray[Any]) -> shapely.Geometry | None:
    if not len(geometries):
        return None
    return shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(geometries)))


def _ogr(
    opening: Opening, layer: str | None, crs: str, within: Bounds | None, choose: Choose
) -> tuple[NDArray[Any], Columns, str, int]:
    name = _layer(opening, layer)
    info = pyogrio.read_info(opening.name, layer=name, force_feature_count=True)
    if info["driver"] != opening.driver:
        raise ValueError(f"GDAL takes it for {info['driver']}")
    rows = int(info["features"])
    _check_rows(opening.path, rows)
    source = _earthly(opening.path, info["crs"])
    options: dict[str, Any] = {}
    if rows > READ_WHOLE and within is not None:
        box = transformer(crs, source).transform_bounds(*within, densify_pts=21)
        if all(map(math.isfinite, box)):
            options["bbox"] = box
    meta, _, wkb, values = pyogrio.raw.read(
        opening.name,
        layer=name,
        columns=list(choose([str(field) for field in info["fields"]])),
        force_2d=True,
        datetime_as_string=True,
        **options,
    )
    columns = {str(field): value for field, value in zip(meta["fields"], values, strict=True)}
    return shapely.from_wkb(wkb, on_invalid="ignore"), columns, source, rows


def _layer(opening: Opening, layer: str | None) -> str:
    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(opening.name)]
    spatial = [name for name, kind in listed if kind is not None]
    where = str(opening.path)
    if not spatial:
        raise EmptySource(
            "no layer with geometries",
            where=where,
            expected="one layer or more",
            got=", ".join(name for name, _ in listed) or "no layer",
            next_step="export the layer that is meant",
        )
    if layer is not None and layer not in spatial:
        what, got = f"it has no layer {layer!r}", layer
    elif layer is None and len(spatial) > 1:
        what, got = "several layers and none was chosen", f"{len(spatial)} layers"
    else:
        return layer if layer is not None else spatial[0]
    raise BandNeeded(
        what,
        where=where,
        expected=f"one of {', '.join(spatial[:16])}",
        got=got,
        next_step=f"choose one with KEY={opening.path.name}:LAYER",
    )


def _parquet(
    opening: Opening, layer: str | None, crs: str, within: Bounds | None, choose: Choose
) -> tuple[NDArray[Any], Columns, str, int]:
    del crs, within
    if layer is not None:
        raise BandNeeded(
            "GeoParquet has no layers", where=str(opening.path), got=layer, expected="no :LAYER"
        )
    meta = parquet.read_metadata(opening.name)
    unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if unpacked > MAX_BYTES:
        raise _too_much(opening.path, f"{unpacked >> 20} MiB once unpacked")
    _check_rows(opening.path, meta.num_rows)
    frame = geopandas.read_parquet(opening.name)
    source = _earthly(opening.path, frame.crs.to_wkt() if frame.crs else None)
    attributes = [str(name) for name in frame.columns if name != frame.geometry.name]
    columns = {name: frame[name].to_numpy() for name in choose(attributes)}
    geometries: NDArray[Any] = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    return geometries, columns, source, len(frame)


def _check_rows(path: Path, rows: int) -> None:
    if rows > MAX_ROWS:
        raise _too_much(path, f"{rows:,} rows")


def _too_much(path: Path, got: str) -> OversizedHeader:
    return OversizedHeader(
        "more than is accepted",
        where=str(path),
        expected=f"at most {MAX_ROWS:,} rows and {MAX_BYTES >> 30} GiB",
        got=got,
        next_step="cut it to the area first (QGIS: Clip)",
    )


def _earthly(path: Path, crs: str | None) -> str:
    """The CRS, when it is one on Earth."""
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


def _moved(geometries: NDArray[Any], source: str, target: str) -> NDArray[Any]:
    """Geometries in ``target``; those that do not fit into it become missing."""
    flat = shapely.force_2d(geometries)
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    x, y = transformer(source, target).transform(coordinates[:, 0], coordinates[:, 1])
    moved = np.column_stack([x, y])
    lost = np.unique(owner[~np.isfinite(moved).all(axis=1)])
    out: NDArray[Any] = shapely.set_coordinates(flat, np.where(np.isfinite(moved), moved, 0.0))
    out[lost] = None
    return out


def _meets(bounds: NDArray[np.float64], within: Bounds) -> NDArray[np.bool_]:
    west, south, east, north = within
    meets: NDArray[np.bool_] = (
        (bounds[:, 0] < east)
        & (bounds[:, 2] > west)
        & (bounds[:, 1] < north)
        & (bounds[:, 3] > south)
    )
    return meets
