"""Reading a vector file that a stranger hands in: what is usable of it, and what was not."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geoml.files import spacious
from geoml.vector import archive, geojson, geopackage, geoparquet, ogr, osm, shapefile
from geoml.vector.earth import moved
from geoml.vector.formats import Opening, forbidden, recognised, sniff, unreadable
from geoml.vector.repair import Shape, usable
from geoml.vector.rows import Asked, Bounds, Choose, Columns, Rows, Share

_FAILURES = (
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
    pyarrow.ArrowException,
    OSError,
    ValueError,
    KeyError,
)
_READERS: dict[str, Callable[[Opening, Asked], Iterator[Rows]]] = {
    "GPKG": ogr.read,
    "FlatGeobuf": ogr.read,
    "ESRI Shapefile": ogr.read,
    "GeoJSON": geojson.read,
    "Parquet": geoparquet.read,
    "OSM": osm.read,
}


@dataclass(frozen=True, slots=True)
class Read:
    """The usable rows of a file, in the CRS that was asked for, and what became of the others.

    ``geometries`` are valid, flat, of the shapes that were asked for, shape (n,); ``columns``
    hold the chosen attributes of the same rows. ``extent`` bounds all usable rows, those
    elsewhere included, and ``hull`` is their convex hull; None when there are none. ``licence`` is
    what the format implies (OSM).
    """

    geometries: NDArray[Any]
    columns: Columns
    rows: int
    null: int
    repaired: int
    dropped: int
    elsewhere: int
    extent: Bounds | None
    hull: shapely.Geometry | None = None
    unreadable: int = 0
    others: int = 0
    notes: tuple[str, ...] = ()
    licence: str | None = None

    def told(self) -> str:
        """The counts in words."""
        counts = {
            "rows": self.rows,
            "without geometry": self.null,
            "dropped (geometries that cannot be read)": self.unreadable,
            "repaired": self.repaired,
            "dropped (unusable or of another shape)": self.dropped,
            "elsewhere": self.elsewhere,
            "of another kind that cannot be read": self.others,
        }
        words = [f"{count} {word}" for word, count in counts.items() if count]
        return ", ".join([*words, *self.notes]) or "no row"


def read_foreign(
    path: Path,
    *,
    crs: str,
    drivers: Sequence[str],
    shapes: Sequence[Shape],
    layer: str | None = None,
    within: Bounds | None = None,
    choose: Choose = lambda _: (),
    subject: str | None = None,
    scratch: Path | None = None,
    progress: Share = lambda _: None,
) -> Read:
    """Read the rows of a foreign file whose box meets ``within`` (in ``crs``), not cut.

    Heights (Z) are dropped, curves drawn as lines, invalid polygons repaired; ``choose`` picks
    attribute names out of those that the file has. Of an OSM extract the ``subject`` is read, see
    ``osm``. Temporary files go into a folder in ``scratch``; nothing is written beside ``path``.

    Raises:
        UnreadableFile, ForbiddenFormat, OversizedHeader: As ``formats.recognised``.
        BandNeeded: Several layers and none chosen, or one that is not there.
        EmptySource: No layer with geometries.
        MissingCrs: No CRS, or one that is not on Earth.
    """
    tally = _Tally(crs, tuple(shapes), within)
    with (
        warnings.catch_warnings(),
        tempfile.TemporaryDirectory(prefix=".reading-", dir=scratch) as folder,
    ):
        # GDAL's, on rows that we count ourselves, and on dropping measures (M).
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        asked = Asked(tuple(shapes), crs, within, choose, subject, Path(folder), progress)
        try:
            with spacious(asked.folder):
                opening = opened(path, drivers, layer, asked.folder)
                for rows in _READERS[opening.driver](opening, asked):
                    tally.add(rows)
        except _FAILURES as error:
            text = str(error).replace(folder, "").replace(str(path.resolve()), path.name)
            raise unreadable(path, text or type(error).__name__) from error
    return tally.read()


def opened(path: Path, drivers: Sequence[str], layer: str | None, folder: Path) -> Opening:
    """The file to open in the place of a foreign one: linked, copied or unpacked in ``folder``.

    Raises as ``formats.recognised`` and ``archive.unpacked``.
    """
    driver, file = recognised(path, drivers), path
    if driver == "zip":
        file, layer = archive.unpacked(path, folder, layer)
        driver = sniff(file)
        if driver not in drivers:
            raise forbidden(path, drivers, f"{driver}, in a zip archive")
    if driver == "GPKG":
        file = geopackage.settled(file, folder)
    elif driver == "ESRI Shapefile" and file.parent != folder:
        file = shapefile.gathered(file, folder)
    elif driver in ("FlatGeobuf", "OSM"):
        plain = folder / ("rows.fgb" if driver == "FlatGeobuf" else "rows.osm.pbf")
        plain.symlink_to(file.resolve())
        file = plain
    return Opening(path, driver, file, layer)


@dataclass(slots=True)
class _Tally:
    """Collects the usable rows batch by batch, and counts what becomes of the others."""

    crs: str
    shapes: tuple[Shape, ...]
    within: Bounds | None
    kept: list[Rows] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    hulls: list[shapely.Geometry] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        """Keep what is usable and near of one batch."""
        given = rows.geometries
        gone = int(np.count_nonzero(shapely.is_missing(given) | shapely.is_empty(given)))
        kept, index, repaired = usable(moved(given, rows.crs, self.crs), self.shapes)
        if len(kept):
            self.hulls.append(_hull(kept))
        near = self._near(shapely.bounds(kept))
        columns = {name: values[index][near] for name, values in rows.columns.items()}
        self.kept.append(Rows(kept[near], columns, self.crs, 0, 0, 0, rows.notes, rows.licence))
        self._count(
            rows=len(given) + rows.skipped,
            null=gone - rows.unreadable,
            unreadable=rows.unreadable,
            others=rows.others,
            repaired=repaired,
            dropped=len(given) - gone - len(kept),
            elsewhere=int(np.count_nonzero(~near)) + rows.skipped,
        )

    def read(self) -> Read:
        """All that was kept, and the counts."""
        names = dict.fromkeys(name for rows in self.kept for name in rows.columns)
        notes = dict.fromkeys(note for rows in self.kept for note in rows.notes)
        hull = shapely.union_all(self.hulls).convex_hull if self.hulls else None
        return Read(
            np.concatenate([rows.geometries for rows in self.kept] or [_NOTHING]),
            {name: np.concatenate([_column(rows, name) for rows in self.kept]) for name in names},
            extent=None if hull is None else hull.bounds,
            hull=hull,
            notes=tuple(notes),
            licence=next((rows.licence for rows in self.kept if rows.licence), None),
            **{name: self.counts.get(name, 0) for name in _COUNTED},
        )

    def _near(self, bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
        if self.within is None:
            return np.ones(len(bounds), bool)
        west, south, east, north = self.within
        near: NDArray[np.bool_] = (
            (bounds[:, 0] < east)
            & (bounds[:, 2] > west)
            & (bounds[:, 1] < north)
            & (bounds[:, 3] > south)
        )
        return near

    def _count(self, **counts: int) -> None:
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


def _hull(geometries: NDArray[Any]) -> shapely.Geometry:
    coordinates = shapely.get_coordinates(geometries)
    # One line through all of them costs a tenth of as many points.
    line = shapely.LineString(np.vstack([coordinates, coordinates[:1]]))
    hull: shapely.Geometry = line.convex_hull
    return hull


_NOTHING: NDArray[Any] = np.empty(0, dtype=object)
_COUNTED = ("rows", "null", "repaired", "dropped", "elsewhere", "unreadable", "others")


def _column(rows: Rows, name: str) -> NDArray[Any]:
    """A column of a batch, which another batch of the file may have and this one not."""
    if name in rows.columns:
        return rows.columns[name]
    return np.full(len(rows.geometries), None, dtype=object)
