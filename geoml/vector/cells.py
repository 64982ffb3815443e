"""The cells of a grid that have an answer, as features: drawn from the rasters when asked for.

Cells are numbered block by block (``SIDE`` x ``SIDE``), row-major in each and over them, so that
the cells of a block are consecutive rows and near each other on the ground. The index (Arrow IPC,
memory-mapped) holds for each block where its rows begin and the box of its cells, in longitude and
latitude as emitted. Ten million cells have an index of half a megabyte; nothing else is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoml.errors import CorruptFile
from geoml.files import replacing, unreadable
from geoml.raster.cog import BLOCK, Layer, band_of, open_cog, read_from, read_grid
from geoml.raster.grid import Grid, Window, transformer, windows
from geoml.types import Array
from geoml.vector.fragments import DECIMALS, outline, write_index
from geoml.vector.packed import Box, Boxes, Rows, check, expanded, inside, meeting

SIDE = 32
"""Cells along a block: a divisor of the block of the rasters, so that no block needs two reads."""
VALUE_DECIMALS = 3
_EDGES = ("west", "south", "east", "north")
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Places:
    """Cells by row and column of the grid, both of shape (n,)."""

    row: Indices
    col: Indices


def write_cells_index(path: Path, raster: Path) -> int:
    """Write the index of the cells that ``raster`` knows, atomically; returns how many there are.

    Reads the raster window by window: memory does not grow with it.
    """
    grid = read_grid(raster)
    down, across = _blocks(grid)
    counts = np.zeros((down, across), np.int64)
    boxes = np.full((down, across, 4), np.nan)
    with open_cog(raster) as dataset:
        for window in windows(grid, BLOCK):
            known = np.isfinite(read_from(dataset, window))
            at = (slice(window.row // SIDE, -(-(window.row + window.rows) // SIDE)),
                  slice(window.col // SIDE, -(-(window.col + window.cols) // SIDE)))  # fmt: skip
            counts[at] = _each(known, np.add, 0).astype(np.int64)
            boxes[at] = _boxes(grid, window, known)
    starts = np.concatenate([[0], np.cumsum(counts.ravel())])
    columns = {"start": pa.array(starts[:-1], pa.int64())}
    for name, values in zip(_EDGES, boxes.reshape(-1, 4).T, strict=True):
        columns[name] = pa.array(values, pa.float64())
    table = pa.table(columns).replace_schema_metadata({"end": str(starts[-1]), "side": str(SIDE)})
    with replacing(path) as temporary:
        write_index(temporary, table)
    return int(starts[-1])


class CellStore:
    """Cells of rasters that share a grid; safe to read from any thread.

    ``layers`` maps the name of a property to its raster, or to a band of one; the first decides
    which cells have an answer. Raises CorruptFile when index and rasters do not belong together.
    """

    def __init__(self, index: Path, layers: Mapping[str, Layer]) -> None:
        bands = [band_of(layer) for layer in layers.values()]
        self.names = tuple(layers)
        self._bands = tuple((os.fspath(band.path), band.number) for band in bands)
        self.grid = read_grid(bands[0].path)
        try:
            with pa.memory_map(os.fspath(index)) as source:
                table = pa.ipc.open_file(source).read_all()
            end = int(table.schema.metadata[b"end"])
            right = int(table.schema.metadata[b"side"]) == SIDE
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise _broken(index, str(error)) from error
        self._down, self._across = _blocks(self.grid)
        if not right or table.num_rows != self._down * self._across:
            raise _broken(index, "the index of another raster")
        self._starts: Indices = np.append(table["start"].to_numpy(), end)
        self.boxes: Boxes = np.stack([table[name].to_numpy() for name in _EDGES], axis=1)

    def __len__(self) -> int:
        """How many cells have an answer."""
        return int(self._starts[-1])

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows of cells that meet any of the boxes in longitude and latitude, ascending, exact."""
        found = [self._search(box) for box in boxes]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found))

    def _search(self, box: Box) -> Rows:
        check(box)
        met = meeting(self.boxes, box)
        whole = met & inside(self.boxes, box)
        cut = [
            self._starts[block] + self._cut(int(block), box)
            for block in np.flatnonzero(met & ~whole)
        ]
        some = np.concatenate([np.empty(0, np.intp), *cut])
        return expanded(
            np.concatenate([self._starts[:-1][whole], some]),
            np.concatenate([self._starts[1:][whole], some + 1]),
        )

    def _cut(self, block: int, box: Box) -> Indices:
        """Which of the answered cells of a block meet the box, by their order in it."""
        places = self._answered(block)
        rings = corners(self.grid, places)
        bounds = np.concatenate([rings.min(axis=1), rings.max(axis=1)], axis=1)
        met = meeting(bounds, box)
        unsure = np.flatnonzero(met & ~inside(bounds, box))
        met[unsure] = shapely.intersects(shapely.polygons(rings[unsure]), outline(box))
        return np.flatnonzero(met)

    def row(self, row: int, col: int) -> int | None:
        """The row number of the cell at (row, col) of the grid; None where it has no answer."""
        if not (0 <= row < self.grid.rows and 0 <= col < self.grid.cols):
            return None
        block = row // SIDE * self._across + col // SIDE
        places = self._answered(block)
        at = np.flatnonzero((places.row == row) & (places.col == col))
        return int(self._starts[block] + at[0]) if at.size else None

    def read(self, rows: slice | Rows) -> tuple[Places, dict[str, Array]]:
        """Places and values of rows, float64 rounded as published; NaN is unknown."""
        at: list[Places] = []
        values: list[Array] = []
        for block, some in self._by_block(self.rows(rows)):
            answered = self._answered(block)
            places = Places(answered.row[some], answered.col[some])
            at.append(places)
            inner = places.row % BLOCK, places.col % BLOCK
            layers = range(len(self._bands))
            values.append(np.stack([self._tile(block, layer)[inner] for layer in layers]))
        empty = np.empty(0, np.intp)
        found = np.concatenate(values, axis=1) if values else np.empty((len(self.names), 0))
        rounded = np.round(found.astype(np.float64), VALUE_DECIMALS)
        row = np.concatenate([one.row for one in at]) if at else empty
        col = np.concatenate([one.col for one in at]) if at else empty
        return Places(row, col), dict(zip(self.names, rounded, strict=True))

    def page(self, rows: slice | Rows) -> bytes:
        """Cells as GeoJSON features, joined by a comma and a line feed."""
        places, values = self.read(rows)
        xy = corners(self.grid, places).reshape(-1, 10)
        told = [[_number(one) for one in column.tolist()] for column in values.values()]
        columns = [places.row.tolist(), places.col.tolist(), *xy.T.tolist(), *told]
        template = _template(self.names)
        return ",\n".join([template % one for one in zip(*columns, strict=True)]).encode()

    def rows(self, rows: slice | Rows) -> Rows:
        """Row numbers as an array."""
        return np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows

    def _by_block(self, rows: Rows) -> Iterator[tuple[int, Indices]]:
        """(block, which of its answered cells); consecutive rows of a block come together."""
        blocks = np.searchsorted(self._starts, rows, side="right") - 1
        breaks = np.flatnonzero(np.diff(blocks)) + 1
        for some, of in zip(np.split(rows, breaks), np.split(blocks, breaks), strict=True):
            if some.size:
                yield int(of[0]), some - self._starts[of[0]]

    def _answered(self, block: int) -> Places:
        top, left = (part * SIDE for part in divmod(block, self._across))
        tile = self._tile(block, 0)
        row, col = top % BLOCK, left % BLOCK
        at = np.nonzero(np.isfinite(tile[row : row + SIDE, col : col + SIDE]))
        return Places(at[0] + top, at[1] + left)

    def _tile(self, block: int, layer: int) -> Array:
        top, left = (part * SIDE // BLOCK * BLOCK for part in divmod(block, self._across))
        return _decoded(*self._bands[layer], self.grid, top, left)


def corners(grid: Grid, places: Places) -> NDArray[np.float64]:
    """Rings of cells in longitude and latitude as emitted, shape (n, 5, 2), counter-clockwise."""
    row = places.row[:, None] + np.array([1, 1, 0, 0, 1])
    col = places.col[:, None] + np.array([0, 1, 1, 0, 0])
    if not row.size:
        return np.empty((0, 5, 2))
    top, left = row.min(), col.min()
    down, across = row.max() + 1 - top, col.max() + 1 - left
    if down * across > row.size:  # cells far from each other
        return _lonlat(grid, row, col)
    lattice = np.mgrid[:down, :across]  # neighbours share their corners
    lonlat = _lonlat(grid, lattice[0] + top, lattice[1] + left)
    found: NDArray[np.float64] = lonlat[row - top, col - left]
    return found


def _lonlat(grid: Grid, row: Indices, col: Indices) -> NDArray[np.float64]:
    """Corners of the lattice in longitude and latitude, rounded; the last axis is (lon, lat)."""
    x, y = grid.west + col * grid.pixel_x, grid.north - row * grid.pixel_y
    lon, lat = transformer(grid.crs, "OGC:CRS84").transform(x, y)
    return np.round(np.stack([lon, lat], axis=-1), DECIMALS)


@lru_cache(maxsize=48)  # of 1 MiB each: what a process remembers is bounded
def _decoded(path: str, band: int, grid: Grid, top: int, left: int) -> Array:
    """One block of one band of a raster that lies in a sealed edition."""
    window = Window(top, left, min(BLOCK, grid.rows - top), min(BLOCK, grid.cols - left))
    with open_cog(Path(path)) as dataset:
        return read_from(dataset, window, band)


def _blocks(grid: Grid) -> tuple[int, int]:
    return -(-grid.rows // SIDE), -(-grid.cols // SIDE)


def _boxes(grid: Grid, window: Window, known: NDArray[np.bool_]) -> Boxes:
    """The box of the known cells of each block of a window, NaN where there is none."""
    lattice = np.mgrid[: window.rows + 1, : window.cols + 1]
    lonlat = _lonlat(grid, lattice[0] + window.row, lattice[1] + window.col)
    around = [lonlat[1:, :-1], lonlat[1:, 1:], lonlat[:-1, 1:], lonlat[:-1, :-1]]
    lows = np.where(known, np.minimum.reduce(around).transpose(2, 0, 1), np.nan)
    highs = np.where(known, np.maximum.reduce(around).transpose(2, 0, 1), np.nan)
    return np.stack(
        [*(_each(one, np.fmin, np.nan) for one in lows),
         *(_each(one, np.fmax, np.nan) for one in highs)], axis=-1,
    )  # fmt: skip


def _each(values: NDArray[Any], reduce: np.ufunc, fill: float) -> NDArray[Any]:
    """One value for each block: ``reduce`` over its cells; ``fill`` beyond the edge."""
    rows, cols = (-(-side // SIDE) * SIDE for side in values.shape)
    kind = np.int64 if values.dtype == np.bool_ else values.dtype
    whole = np.full((rows, cols), fill, kind)
    whole[: values.shape[0], : values.shape[1]] = values
    blocks = whole.reshape(rows // SIDE, SIDE, cols // SIDE, SIDE)
    reduced: NDArray[Any] = reduce.reduce(reduce.reduce(blocks, axis=3), axis=1)
    return reduced


def _template(names: Sequence[str]) -> str:
    pairs = ",".join(["[%r,%r]"] * 5)
    told = ",".join(f'"{name}":%s' for name in names)
    geometry = f'{{"type":"Polygon","coordinates":[[{pairs}]]}}'
    return f'{{"type":"Feature","id":"%d-%d","geometry":{geometry},"properties":{{{told}}}}}'


def _number(value: float) -> str:
    return repr(value) if value == value else "null"  # NaN is not itself


def _broken(path: Path, got: str) -> CorruptFile:
    return unreadable(
        path, "index of cells", expected="the index that was written with the rasters", got=got
    )
