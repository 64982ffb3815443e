"""The layers of a foreign GeoPackage, looked at before GDAL opens it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from geoml.errors import BandNeeded, EmptySource, ForbiddenFormat
from geoml.vector.formats import Opening, unreadable
from geoml.vector.repair import Shape

_CATALOGUE = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_JOURNALS = ("-wal", "-journal")
_LISTED = 16
_STEPS = 20_000_000
_OF_SHAPE: dict[Shape, tuple[str, ...]] = {
    "polygon": ("POLYGON", "CURVEPOLYGON", "SURFACE"),
    "line": ("LINESTRING", "CURVE", "CIRCULARSTRING", "COMPOUNDCURVE"),
    "point": ("POINT",),
}


@dataclass(frozen=True, slots=True)
class Layer:
    """A spatial layer: its name, declared geometry type and number of rows."""

    name: str
    kind: str
    rows: int

    def fits(self, shapes: Sequence[Shape]) -> bool:
        """Whether it has rows, of a type that may hold the shapes that are wanted."""
        kind = self.kind.upper().removeprefix("MULTI")
        any_kind = kind in ("GEOMETRY", "GEOMETRYCOLLECTION", "GEOMCOLLECTION")
        return self.rows > 0 and (any_kind or any(kind in _OF_SHAPE[shape] for shape in shapes))


def settled(path: Path, folder: Path) -> Path:
    """The file to open in the place of ``path``, in ``folder``: a link to it, or a copy.

    SQLite writes beside a database that another program has open or left in the middle (a
    write-ahead log, a journal), and what lies in that log is part of the data. So then the database
    and its log are copied; nothing is ever written next to the foreign file.
    """
    target = folder / "layers.gpkg"
    beside = [(path.with_name(path.name + end), end) for end in _JOURNALS]
    pending = [(log, end) for log, end in beside if log.is_file() and log.stat().st_size]
    with path.open("rb") as stream:
        logging = 2 in stream.read(20)[18:]
    if not (pending or logging):
        target.symlink_to(path.resolve())
        return target
    shutil.copyfile(path, target)
    for log, end in pending:
        shutil.copyfile(log, folder / f"{target.name}{end}")
    return target


def chosen(opening: Opening, shapes: Sequence[Shape]) -> tuple[Layer, bool]:
    """(the layer that was named, or the only one that makes sense; whether there are others).

    Tables without geometry do not count; of several layers the only one with rows that may be
    ``shapes`` is taken.

    Raises:
        UnreadableFile: A broken database.
        EmptySource: No layer with geometries.
        BandNeeded: Several layers, or none of that name; the message lists them.
        ForbiddenFormat: The layer is a view or a virtual table, whose rows are computed.
    """
    try:
        with _database(opening) as database:
            layers = _layers(opening, database)
            layer = _one(opening, layers, shapes)
            _check_table(opening, database, layer.name, "table")
    except sqlite3.Error as error:
        raise unreadable(opening.path, error) from error
    return layer, len(layers) > 1


@contextmanager
def _database(opening: Opening) -> Iterator[sqlite3.Connection]:
    uri = f"{opening.file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        # A table can be made to count for ever; this many steps of SQLite are enough to look.
        database.set_progress_handler(lambda: 1, _STEPS)
        database.execute("PRAGMA trusted_schema = OFF")
        yield database


def _layers(opening: Opening, database: sqlite3.Connection) -> list[Layer]:
    for table in _CATALOGUE:
        _check_table(opening, database, table, "catalogue")
    found = database.execute(
        "SELECT c.table_name, g.geometry_type_name FROM gpkg_contents c "
        "JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) "
        "WHERE c.data_type = 'features' ORDER BY c.rowid"
    ).fetchall()
    layers = [(str(name), str(kind)) for name, kind in found]
    if not layers:
        tables = [str(one) for (one,) in database.execute("SELECT table_name FROM gpkg_contents")]
        raise EmptySource(
            "no layer with geometries",
            where=str(opening.path),
            expected="one layer or more",
            got=", ".join(tables[:_LISTED]) or "no layer",
            next_step="export the layer that is meant",
        )
    return [Layer(name, kind, _rows(database, name)) for name, kind in layers]


def _rows(database: sqlite3.Connection, name: str) -> int:
    """The number of rows of a table; 0 for what is none."""
    quoted = name.replace('"', '""')
    is_table = database.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", (name,)
    ).fetchone()
    if not is_table:
        return 0
    count: int = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]
    return count


def _one(opening: Opening, layers: list[Layer], shapes: Sequence[Shape]) -> Layer:
    if opening.layer is not None:
        named = [layer for layer in layers if layer.name == opening.layer]
        if named:
            return named[0]
        what, got = f"it has no layer {opening.layer[:80]!r}", opening.layer[:80]
    elif len(layers) == 1:
        return layers[0]
    else:
        fitting = [layer for layer in layers if layer.fits(shapes)]
        if len(fitting) == 1:
            return fitting[0]
        what, got = "several layers and none was chosen", f"{len(layers)} layers"
    listed = ", ".join(f"{one.name} ({one.kind}, {one.rows} rows)" for one in layers[:_LISTED])
    raise BandNeeded(
        what,
        where=str(opening.path),
        expected=f"one of {listed}",
        got=got,
        next_step=f"choose one with KEY={opening.path.name}:LAYER",
    )


def _check_table(opening: Opening, database: sqlite3.Connection, name: str, what: str) -> None:
    found = database.execute(
        "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)", (name,)
    ).fetchone()
    if found is None:
        raise unreadable(opening.path, f"no table {name[:80]!r}")
    kind, sql = str(found[0]), str(found[1] or "").upper()
    if kind != "table" or sql.startswith("CREATE VIRTUAL"):
        raise ForbiddenFormat(
            f"{name[:80]!r} is a view or a virtual table, whose rows are computed",
            where=str(opening.path),
            expected=f"a plain {what}",
            got=kind if kind != "table" else "virtual table",
            next_step="export the layer as a new GeoPackage (QGIS: Export > Save features as)",
        )
