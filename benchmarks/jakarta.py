"""Exposure of 7,689 buildings of Jakarta to a modelled flood, beside slow overlays of the file.

The file's cells of 50 m are brought to 10 m without mixing, so borders move by up to 5 m.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray

from benchmarks import towns
from benchmarks.page import table, text
from geoml.areas import area as areas
from geoml.areas.area import Area
from geoml.areas.ingest import ingest
from geoml.areas.units import units
from geoml.lifecycle.exposure import depths
from geoml.paths import Home
from geoml.raster.grid import transformer
from geoml.types import Array

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "flood" / "jakarta"
BBOX = (106.815, -6.207, 106.976, -6.11)
DEPTHS, BUILDINGS = "jakarta_continuous_flood.tif", "jakarta_building.gpkg"


def section() -> list[str]:
    """Counts per class of depth: ours and the overlays'."""
    with towns.empty_home() as home:
        area = areas.create(home, "jakarta", "Jakarta", bbox=BBOX, resolution_m=10.0)
        ingest(home, area.id, [f"flood_depth={FOLDER / DEPTHS}"])
        ingest(home, area.id, [f"buildings={FOLDER / BUILDINGS}"])
        told = depths(home, area)["by_depth"]
        exact = counted(of_the_file(home, area, FOLDER))
    spots = counted(at_centroids(FOLDER))
    ours, ours_spots = column(told, "buildings"), column(told, "buildings_by_centroid")
    names = [line["title"]["en"] for line in told["classes"]] + ["unknown"]
    every = zip(names, ours, exact, ours_spots, spots, strict=True)
    return [
        text(
            f"""Jakarta: {spots.sum():,} footprints in a file, {spots.sum() - ours.sum()} of them
            twice, and depths in cells of 50 m. By footprint a building counts in the class of the
            mean depth over its ground. *Exact* intersects every footprint with every cell of the
            file, one after another; by centroid it reads the file at the point. The two differ
            from ours because the depths are kept on the grid of the area. The licence of the files
            is unclear: they are counted here, and not shown."""
        ),
        "",
        *table(
            ("depth", "by footprint", "exact", "by centroid", "in the file"),
            [[name, *(f"{count:,}" for count in counts)] for name, *counts in every],
        ),
        "",
        text(
            f"""By footprint, at least {np.abs(ours - exact).sum() / 2:.0f} of {ours.sum():,}
            buildings are in another class than the exact overlay says. Counts cannot tell whether
            the depths are right: no measured depth is at hand, and water beside a wall is not yet
            water in a house."""
        ),
    ]


def counted(depth: Array) -> NDArray[np.intp]:
    """Buildings that are dry, in up to 0.5, 1, 2 m, deeper, and unknown."""
    tests = (depth == 0, (depth > 0) & (depth <= 0.5), (depth > 0.5) & (depth <= 1),
             (depth > 1) & (depth <= 2), depth > 2, np.isnan(depth))  # fmt: skip
    return np.array([one.sum() for one in tests])


def column(told: dict[str, Any], name: str) -> NDArray[np.intp]:
    """One count of ``geoml exposure``, unknown last."""
    return np.array([line[name] for line in (*told["classes"], told["unknown"])])


def at_centroids(folder: Path) -> Array:
    """Depth of the file at each centroid, NaN outside of it."""
    frame = geopandas.read_file(folder / BUILDINGS)
    middle = shapely.centroid(np.asarray(frame.geometry.array))
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    with rasterio.open(folder / DEPTHS) as dataset:
        depth = np.array([one[0] for one in dataset.sample(zip(x, y, strict=True))], float)
        west, south, east, north = dataset.bounds
    depth[(x < west) | (x > east) | (y < south) | (y > north)] = np.nan
    return depth


def of_the_file(home: Home, area: Area, folder: Path) -> Array:
    """Mean depth under each footprint, by the file's own cells brought to the area's CRS."""
    with rasterio.open(folder / DEPTHS) as dataset:
        values, place = dataset.read(1).astype(float), dataset.transform
        col, row = np.meshgrid(np.arange(dataset.width + 1), np.arange(dataset.height + 1))
    x, y = transformer("EPSG:4326", area.crs).transform(*(place @ (col, row)))
    return overlaid(units(home, area, "buildings"), values, x, y)


def overlaid(frame: geopandas.GeoDataFrame, values: Array, x: Array, y: Array) -> Array:
    """Mean of the known cells under each footprint by the area of each in it, one after another.

    ``x`` and ``y`` are the corners of the cells, each of shape (rows + 1, cols + 1).
    """
    west, east, south, north = x[:-1, :-1], x[1:, 1:], y[1:, 1:], y[:-1, :-1]
    means = []
    for shape in frame.geometry:
        left, bottom, right, top = shape.bounds
        rows = np.flatnonzero((south.min(1) <= top) & (north.max(1) >= bottom))
        cols = np.flatnonzero((west.min(0) <= right) & (east.max(0) >= left))
        total = weight = 0.0
        for r in rows:
            for c in cols:
                ring = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
                cell = shapely.Polygon([(x[at], y[at]) for at in ring])
                if np.isfinite(values[r, c]) and cell.intersects(shape):
                    part = cell.intersection(shape).area
                    total, weight = total + part * values[r, c], weight + part
        means.append(total / weight if weight else np.nan)
    return np.array(means)
