"""How many buildings, zones and residents of an area lie in which class of a map.

By class of the score (the legend's), and, where the area has the depth of a flood, by class of
that. A building counts whole, in the class of the **mean over its ground**, each cell weighted by
the exact share of it that the footprint covers; for depths the class of its centroid stands
beside. Residents are spread evenly over their cell, and counted in the class of the ground that
they are spread over. What is unknown is counted as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoml import editions
from geoml.areas import units as area_units
from geoml.areas.area import Area
from geoml.areas.sources import Source, read_on_grid, sources
from geoml.catalog.derived import UNITS
from geoml.contract import Service
from geoml.errors import EmptySource, NotFound
from geoml.lifecycle.classes import DEPTHS_M, Ground, count_of_score, of_depth, of_score
from geoml.paths import Home
from geoml.raster.cog import open_cog, read_from
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array, Text
from geoml.vector.coverage import coverage
from geoml.vector.zonal import around, zonal_means

DEPTH: Final = "flood_depth"
UNKNOWN: Final = Text(fr="inconnu", en="unknown")


def exposure(home: Home, service: Service, area: Area, folder: Path) -> dict[str, Any]:
    """Exposure by the classes of an edition's score, and of depth where there is one.

    ``folder`` holds the edition's ``score.tif``, and ``units.parquet`` where it has units.
    """
    ground = of_score(service, folder)
    found, path = sources(home, area), folder / UNITS
    frame = gpd.read_parquet(path) if path.is_file() else None
    counts: dict[str, Sequence[float]] = {}
    if frame is not None:
        for kind in sorted(set(frame["kind"])):
            scores = frame.loc[frame["kind"] == kind, f"{service.name}_score"]
            counts[str(kind)] = ground.count(scores.to_numpy(float))
    counts |= _residents(area, found, ground)
    edges = service.legend.edges
    limits = [{"from": a, "to": b} for a, b in pairwise(edges)]
    by_zone = _zones(home, area, found, ground, frame, f"{service.name}_score")
    told = {"by_score": _table(ground.titles, counts, limits), **depths(home, area)}
    if by_zone:
        told["zones"] = by_zone
    if "population" in found:
        told["residents_known_percent"] = found["population"].coverage
    return told


def exposure_of_units(service: Service, units: pd.DataFrame) -> dict[str, Any]:
    """How many units of each kind lie in which class of their own score.

    What was found in a picture has its score from itself, not from the ground that it stands on.
    """
    kinds, column = units.groupby("kind"), f"{service.name}_score"
    counts = {
        str(kind): count_of_score(service, one[column].to_numpy(float)) for kind, one in kinds
    }
    limits = [{"from": a, "to": b} for a, b in pairwise(service.legend.edges)]
    return {"by_score": _table(service.legend.labels, counts, limits)}


def depths(home: Home, area: Area) -> dict[str, Any]:
    """Exposure to the depth of a flood, ``{"by_depth": ...}``; empty where the area has none.

    ``buildings`` are classed by the mean depth over their ground, ``buildings_by_centroid`` by the
    depth at their centroid.
    """
    found = sources(home, area)
    source = found.get(DEPTH)
    if source is None:
        return {}
    ground = of_depth(source)
    counts: dict[str, Sequence[float]] = {}
    frame = _units(home, area, "buildings")
    if frame is not None:
        means = zonal_means({DEPTH: source.path}, frame)[DEPTH]
        counts["buildings"] = ground.count(means)
        counts["buildings_by_centroid"] = ground.count(at_centroids(source, area.grid, frame))
    counts |= _residents(area, found, ground)
    above = [None, *DEPTHS_M]
    limits = [{"above_m": a, "to_m": b} for a, b in zip(above, [*DEPTHS_M, None], strict=True)]
    about = {"date": source.date, "return_period_years": source.return_period_years}
    return {"by_depth": {**_table(ground.titles, counts, limits), "source": about}}


def at_centroids(source: Source, grid: Grid, frame: gpd.GeoDataFrame) -> Array:
    """Value of the stored cell that each centroid lies in, float64; NaN outside and where unknown.

    Read block by block: memory does not grow with the raster.
    """
    fine = grid.refine(source.factor)
    centre = shapely.centroid(np.asarray(frame.geometry.array))
    row = np.floor((fine.north - shapely.get_y(centre)) / fine.pixel_y).astype(int)
    col = np.floor((shapely.get_x(centre) - fine.west) / fine.pixel_x).astype(int)
    out = np.full(len(frame), np.nan)
    with open_cog(source.path) as dataset:
        for window in windows(fine, 2048):
            r, c = row - window.row, col - window.col
            here = (r >= 0) & (r < window.rows) & (c >= 0) & (c < window.cols)
            if here.any():
                out[here] = read_from(dataset, window)[r[here], c[here]]
    return out


def published(home: Home, service: Service, area: Area) -> dict[str, Any]:
    """The exposure that the served edition tells; counted now where it was published without.

    Raises NotFound when nothing is published.
    """
    edition = editions.current(home, service.name, area.id)
    if edition is None:
        raise NotFound(
            "no edition to count in",
            where=f"{service.name} in {area.id}",
            next_step=f"geoml run {service.name} --area {area.id}",
        )
    told: dict[str, Any] | None = edition.manifest().get("exposure")
    if told is None and service.segmentation is not None:
        return exposure_of_units(service, gpd.read_parquet(edition.folder / UNITS))
    return told if told is not None else exposure(home, service, area, edition.folder)


def _table(
    titles: Sequence[Text],
    counts: Mapping[str, Sequence[float]],
    limits: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """One row a class, and the unknown beside."""

    def at(number: int) -> dict[str, float]:
        return {what: several[number] for what, several in counts.items()}

    rows = [
        {**limit, "title": title.as_dict(), **at(number)}
        for number, (limit, title) in enumerate(zip(limits, titles, strict=True))
    ]
    return {"classes": rows, "unknown": {"title": UNKNOWN.as_dict(), **at(len(rows))}}


def _residents(area: Area, found: Mapping[str, Source], ground: Ground) -> dict[str, list[float]]:
    """Residents by class, ``{"residents": [...]}``; empty where nobody counted them."""
    people = found.get("population")
    if people is None:
        return {}
    total = sum(_living(area, people, ground, window) for window in ground.windows(area.grid))
    return {"residents": _rounded(total)}


def _living(
    area: Area, people: Source, ground: Ground, window: Window, within: Array | None = None
) -> Array:
    """Residents of a window by class; of those in each cell only the share ``within``."""
    living = np.nan_to_num(read_on_grid(people, area.grid, window).astype(float))
    if within is not None:
        living = living * within
    total: Array = (ground.shares(window) * living).sum(axis=(1, 2))
    return total


def _zones(
    home: Home,
    area: Area,
    found: Mapping[str, Source],
    ground: Ground,
    frame: gpd.GeoDataFrame | None,
    column: str,
) -> dict[str, dict[str, Any]]:
    """By the id of each zone: buildings (by a point inside them) and residents in each class."""
    zones = _units(home, area, "zones")
    if zones is None:
        return {}
    shapes = np.asarray(zones.geometry.array)
    several: dict[str, dict[str, Any]] = {id_: {} for id_ in zones["id"]}
    if frame is not None and (built := frame[frame["kind"] == "buildings"]).size:
        points = shapely.point_on_surface(np.asarray(built.geometry.array))
        point, zone = shapely.STRtree(shapes).query(points, predicate="within")
        scores = built[column].to_numpy(float)[point]
        for number, id_ in enumerate(zones["id"]):
            several[id_]["buildings"] = ground.count(scores[zone == number])
    people = found.get("population")
    for id_, shape in zip(zones["id"], shapes, strict=True):
        if people is not None:
            parts = (
                _living(area, people, ground, w, coverage([shape], area.grid.window(w)))
                for w in _around(area.grid, ground, shape)
            )
            several[id_]["residents"] = _rounded(sum(parts, np.zeros(len(ground.titles) + 1)))
    return several


def _around(grid: Grid, ground: Ground, shape: shapely.Geometry) -> Iterator[Window]:
    """Windows that together hold a shape."""
    west, south, east, north = map(float, shapely.bounds(shape))
    held = around(grid, west, south, east, north)
    if held is not None:
        for part in ground.windows(grid.window(held)):
            yield Window(held.row + part.row, held.col + part.col, part.rows, part.cols)


def _units(home: Home, area: Area, kind: str) -> gpd.GeoDataFrame | None:
    try:
        return area_units.units(home, area, kind)
    except EmptySource:
        return None


def _rounded(total: Any) -> list[float]:  # noqa: ANN401 - a sum of arrays, or 0
    return [round(float(one), 1) for one in np.asarray(total)]
