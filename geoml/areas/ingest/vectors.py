"""Foreign vector files of one key -> one staged GeoParquet in the area's CRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from geoml.areas.ingest.attributes import tidy, wanted
from geoml.areas.ingest.overlap import told_bounds
from geoml.areas.keys import Key
from geoml.areas.surroundings import reach
from geoml.errors import EmptySource, NoOverlap
from geoml.raster.grid import Grid, transformer
from geoml.vector.foreign import Read, read_foreign
from geoml.vector.rows import Bounds, Share
from geoml.vector.write import write_vector

KEPT_AROUND = ("water",)
"""Keys of which the rows around the area are kept too: water comes from there."""


def stage_vectors(
    key: Key,
    items: Sequence[Mapping[str, Any]],
    grid: Grid,
    folder: Path,
    progress: Share = lambda _: None,
) -> dict[str, Any]:
    """Merge the files of one key into ``<key>.parquet`` in the staging folder; its facts.

    Rows whose box meets the grid, or of ``KEPT_AROUND`` its surroundings, are kept whole; a
    geometry that comes twice is kept once.
    Raises what ``read_foreign`` raises, EmptySource when no row is usable, and NoOverlap when
    none lies in the area.
    """
    reads = []
    for number, item in enumerate(items):
        share = _part(progress, number, len(items))
        reads.append(_read(key, item, grid, folder, share))
    if not any(len(read.geometries) for read in reads):
        raise _no_overlap(key, items, reads, grid)
    frame = pd.concat([_frame(key, read, grid.crs) for read in reads], ignore_index=True)
    again = pd.Series(shapely.to_wkb(shapely.normalize(frame.geometry.array))).duplicated()
    frame = geopandas.GeoDataFrame(frame[~again.to_numpy()], geometry="geometry", crs=grid.crs)
    write_vector(folder / f"{key.name}.parquet", frame)
    extent, cover = _extent(reads, grid), _cover(key, reads, grid)
    box = shapely.box(*extent) if extent else shapely.Polygon()
    covered = float(shapely.area(box if cover is None else cover))
    cells = grid.rows * grid.cols * grid.pixel_x * grid.pixel_y
    notes = [f"{Path(i['path']).name}: {r.told()}" for i, r in zip(items, reads, strict=True)]
    licence = next((read.licence for read in reads if read.licence), None)
    notes += [f"OpenStreetMap: {licence} unless --licence says otherwise"] if licence else []
    notes += [f"{int(again.sum())} rows came twice: kept once"] if again.any() else []
    around = int((~shapely.intersects(frame.geometry.array, shapely.box(*grid.bounds))).sum())
    notes += [f"{around} of them around the area"] if around and key.name in KEPT_AROUND else []
    return {
        "file": f"{key.name}.parquet",
        "unit": key.unit,
        "quantity": key.quantity,
        "rows": len(frame),
        "extent": list(extent) if extent else None,
        "cover": None if cover is None else shapely.to_wkt(cover, rounding_precision=2),
        "coverage_percent": round(100.0 * covered / cells, 1),
        "licence": licence,
        "notes": notes,
    }


def _part(progress: Share, number: int, total: int) -> Share:
    return lambda share: progress((number + share) / total)


def _read(key: Key, item: Mapping[str, Any], grid: Grid, folder: Path, progress: Share) -> Read:
    read = read_foreign(
        Path(item["path"]),
        crs=grid.crs,
        drivers=key.drivers,
        shapes=key.shapes,
        layer=item["layer"],
        within=reach(grid) if key.name in KEPT_AROUND else grid.bounds,
        choose=lambda fields: wanted(key.name, fields),
        subject=key.name,
        scratch=folder,
        progress=progress,
    )
    if read.extent is None:
        raise EmptySource(
            "no usable row",
            where=f"{key.name}={item['path']}",
            expected=f"one valid {' or '.join(key.shapes)} or more",
            got=read.told(),
            next_step="check the layer in QGIS (Vector > Geometry tools > Check validity)",
        )
    return read


def _frame(key: Key, read: Read, crs: str) -> geopandas.GeoDataFrame:
    columns = tidy(key.name, read.columns, len(read.geometries))
    return geopandas.GeoDataFrame(columns, geometry=read.geometries, crs=crs)


def _extent(reads: Sequence[Read], grid: Grid) -> Bounds | None:
    """Bounds of all usable rows of all files, cut at the grid; None where that leaves nothing."""
    boxes = np.array([read.extent for read in reads if len(read.geometries)])
    west, south, east, north = grid.bounds
    cut = (
        max(west, float(boxes[:, 0].min())),
        max(south, float(boxes[:, 1].min())),
        min(east, float(boxes[:, 2].max())),
        min(north, float(boxes[:, 3].max())),
    )
    return cut if cut[0] <= cut[2] and cut[1] <= cut[3] else None


def _cover(key: Key, reads: Sequence[Read], grid: Grid) -> shapely.Geometry | None:
    """Ground of the grid that the files speak of: the convex hull of each file's rows.

    None for keys with lines or points: around them there is nothing to hull.
    """
    if key.shapes != ("polygon",):
        return None
    hulls = shapely.union_all([read.hull for read in reads])
    return shapely.intersection(hulls, shapely.box(*grid.bounds))


def _no_overlap(
    key: Key, items: Sequence[Mapping[str, Any]], reads: Sequence[Read], grid: Grid
) -> NoOverlap:
    to_lonlat = transformer(grid.crs, "OGC:CRS84")
    found = [to_lonlat.transform_bounds(*read.extent) for read in reads if read.extent]
    return NoOverlap(
        "nothing of it lies inside the area",
        where=", ".join(f"{key.name}={item['path']}" for item in items),
        expected=f"rows within {told_bounds(grid.lonlat_bounds())}",
        got="; ".join(f"rows within {told_bounds(bounds)}" for bounds in found),
        next_step="check the file, its CRS, and the area (geoml area show)",
    )
