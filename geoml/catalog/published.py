"""The two kinds of features that an edition publishes: units of a town, and cells of its grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoml.areas.area import Area
from geoml.catalog.derived import UNITS, cells_index, fragments
from geoml.catalog.fields import Field, fields_of, title_of_kind
from geoml.catalog.layers import names_of as layer_names
from geoml.catalog.sections import Section
from geoml.contract import Service
from geoml.editions import EditionRef
from geoml.paths import Home
from geoml.raster.cog import Band, Layer
from geoml.types import Text
from geoml.vector.cells import CellStore
from geoml.vector.fragments import DECIMALS
from geoml.vector.packed import Box, Rows
from geoml.vector.read import read_table


class _Published:
    """What both kinds say of themselves."""

    fields: tuple[Field, ...]
    bbox: Box

    def __init__(
        self, service: Service, area: Area, edition: EditionRef, section: Section, *, pinned: bool
    ) -> None:
        manifest = edition.manifest()
        self.service, self.area, self.edition = service.name, area.id, edition.id
        self.section = section
        self.kind: Literal["units", "cells"] = section.kind
        self.audience: Literal["public", "staff"] = section.audience
        pin = f"@{edition.id}" if pinned else ""
        self.id = f"{service.name}-{area.id}{section.suffix}{pin}"
        self.pinned, self.crs, self.when = pinned, area.crs, manifest["date"]
        told = manifest.get("sources", {}).values()
        self.licences = tuple(sorted({one["licence"] for one in told if one.get("licence")}))
        self.description = service.summary
        self.etag = f"{edition.id}-{section.label}"


class Stored:
    """All units of an edition as they were published: a table, and the same rows ready-made."""

    def __init__(self, home: Home, edition: EditionRef) -> None:
        self.table = read_table(edition.folder / UNITS)
        self.fragments = fragments(home, edition)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each id."""
        return {fid: row for row, fid in enumerate(self.table["id"].to_pylist())}


class Units(_Published):
    """Units of one edition: buildings, zones, whatever the service speaks of.

    Those of a section are a choice of its rows: one table and one file of features serve all.
    """

    def __init__(
        self, stored: Stored, service: Service, area: Area, edition: EditionRef,
        section: Section, *, pinned: bool,
    ) -> None:  # fmt: skip
        super().__init__(service, area, edition, section, pinned=pinned)
        self.title = _title(service, area, section)
        self._stored, self._table = stored, stored.table
        self._chosen = _chosen(stored.table, section)
        boxes = stored.fragments.boxes[self._chosen]
        self.bbox = outward(boxes) or area.grid.lonlat_bounds()
        self.fields = fields_of(service, self._table.schema)

    def __len__(self) -> int:
        """How many units there are."""
        if isinstance(self._chosen, slice):
            return len(self._stored.fragments)
        return len(self._chosen)

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows whose geometry meets any of the boxes."""
        found = self._stored.fragments.search(boxes)
        if isinstance(self._chosen, slice):
            return found
        if not len(self._chosen):
            return self._chosen
        at = np.searchsorted(self._chosen, found)  # both ascend
        there: Rows = at[self._chosen.take(at, mode="clip") == found]
        return there

    def page(self, rows: slice | Rows) -> bytes:
        """Ready-made features."""
        return self._stored.fragments.page(self._of(rows))

    def row(self, fid: str) -> int | None:
        """The row of a unit; None for one that is not of this section, as for one of nobody."""
        row = self._stored.rows.get(fid)
        if row is None or isinstance(self._chosen, slice):
            return row
        at = int(np.searchsorted(self._chosen, row))
        return at if at < len(self._chosen) and self._chosen[at] == row else None

    def table(self, columns: Sequence[str], rows: slice | Rows | None = None) -> pa.Table:
        """Properties of rows."""
        return _taken(self._table.select(list(columns)), self._of(rows))

    def frame(self, rows: slice | Rows) -> geopandas.GeoDataFrame:
        """Rows in the area's CRS."""
        return geopandas.GeoDataFrame.from_arrow(_taken(self._table, self._of(rows)))

    def _of(self, rows: slice | Rows | None) -> slice | Rows:
        """Rows of this section as rows of the table."""
        if isinstance(self._chosen, slice):
            return self._chosen if rows is None else rows
        return self._chosen if rows is None else self._chosen[rows]


def _title(service: Service, area: Area, section: Section) -> Text:
    fr, en = f"{service.title.fr}, {area.name}", f"{service.title.en}, {area.name}"
    if not section.suffix:
        return Text(fr=fr, en=en)
    of = title_of_kind(section.suffix.removeprefix("-"))
    return Text(fr=f"{fr} : {of.fr}", en=f"{en}: {of.en}")


def _chosen(table: pa.Table, section: Section) -> slice | Rows:
    """Rows of the kinds of a section, ascending; all of them where it names none."""
    if section.kinds is None:
        return slice(None)
    return np.flatnonzero(pc.is_in(table["kind"], pa.array(section.kinds)).to_numpy())


class Cells(_Published):
    """The cells of the analysis grid that have an answer; drawn from the rasters when asked for.

    The id of a cell is ``<row>-<column>`` of the grid, from 0 in the north-west: the same in every
    edition of the area.
    """

    def __init__(
        self, home: Home, service: Service, area: Area, edition: EditionRef,
        section: Section, *, pinned: bool,
    ) -> None:  # fmt: skip
        super().__init__(service, area, edition, section, pinned=pinned)
        self.title = Text(
            fr=f"{service.title.fr}, {area.name} : mailles de {area.resolution_m:g} m",
            en=f"{service.title.en}, {area.name}: cells of {area.resolution_m:g} m",
        )
        layers = _layers(service, edition)
        self._store = CellStore(cells_index(home, edition), layers)
        self.bbox = outward(self._store.boxes) or area.grid.lonlat_bounds()
        self.fields = fields_of(service, pa.schema([(name, pa.float64()) for name in layers]))

    def __len__(self) -> int:
        """How many cells have an answer."""
        return len(self._store)

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows of cells that meet any of the boxes."""
        return self._store.search(boxes)

    def page(self, rows: slice | Rows) -> bytes:
        """Cells as features."""
        return self._store.page(rows)

    def row(self, fid: str) -> int | None:
        """The row of a cell."""
        row, dash, col = fid.partition("-")
        plain = dash and all(part.isascii() and part.isdigit() for part in (row, col))
        if not plain or max(len(row), len(col)) > 9 or f"{int(row)}-{int(col)}" != fid:
            return None
        return self._store.row(int(row), int(col))

    def table(self, columns: Sequence[str], rows: slice | Rows | None = None) -> pa.Table:
        """Properties of rows; of all of them only where memory holds them: 8 bytes each."""
        places, values = self._store.read(slice(None) if rows is None else rows)
        found: dict[str, Any] = {
            name: pa.array(values[name], from_pandas=True) for name in columns if name != "id"
        }
        if "id" in columns:
            found["id"] = pa.array(_ids(places.row.tolist(), places.col.tolist()), pa.string())
        return pa.table({name: found[name] for name in columns})

    def frame(self, rows: slice | Rows) -> geopandas.GeoDataFrame:
        """Rows in the area's CRS."""
        places, values = self._store.read(rows)
        grid = self._store.grid
        west = grid.west + places.col * grid.pixel_x
        north = grid.north - places.row * grid.pixel_y
        shapes = shapely.box(west, north - grid.pixel_y, west + grid.pixel_x, north)
        told = {"id": _ids(places.row.tolist(), places.col.tolist()), **values}
        return geopandas.GeoDataFrame(told, geometry=shapes, crs=grid.crs)


def _layers(service: Service, edition: EditionRef) -> dict[str, Layer]:
    """What is told of a cell, and the raster that holds it; the score comes first."""
    folder, manifest = edition.folder, edition.manifest()
    names = [name for name in layer_names(edition) if name != "score"]
    found: dict[str, Layer] = {f"{service.name}_score": folder / "score.tif"}
    found |= {name: folder / f"{name}.tif" for name in names}
    bands = list(manifest.get("inputs", ()))
    carried = [name for name in service.carried if name in bands]
    inputs = folder / "inputs.tif"
    return found | {name: Band(inputs, bands.index(name) + 1) for name in carried}


def outward(boxes: Any) -> Box | None:  # noqa: ANN401 - array of shape (n, 4)
    """The box around boxes, rounded away from them: an extent may be too large, never too small.

    None where there is no box, or none but of NaN.
    """
    known = boxes[~np.isnan(boxes[:, 0])]
    if not len(known):
        return None
    scale = 10**DECIMALS
    west, south = (math.floor(v * scale) / scale for v in known[:, :2].min(axis=0))
    east, north = (math.ceil(v * scale) / scale for v in known[:, 2:].max(axis=0))
    return west, south, east, north


def _ids(rows: list[int], cols: list[int]) -> list[str]:
    return [f"{row}-{col}" for row, col in zip(rows, cols, strict=True)]


def _taken(table: pa.Table, rows: slice | Rows | None) -> pa.Table:
    if rows is None:
        return table
    if isinstance(rows, slice):
        first, last, _ = rows.indices(table.num_rows)
        return table.slice(first, max(0, last - first))
    return table.take(pa.array(rows, pa.int64()))
