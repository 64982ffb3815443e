"""Tables as files that other programs open: written by chunks, the same rows as the same bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import geopandas
import pyarrow as pa
import pyogrio
import shapely
from pyarrow import parquet

from geoml.errors import InvalidArgument
from geoml.files import replacing
from geoml.vector.fragments import BETWEEN, CLOSE, OPEN, known
from geoml.vector.write import PINNED, gdal_options

Pages: TypeAlias = Callable[[], Iterable[bytes]]
"""Features as GeoJSON, joined by a comma and a line feed, page after page."""
Frames: TypeAlias = Callable[[], Iterable[geopandas.GeoDataFrame]]
"""Rows in the storage CRS, chunk after chunk; called again for every pass over them."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format that a collection can be had in."""

    name: str
    suffix: str
    media_type: str
    title: str


FORMATS = {
    one.name: one
    for one in (
        Format("geojson", ".geojson", "application/geo+json", "GeoJSON"),
        Format("geojsonseq", ".geojsons", "application/geo+json-seq", "GeoJSON text sequence"),
        Format("flatgeobuf", ".fgb", "application/flatgeobuf", "FlatGeobuf"),
        Format("geoparquet", ".parquet", "application/vnd.apache.parquet", "GeoParquet"),
        Format("gpkg", ".gpkg", "application/geopackage+sqlite3", "GeoPackage"),
        Format("csv", ".csv", "text/csv; charset=utf-8", "CSV"),
    )
}
"""By the name that a client asks for."""

_DRIVERS = {"flatgeobuf": "FlatGeobuf", "gpkg": "GPKG"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_export(path: Path, form: str, pages: Pages, frames: Frames, *, layer: str) -> None:
    """Write a table in one of ``FORMATS``, atomically, a chunk in memory at a time.

    GeoJSON and CSV are in longitude and latitude, the others in the storage CRS. FlatGeobuf sorts
    what it has written by its own index, for which GDAL needs a temporary file beside it.

    Raises:
        InvalidArgument: Another format.
    """
    if form not in FORMATS:
        raise InvalidArgument(
            "not a format that is written here", expected=", ".join(FORMATS), got=form[:40]
        )
    with replacing(path) as temporary:
        if form in _DRIVERS:
            _with_gdal(temporary, _DRIVERS[form], frames, layer)
        elif form == "geoparquet":
            _as_parquet(temporary, frames)
        elif form == "csv":
            _as_csv(temporary, frames)
        else:
            _as_json(temporary, pages, sequence=form == "geojsonseq")


def _as_json(path: Path, pages: Pages, *, sequence: bool) -> None:
    with path.open("wb") as stream:
        stream.write(b"" if sequence else OPEN)
        for number, page in enumerate(page for page in pages() if page):
            if sequence:  # RFC 8142: a record separator before, a line feed after every text
                stream.write(b"\x1e" + page.replace(BETWEEN, b"\n\x1e") + b"\n")
            else:
                stream.write((BETWEEN if number else b"") + page)
        stream.write(b"" if sequence else CLOSE)


def _as_csv(path: Path, frames: Frames) -> None:
    """UTF-8 with a byte order mark, without which Excel guesses another encoding.

    ``lon`` and ``lat`` are a point on the surface of the feature. Text that a spreadsheet would
    run as a formula gets an apostrophe before it.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        for number, frame in enumerate(frames()):
            names = [name for name in frame.columns if name != frame.geometry.name]
            if number == 0:
                out.writerow([_safe(name) for name in (*names, "lon", "lat")])
            points = frame.geometry.representative_point().to_crs("OGC:CRS84")
            columns = [[_safe(known(value)) for value in frame[name]] for name in names]
            places = [[known(round(v, 7)) for v in axis] for axis in (points.x, points.y)]
            out.writerows(zip(*columns, *places, strict=True))


def _safe(value: Any) -> Any:  # noqa: ANN401 - any cell of a table
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _as_parquet(path: Path, frames: Frames) -> None:
    """GeoParquet 1.1, https://geoparquet.org/releases/v1.1.0/."""
    first = next(iter(frames()))
    shape = first.geometry.name
    column = {"encoding": "WKB", "geometry_types": _types(frames), "crs": first.crs.to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": shape, "columns": {shape: column}}
    metadata = {"geo": json.dumps(geo, sort_keys=True)}
    schema = _arrow(first).schema.with_metadata(metadata)
    with parquet.ParquetWriter(path, schema, compression="zstd") as out:
        for frame in frames():
            out.write_table(_arrow(frame).cast(schema))


def _types(frames: Frames) -> list[str]:
    found: set[str] = set()
    for frame in frames():
        found.update(frame.geom_type.dropna().unique())
    return sorted(found)


def _arrow(frame: geopandas.GeoDataFrame) -> pa.Table:
    """The rows as a plain Arrow table: geometry as WKB, no index, NaN as null."""
    told = frame.drop(columns=frame.geometry.name)
    table = pa.Table.from_pandas(told, preserve_index=False)
    # Text that is null in a whole chunk has no type of its own.
    fields = [
        field.with_type(pa.string()) if pa.types.is_null(field.type) else field
        for field in table.schema
    ]
    table = table.cast(pa.schema(fields))
    wkb = pa.array(shapely.to_wkb(frame.geometry.array), pa.binary())
    return table.append_column(frame.geometry.name, wkb)


def _with_gdal(path: Path, driver: str, frames: Frames, layer: str) -> None:
    """Stream the chunks through GDAL; several types of geometry become the multiple one."""
    first = next(iter(frames()))
    types = _types(frames)
    shape = types[0] if len(types) == 1 else "Unknown"
    multi = len(types) > 1 and {one.removeprefix("Multi") for one in types} == {"Polygon"}
    schema = _arrow(first).schema

    def batches() -> Iterator[pa.RecordBatch]:
        for frame in frames():
            chunk = frame.set_geometry(_as_multi(frame)) if multi else frame
            yield from _arrow(chunk).cast(schema).to_batches()

    path.unlink(missing_ok=True)  # GDAL takes an empty file for a broken one
    with gdal_options({"OGR_CURRENT_DATE": PINNED}):
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()),
            path,
            layer=layer,
            driver=driver,
            geometry_name=first.geometry.name,
            geometry_type="MultiPolygon" if multi else shape,
            crs=first.crs.to_string(),
        )


def _as_multi(frame: geopandas.GeoDataFrame) -> geopandas.GeoSeries:
    shapes = [
        shapely.MultiPolygon([one]) if isinstance(one, shapely.Polygon) else one
        for one in frame.geometry
    ]
    return geopandas.GeoSeries(shapes, index=frame.index, crs=frame.crs)
