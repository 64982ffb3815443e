"""Ready-made GeoJSON: one valid file, one feature a line, so that a page is one slice of it.

Beside the file lies an index (Arrow IPC, memory-mapped) in the same order: where each feature
starts, the box and the WKB of the geometry exactly as the file has it. RFC 7946,
https://www.rfc-editor.org/rfc/rfc7946.
"""

from __future__ import annotations

import json
import math
import os
import weakref
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoml.errors import CorruptFile
from geoml.files import replacing, unreadable
from geoml.vector.packed import Box, Boxes, PackedTree, Rows

DECIMALS = 7  # of a degree: about a centimetre
OPEN, BETWEEN, CLOSE = b'{"type":"FeatureCollection","features":[\n', b",\n", b"\n]}\n"
"""What stands before, between and after the features of the file."""
_AT_ONCE = 20_000


def hilbert_order(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The rows along a Hilbert curve, ties by ``id``: neighbours on the ground are neighbours."""
    place = frame.geometry.hilbert_distance() if len(frame) else ()
    ranked = frame.assign(_place=place).sort_values(["_place", "id"], kind="stable")
    return ranked.drop(columns="_place").reset_index(drop=True)


def write_fragments(path: Path, index: Path, frame: geopandas.GeoDataFrame) -> None:
    """Write the rows of ``frame`` in their order as GeoJSON, and the index of them, atomically.

    Geometries go to longitude and latitude, ``DECIMALS`` decimals, outer rings counter-clockwise.
    The column ``id`` is the id of the feature, all others but the geometry its properties; NaN
    becomes null, because JSON has no NaN.
    """
    with replacing(path) as body, replacing(index) as beside, body.open("wb") as stream:
        tables, at = [], stream.write(OPEN)
        for first in range(0, len(frame), _AT_ONCE):
            part = frame.iloc[first : first + _AT_ONCE]
            shapes = emitted(part.geometry)
            starts: list[int] = []
            for line in _lines(part, shapes):
                at += stream.write(BETWEEN) if first or starts else 0
                starts.append(at)
                at += stream.write(line)
            tables.append(_index(starts, shapes))
        stream.write(CLOSE)
        table = pa.concat_tables([_index([], np.empty(0, object)), *tables]).combine_chunks()
        write_index(beside, table.replace_schema_metadata({"end": str(at)}))


def write_index(path: Path, table: pa.Table) -> None:
    """Write a table as an Arrow IPC file, which is read by mapping it into memory."""
    with pa.OSFile(os.fspath(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)


def emitted(shapes: geopandas.GeoSeries) -> NDArray[Any]:
    """The geometries as GeoJSON shows them: longitude and latitude, rounded, right-handed."""
    lonlat = np.asarray(shapes.to_crs("OGC:CRS84").array, dtype=object)
    rounded = shapely.transform(lonlat, lambda xy: np.round(xy, DECIMALS))
    found: NDArray[Any] = shapely.orient_polygons(rounded, exterior_cw=False)
    return found


def outline(box: Box) -> shapely.Geometry:
    """The geometry of a box: a polygon, or the line or point that a flat one is."""
    west, south, east, north = box
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)])


def feature_line(fid: Any, geometry: str | None, properties: dict[str, Any]) -> bytes:  # noqa: ANN401
    """One feature as one line of JSON; ``geometry`` is GeoJSON text."""
    told = json.dumps(properties, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    name = json.dumps(fid, ensure_ascii=False)
    return (
        f'{{"type":"Feature","id":{name},"geometry":{geometry or "null"},"properties":{told}}}'
    ).encode()


def known(value: Any) -> Any:  # noqa: ANN401 - any cell of a table
    """A value that JSON has: NumPy's numbers as Python's, and NaN, infinity and NA as null."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


class Fragments:
    """A fragments file with its index, opened; safe to read from any thread.

    Raises CorruptFile when the two do not belong together.
    """

    def __init__(self, path: Path, index: Path) -> None:
        try:
            self._handle = os.open(path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._handle)
            with pa.memory_map(os.fspath(index)) as source:
                self._table = pa.ipc.open_file(source).read_all()
            self._end = int(self._table.schema.metadata[b"end"])
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise _broken(path, str(error)) from error
        if os.fstat(self._handle).st_size != self._end + len(CLOSE):
            raise _broken(path, "another length than its index says")
        starts = self._table["start"].to_numpy()
        self._starts = np.append(starts, self._end + len(BETWEEN))
        columns = (self._table[name].to_numpy() for name in ("west", "south", "east", "north"))
        self.boxes: Boxes = np.stack(list(columns), axis=1)
        # Of one chunk and of this type, as it is written, nothing is copied: it stays on the disk.
        wkb = self._table["wkb"].combine_chunks().cast(pa.large_binary())
        self._wkb_starts: Rows = np.frombuffer(wkb.buffers()[1], np.int64)
        self._wkb = memoryview(wkb.buffers()[2] or b"")

    def __len__(self) -> int:
        """How many features there are."""
        return len(self.boxes)

    @cached_property
    def _tree(self) -> PackedTree:
        return PackedTree(self.boxes)

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows whose geometry meets any of the boxes in longitude and latitude, ascending, exact.

        Only those that a box may cut are tested with their geometry; a feature wholly inside
        needs no test.
        """
        found = [self._search(box) for box in boxes]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found))

    def _search(self, box: Box) -> Rows:
        edge = outline(box)

        def meets(doubtful: Rows) -> NDArray[np.bool_]:
            found: NDArray[np.bool_] = shapely.intersects(self.geometries(doubtful), edge)
            return found

        return self._tree.settled(box, meets)

    def geometries(self, rows: Rows) -> NDArray[Any]:
        """Geometries in longitude and latitude as the file shows them, shapely objects."""
        starts, ends = self._wkb_starts[rows].tolist(), self._wkb_starts[rows + 1].tolist()
        pieces = zip(starts, ends, strict=True)
        found: NDArray[Any] = shapely.from_wkb([bytes(self._wkb[a:b]) or None for a, b in pieces])
        return found

    def page(self, rows: slice | Rows) -> bytes:
        """Features joined by a comma and a line feed; a slice of step 1 is one read."""
        if isinstance(rows, slice):
            first, last, _ = rows.indices(len(self))
            return self._read(first, last) if first < last else b""
        if not len(rows):
            return b""
        firsts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)  # a run of rows is one read
        lasts = np.append(firsts[1:], len(rows)) - 1
        starts = self._starts[rows[firsts]].tolist()
        ends = (self._starts[rows[lasts] + 1] - len(BETWEEN)).tolist()
        return BETWEEN.join(map(self._bytes, starts, ends))

    def _read(self, first: int, last: int) -> bytes:
        return self._bytes(int(self._starts[first]), int(self._starts[last]) - len(BETWEEN))

    def _bytes(self, start: int, end: int) -> bytes:
        return os.pread(self._handle, end - start, start)


def _lines(part: geopandas.GeoDataFrame, shapes: NDArray[Any]) -> Iterable[bytes]:
    names = [name for name in part.columns if name not in {"id", part.geometry.name}]
    columns = [[known(value) for value in part[name]] for name in names]
    texts = shapely.to_geojson(shapes)
    for fid, text, *values in zip(part["id"], texts, *columns, strict=True):
        yield feature_line(known(fid), text, dict(zip(names, values, strict=True)))


def _index(starts: list[int], shapes: NDArray[Any]) -> pa.Table:
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    columns = {"start": pa.array(starts, pa.int64())}
    for name, values in zip(("west", "south", "east", "north"), boxes.T, strict=True):
        columns[name] = pa.array(values, pa.float64())
    columns["wkb"] = pa.array(shapely.to_wkb(shapes), pa.large_binary())
    return pa.table(columns)


def _broken(path: Path, got: str) -> CorruptFile:
    return unreadable(
        path, "file of features", expected="GeoJSON, one feature a line, and its index", got=got
    )
