"""Reading foreign GeoParquet by batches.

https://geoparquet.org/releases/v1.1.0/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow
from pyarrow import parquet

from geoml.vector.earth import earthly
from geoml.vector.formats import MAX_BYTES, Opening, oversized, unreadable
from geoml.vector.geojson import CRS84
from geoml.vector.ogr import check_rows, no_layers
from geoml.vector.rows import Asked, Rows, from_wkb

_BATCH = 20_000
_MAX_GEO = 16 << 20


def read(opening: Opening, asked: Asked) -> Iterator[Rows]:
    """The rows of the primary geometry column, which must be WKB, with the chosen columns.

    A file that names no CRS is in longitude and latitude, as the format has it; a CRS of null is
    unknown. Raises UnreadableFile, OversizedHeader, MissingCrs.
    """
    no_layers(opening, "GeoParquet")
    with parquet.ParquetFile(opening.file, page_checksum_verification=True) as file:
        meta = file.metadata
        unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if unpacked > MAX_BYTES:
            raise oversized(opening.path, f"{unpacked >> 20} MiB once unpacked")
        check_rows(opening, meta.num_rows)
        name, column = _geometry(opening, file)
        crs = earthly(opening.path, _crs(column))
        plain = [field.name for field in file.schema_arrow if not _nested(field.type)]
        names = list(asked.choose([one for one in plain if one != name]))
        rows = 0
        for batch in file.iter_batches(_BATCH, columns=[name, *names]):
            rows += batch.num_rows
            check_rows(opening, rows)
            geometries, lost = from_wkb(batch.column(name).to_numpy(zero_copy_only=False))
            columns = {one: _column(batch.column(one)) for one in names}
            asked.progress(rows / max(1, meta.num_rows))
            yield Rows(geometries, columns, crs, int(np.count_nonzero(lost)))
        if rows != meta.num_rows:
            raise unreadable(opening.path, f"it says {meta.num_rows:,} rows and holds {rows:,}")


def _geometry(opening: Opening, file: parquet.ParquetFile) -> tuple[str, dict[str, Any]]:
    """(name, description) of the primary geometry column."""
    raw = (file.schema_arrow.metadata or {}).get(b"geo")
    if raw is None:
        raise unreadable(opening.path, "no geo metadata: a table, not a GeoParquet")
    try:
        told = json.loads(raw[:_MAX_GEO])
        name = told["primary_column"]
        column = told["columns"][name]
        encoding = str(column["encoding"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable(opening.path, "broken geo metadata") from error
    if name not in file.schema_arrow.names or not isinstance(column, dict):
        raise unreadable(opening.path, f"no column {str(name)[:80]!r}")
    kind = file.schema_arrow.field(name).type
    if encoding != "WKB" or not _binary(kind):
        raise unreadable(opening.path, f"geometries as {encoding[:40]} in {kind}, not as WKB")
    return str(name), column


def _crs(column: dict[str, Any]) -> str | None:
    if "crs" not in column:
        return CRS84
    told = column["crs"]
    return told if told is None or isinstance(told, str) else json.dumps(told)


def _binary(kind: pyarrow.DataType) -> bool:
    types = pyarrow.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _nested(kind: pyarrow.DataType) -> bool:
    """A structure (a bbox column), a list or bytes: nothing that is kept."""
    return bool(pyarrow.types.is_nested(kind) or _binary(kind))


def _column(values: pyarrow.Array) -> np.ndarray[Any, Any]:
    if pyarrow.types.is_integer(values.type) or pyarrow.types.is_floating(values.type):
        whole = values.null_count == 0
        as_float = values if whole else values.cast(pyarrow.float64(), safe=False)
        return np.asarray(as_float.to_numpy(zero_copy_only=False))
    texts = [None if one is None else str(one) for one in values.to_pylist()]
    return np.array(texts, dtype=object)
