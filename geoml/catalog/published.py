"""The two kinds of features that an edition publishes: units of a town, and cells of its grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import geopandas
import numpy as np
import pyarrow as pa
import shapely

from geoml.areas.area import Area
from geoml.catalog import audience
from geoml.catalog.derived import CELLS, UNITS, cells_index, fragments
from geoml.catalog.fields import Field, fields_of
from geoml.catalog.layers import names_of as layer_names
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

    kind: Literal["units", "cells"]
    audience: Literal["public", "staff"]
    fields: tuple[Field, ...]
    bbox: Box

    def __init__(self, service: Service, area: Area, edition: EditionRef, *, pinned: bool) -> None:
        manifest = edition.manifest()
        self.service, self.area, self.edition = service.name, area.id, edition.id
        suffix = CELLS if self.kind == "cells" else ""
        pin = f"@{edition.id}" if pinned else ""
        self.id = f"{service.name}-{area.id}{suffix}{pin}"
        self.pinned, self.crs, self.when = pinned, area.crs, manifest["date"]
        self.description = service.summary
        of = audience.of_cells if self.kind == "cells" else audience.of_units
        self.audience = of(service)
        self.etag = f"{edition.id}-{self.kind}"


class Units(_Published):
    """The units of one edition: buildings, zones, whatever the service speaks of."""

    kind: Literal["units", "cells"] = "units"

    def __init__(
        self, home: Home, service: Service, area: Area, edition: EditionRef, *, pinned: bool
    ) -> None:
        super().__init__(service, area, edition, pinned=pinned)
        self.title = Text(
            fr=f"{service.title.fr}, {area.name}", en=f"{service.title.en}, {area.name}"
        )
        self._table = read_table(edition.folder / UNITS)
        self._fragments = fragments(home, edition)
        self.bbox = outward(self._fragments.boxes) or area.grid.lonlat_bounds()
        self.fields = fields_of(service, self._table.schema)

    def __len__(self) -> int:
        """How many units there are."""
        return len(self._fragments)

    def search(self, boxes: Sequence[Box]) -> Rows:
        """Rows whose geometry meets any of the boxes."""
        return self._fragments.search(boxes)

    def page(self, rows: slice | Rows) -> bytes:
        """Ready-made features."""
        return self._fragments.page(rows)

    def row(self, fid: str) -> int | None:
        """The row of a unit."""
        return self._rows.get(fid)

    def table(self, columns: Sequence[str], rows: slice | Rows | None = None) -> pa.Table:
        """Properties of rows."""
        return _taken(self._table.select(list(columns)), rows)

    def frame(self, rows: slice | Rows) -> geopandas.GeoDataFrame:
        """Rows in the area's CRS."""
        return geopandas.GeoDataFrame.from_arrow(_taken(self._table, rows))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {fid: row for row, fid in enumerate(self._table["id"].to_pylist())}


class Cells(_Published):
    """The cells of the analysis grid that have an answer; drawn from the rasters when asked for.

    The id of a cell is ``<row>-<column>`` of the grid, from 0 in the north-west: the same in every
    edition of the area.
    """

    kind: Literal["units", "cells"] = "cells"

    def __init__(
        self, home: Home, service: Service, area: Area, edition: EditionRef, *, pinned: bool
    ) -> None:
        super().__init__(service, area, edition, pinned=pinned)
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
