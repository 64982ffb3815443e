"""Rows of GeoPackage, FlatGeobuf and Shapefile, read by GDAL after our own look at them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyogrio

from geoml.errors import BandNeeded, OversizedHeader
from geoml.raster.grid import transformer
from geoml.vector import flatgeobuf, geopackage, shapefile
from geoml.vector.earth import earthly
from geoml.vector.formats import Opening, oversized, unreadable
from geoml.vector.rows import Asked, Columns, Rows, from_wkb

MAX_ROWS = 20_000_000
READ_WHOLE = 500_000  # up to so many rows all are read, so that null rows can be counted
_BYTES = "ISO-8859-1"  # every byte as the letter of its number: decoded by us


def read(opening: Opening, asked: Asked) -> Iterator[Rows]:
    """The rows, all of them up to READ_WHOLE, else those that the file's index finds ``within``.

    Curves become lines of steps of 4 degrees, which stay within 0.07 % of the radius; heights (Z)
    and measures (M) are dropped.
    """
    layer, counted, notes = _layer(opening, asked)
    options: dict[str, Any] = {"encoding": _BYTES} if _is_shapefile(opening) else {}
    info = pyogrio.read_info(opening.file, layer=layer, force_feature_count=True, **options)
    if info["driver"] != opening.driver:
        raise unreadable(opening.path, f"GDAL takes it for {info['driver']}")
    rows = int(info["features"]) if counted is None else counted
    check_rows(opening, rows)
    crs = earthly(opening.path, info["crs"])
    box = _box(asked, crs) if rows > READ_WHOLE else None
    plain = _plain(opening, [str(field) for field in info["fields"]])
    names = [plain[name] for name in asked.choose(list(plain))]
    if rows != info["features"]:
        options["where"] = "1 = 1"  # else GDAL believes a count that another program left behind
    meta, _, wkb, values = pyogrio.raw.read(
        opening.file,
        layer=layer,
        columns=names,
        force_2d=True,
        datetime_as_string=True,
        bbox=box,
        **options,
    )
    _check_count(opening, rows, len(wkb), box is not None)
    geometries, lost = from_wkb(wkb)
    columns = {str(field): value for field, value in zip(meta["fields"], values, strict=True)}
    if _is_shapefile(opening):
        columns = _decoded(opening, columns)
        rows = len(wkb) if box is None else rows  # rows that are marked as deleted are no rows
    yield Rows(
        geometries,
        columns,
        crs,
        unreadable=int(np.count_nonzero(lost)),
        skipped=rows - len(wkb),
        notes=notes,
    )


def check_rows(opening: Opening, rows: int) -> None:
    """Raise OversizedHeader for more rows than are accepted."""
    if rows > MAX_ROWS:
        error = oversized(opening.path, f"{rows:,} rows")
        raise OversizedHeader(
            error.what,
            where=error.where,
            expected=f"at most {MAX_ROWS:,} rows",
            got=error.got,
            next_step=error.next_step,
        )


def no_layers(opening: Opening, what: str) -> None:
    """Raise BandNeeded when a layer was named of a file that has none."""
    if opening.layer is not None:
        raise BandNeeded(
            f"{what} has no layers",
            where=str(opening.path),
            expected="no :LAYER",
            got=opening.layer[:80],
        )


def _layer(opening: Opening, asked: Asked) -> tuple[str | None, int | None, tuple[str, ...]]:
    """(layer to read, its rows if counted, notes), after a look at the file itself."""
    if opening.driver == "GPKG":
        layer, several = geopackage.chosen(opening, asked.shapes)
        taken = f"layer {layer.name} taken, the only one that fits"
        told = several and opening.layer is None
        return layer.name, layer.rows, (taken,) if told else ()
    if opening.driver == "FlatGeobuf":
        flatgeobuf.check(opening.path, opening.file)
    else:
        shapefile.check(opening.path, opening.file)
    if opening.layer not in (None, opening.path.stem):
        no_layers(opening, "this file")
    return None, None, ()


def _is_shapefile(opening: Opening) -> bool:
    return opening.driver == "ESRI Shapefile"


def _box(asked: Asked, crs: str) -> tuple[float, ...] | None:
    if asked.within is None:
        return None
    box = transformer(asked.crs, crs).transform_bounds(*asked.within, densify_pts=21)
    return tuple(box) if all(map(math.isfinite, box)) else None


def _check_count(opening: Opening, declared: int, found: int, filtered: bool) -> None:
    if found > declared or (found < declared and not filtered and not _is_shapefile(opening)):
        raise unreadable(opening.path, f"it says {declared:,} rows and holds {found:,}")


def _plain(opening: Opening, fields: list[str]) -> dict[str, str]:
    """Readable name -> name as GDAL gives it, of the fields of a file."""
    if not _is_shapefile(opening):
        return {field: field for field in fields}
    codec = shapefile.encoding(fields, shapefile.declared_encoding(opening.file))
    return {str(shapefile.decoded(field, codec)): field for field in fields}


def _decoded(opening: Opening, columns: Columns) -> Columns:
    declared = shapefile.declared_encoding(opening.file)
    texts = (text for values in columns.values() if values.dtype == object for text in values)
    codec = shapefile.encoding(texts, declared)
    out: Columns = {}
    for name, raw in _plain(opening, list(columns)).items():
        values = columns[raw]
        if values.dtype == object:
            values = np.array([shapefile.decoded(text, codec) for text in values], dtype=object)
        out[name] = values
    return out
