"""Writing vector files, atomically and so that the same rows give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from pyarrow import parquet

from geoml.errors import InvalidArgument
from geoml.files import replacing

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
PINNED = "2000-01-01T00:00:00.000Z"


def write_vector(
    path: Path,
    frame: geopandas.GeoDataFrame,
    *,
    layer: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write ``frame`` as the format of the suffix: .parquet, .gpkg, .geojson or .fgb.

    The file appears at one stroke. GeoJSON is written in longitude and latitude, as RFC 7946
    wants; the others keep the CRS of the frame. GeoPackage timestamps are pinned. ``metadata`` goes
    into the schema of a Parquet file.
    """
    suffix = path.suffix.lower()
    if suffix != ".parquet" and suffix not in _DRIVERS:
        raise InvalidArgument(
            "not a vector format that is written here",
            where=str(path),
            expected=", ".join([".parquet", *_DRIVERS]),
            got=suffix or "no suffix",
        )
    with replacing(path) as temporary:
        if suffix == ".parquet":
            frame.to_parquet(temporary, index=False, compression="zstd", schema_version="1.1.0")
            if metadata:
                _annotate(temporary, metadata)
            return
        temporary.unlink(missing_ok=True)  # GDAL takes an empty file for a broken one
        _write(temporary, frame, _DRIVERS[suffix], layer or path.stem)


def _annotate(path: Path, metadata: Mapping[str, str]) -> None:
    table = parquet.read_table(path)
    kept = table.schema.metadata or {}
    added = {key.encode(): value.encode() for key, value in metadata.items()}
    parquet.write_table(table.replace_schema_metadata({**kept, **added}), path, compression="zstd")


def _write(path: Path, frame: geopandas.GeoDataFrame, driver: str, layer: str) -> None:
    options: dict[str, Any] = {}
    if driver == "GeoJSON":
        frame = frame.to_crs("OGC:CRS84")
        options["RFC7946"] = "YES"
    with gdal_options({"OGR_CURRENT_DATE": PINNED}):
        pyogrio.write_dataframe(frame, path, layer=layer, driver=driver, **options)


@contextmanager
def gdal_options(options: dict[str, Any]) -> Iterator[None]:
    """Set options of pyogrio's GDAL (not rasterio's) and put the old ones back."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
