"""Reading our own GeoParquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import parquet

from geoml.errors import CorruptFile


def read_frame(path: Path) -> geopandas.GeoDataFrame:
    """All rows of one of our own GeoParquet files; raises CorruptFile."""
    try:
        return geopandas.read_parquet(path)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise CorruptFile(
            "cannot be read", where=str(path), got=str(error)[:200], next_step="ingest it again"
        ) from error


def read_geometries(path: Path) -> NDArray[Any]:
    """The geometries of one of our own GeoParquet files, shapely objects of shape (n,)."""
    frame = read_frame(path)
    return np.asarray(frame.geometry.array, dtype=object)


def read_metadata(path: Path) -> dict[str, str]:
    """What ``write_vector`` was given as ``metadata``, among the file's own entries."""
    try:
        found = parquet.read_schema(path).metadata or {}
    except (OSError, pyarrow.ArrowException) as error:
        raise CorruptFile(
            "cannot be read", where=str(path), got=str(error)[:200], next_step="ingest it again"
        ) from error
    return {key.decode(): value.decode() for key, value in found.items()}


def read_table(path: Path) -> pyarrow.Table:
    """All rows of one of our own Parquet files as an Arrow table; raises CorruptFile."""
    try:
        return parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise CorruptFile(
            "cannot be read", where=str(path), got=str(error)[:200], next_step="publish it again"
        ) from error
