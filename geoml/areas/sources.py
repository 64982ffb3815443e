"""The sources of an area, and reading them on its analysis grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from shapely import from_wkt

from geoml.areas.area import Area
from geoml.areas.keys import KEYS, Kind, get
from geoml.areas.stored import alone, remove, settled
from geoml.areas.surroundings import Around, around
from geoml.errors import GridMismatch, InvalidArgument, NotFound
from geoml.paths import Home
from geoml.raster.cog import open_cog, read_from
from geoml.raster.grid import Grid, Window
from geoml.types import Array
from geoml.vector.coverage import coverage

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """An ingested layer of an area.

    ``date`` is the day it shows (ISO 8601) or None; ``factor`` says how many stored cells make one
    cell of the analysis grid, each way; ``support_m`` is the size on the ground of what the sensor
    resolves; ``coverage`` is the percentage of the area that it knows. ``extent`` is, for vectors,
    the bounds in the area's CRS of everything the files held, cut at the grid; ``cover`` is the
    ground that they speak of, as WKT in that CRS: outside it they are silent. ``cover_stated``
    says that somebody vouched for it. ``around`` is the same source beyond the area.
    ``masked_percent`` of the cells went as cloud or shadow.
    ``return_period_years`` is that of the event it shows, where somebody named one. ``warnings``
    are what whoever reads an answer made from it must know: code, fr, en.
    """

    key: str
    path: Path
    kind: Kind
    unit: str
    quantity: str
    date: str | None
    licence: str | None
    sensor: str | None
    sha256: str
    coverage: float
    factor: int = 1
    native_m: float | None = None
    support_m: float | None = None
    extent: tuple[float, float, float, float] | None = None
    masked_percent: float | None = None
    cover: str | None = None
    cover_stated: bool = False
    around: Around | None = None
    return_period_years: float | None = None
    warnings: tuple[Mapping[str, str], ...] = ()


def sources(home: Home, area: Area) -> dict[str, Source]:
    """Key -> source of everything ingested into an area, in the order of the keys."""
    folder = home.sources(area.id)
    documents = {key: settled(folder, key) for key in KEYS}
    return {
        key: _source(folder, key, found, area.grid) for key, found in documents.items() if found
    }


def forget(home: Home, area: Area, key: str) -> None:
    """Remove one source of an area, its data and its STAC item.

    Features that came from it go with the next refresh; editions stay as they were published.
    The ids of its units are kept for when the key is ingested again.

    Raises:
        UnknownKey: No such key.
        NotFound: The area has no such source.
    """
    get(key)
    folder = home.sources(area.id)
    if folder.is_dir():
        with alone(folder):
            if settled(folder, key) is not None:
                remove(folder, key)
                return
    known = ", ".join(sources(home, area))
    raise NotFound(
        f"no source {key!r} in this area",
        where=area.id,
        expected=f"one of {known}" if known else "a source; there is none yet",
        next_step=f"geoml area show {area.id} lists them",
    )


def _source(folder: Path, key: str, item: Mapping[str, Any], grid: Grid) -> Source:
    told = item["properties"]
    extent = told.get("geoml:extent")
    return Source(
        key=key,
        path=folder / item["assets"]["data"]["href"],
        kind="vector" if told.get("geoml:factor") is None else KEYS[key].kind,
        unit=told["geoml:unit"],
        quantity=told["geoml:quantity"],
        date=told["datetime"][:10] if told.get("datetime") else None,
        licence=told.get("geoml:licence", told.get("license")),  # STAC takes no free text
        sensor=told.get("geoml:sensor"),
        sha256=item["assets"]["data"]["file:checksum"].removeprefix("1220"),
        coverage=told["geoml:coverage_percent"],
        factor=told.get("geoml:factor", 1),
        native_m=told.get("geoml:native_m"),
        support_m=told.get("geoml:support_m"),
        extent=tuple(extent) if extent else None,
        masked_percent=told.get("geoml:masked_percent"),
        cover=told.get("geoml:cover"),
        cover_stated=told.get("geoml:cover_stated", False),
        around=around(folder, grid, item),
        return_period_years=told.get("geoml:return_period_years"),
        warnings=tuple(told.get("geoml:warnings", ())),
    )


def read_on_grid(source: Source, grid: Grid, window: Window) -> Array:
    """A raster source on one window of the analysis grid, float32, shape (rows, cols).

    Stored cells nest exactly in cells of the grid: quantities are averaged, counts summed, and of
    classes the most frequent one is taken (the smallest of equals). A cell is NaN where less than
    half of its stored cells are known. Polygons of a class key are class 1 where they cover at
    least half of a cell, 0 elsewhere on the ground that they speak of, and NaN beyond it.

    Raises:
        InvalidArgument: A vector of another key, or an image.
        GridMismatch: The source was stored for another grid.
    """
    if source.kind == "vector" and KEYS[source.key].kind == "class":
        return _covered(source, grid.window(window))
    if source.kind in ("vector", "rgb"):
        raise InvalidArgument(
            "no quantity to read on a grid", where=source.key, got=f"a source of kind {source.kind}"
        )
    f = source.factor
    out = np.empty((window.rows, window.cols), np.float32)
    strip = max(1, _CELLS_AT_ONCE // max(1, window.cols * f * f))
    with open_cog(source.path) as dataset:
        if (dataset.height, dataset.width) != (grid.rows * f, grid.cols * f):
            raise GridMismatch(
                "stored for another grid",
                where=str(source.path),
                expected=f"{grid.rows * f} x {grid.cols * f} cells",
                got=f"{dataset.height} x {dataset.width}",
                next_step="ingest it again",
            )
        for row in range(0, window.rows, strip):
            rows = min(strip, window.rows - row)
            part = Window((window.row + row) * f, window.col * f, rows * f, window.cols * f)
            out[row : row + rows] = gathered(read_from(dataset, part), f, source.kind)
    return out


def _covered(source: Source, grid: Grid) -> Array:
    """Class 1, 0 or NaN of each cell; see ``read_on_grid``."""
    from geoml.vector.read import read_geometries

    flooded = coverage(read_geometries(source.path), grid) >= 0.5
    if source.cover is None:
        return flooded.astype(np.float32)
    known = flooded | (coverage([from_wkt(source.cover)], grid) >= 0.5)
    return np.where(known, flooded, np.nan).astype(np.float32)


def gathered(values: Array, factor: int, kind: Kind) -> Array:
    """Blocks of ``factor`` x ``factor`` cells as one cell each; see ``read_on_grid``."""
    if factor == 1:
        return values.astype(np.float32, copy=False)
    rows, cols = values.shape[0] // factor, values.shape[1] // factor
    blocks = values.reshape(rows, factor, cols, factor).swapaxes(1, 2).reshape(rows, cols, -1)
    known = np.isfinite(blocks).sum(axis=2)
    enough = 2 * known >= factor * factor
    if kind == "class":
        return np.where(enough, _mode(blocks), np.nan).astype(np.float32)
    total = np.nansum(blocks, axis=2, dtype=np.float64)
    if kind != "count":
        total /= np.maximum(known, 1)
    return np.where(enough, total, np.nan).astype(np.float32)


def _mode(blocks: Array) -> Array:
    """Most frequent value along the last axis, the smallest of equals; NaN only where all are."""
    ordered = np.sort(blocks, axis=-1)  # NaN last
    run = np.ones(ordered.shape[:-1])
    best, longest = ordered[..., 0].copy(), np.where(np.isfinite(ordered[..., 0]), 1.0, 0.0)
    for i in range(1, ordered.shape[-1]):
        same = ordered[..., i] == ordered[..., i - 1]
        run = np.where(same, run + 1, np.where(np.isfinite(ordered[..., i]), 1.0, 0.0))
        better = run > longest
        best, longest = np.where(better, ordered[..., i], best), np.maximum(run, longest)
    return best
