"""Open datasets, lent to one request at a time: opening a GeoTIFF costs more than reading a tile.

A GDAL dataset may be used by any thread, but by one at a time. What comes back is kept for the
next, ``limit`` of them at most, the longest unused closed first. The files of an edition never
change; a file that was deleted meanwhile stays readable until its dataset is closed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import rasterio
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader

from geoml.errors import CorruptFile
from geoml.raster.cog import grid_of
from geoml.raster.grid import Grid

GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": 128,
}

_Key: TypeAlias = tuple[Path, str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """One of our rasters, open: its dataset, its grid and the decimations that it has."""

    dataset: DatasetReader
    grid: Grid
    overviews: tuple[int, ...]


class Pool:
    """Datasets that wait for their next request."""

    def __init__(self, limit: int = 48) -> None:
        self._limit, self._lock = limit, Lock()
        self._idle: OrderedDict[Opened, _Key] = OrderedDict()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._idle)

    @contextmanager
    def lend(self, path: Path, version: str, overview: int = -1) -> Iterator[Opened]:
        """A dataset for the length of a ``with``; raises CorruptFile.

        ``version`` changes when the file behind the path may have changed; ``overview`` is the
        number of a decimation, -1 for the full raster.
        """
        key = (path, version, overview)
        opened = self._take(key) or _open(path, overview)
        try:
            yield opened
        except RasterioIOError as error:
            opened.dataset.close()
            raise _broken(path, error) from error
        except BaseException:
            self._put(opened, key)
            raise
        self._put(opened, key)

    def close(self) -> None:
        """Close all that wait."""
        with self._lock:
            idle, self._idle = list(self._idle), OrderedDict()
        for one in idle:
            one.dataset.close()

    def _take(self, key: _Key) -> Opened | None:
        with self._lock:
            for one in reversed(self._idle):
                if self._idle[one] == key:
                    del self._idle[one]
                    return one
        return None

    def _put(self, opened: Opened, key: _Key) -> None:
        out: list[Opened] = []
        with self._lock:
            self._idle[opened] = key
            while len(self._idle) > self._limit:
                out.append(self._idle.popitem(last=False)[0])
        for one in out:
            one.dataset.close()


def _open(path: Path, overview: int) -> Opened:
    options = {"overview_level": overview} if overview >= 0 else {}
    try:
        with rasterio.Env(**GDAL):
            dataset = rasterio.open(path, driver="GTiff", **options)
            return Opened(dataset, grid_of(dataset), tuple(dataset.overviews(1)))
    except RasterioIOError as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: RasterioIOError) -> CorruptFile:
    return CorruptFile(
        "cannot be read", where=str(path), got=str(error), next_step="publish the edition again"
    )


POOL = Pool()
"""The datasets of this process; empty until somebody asks."""
