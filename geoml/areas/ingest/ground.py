"""Whether a staged terrain model shows roofs: said at ingestion, and kept beside the source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoml.areas.ingest.rasters import Scene
from geoml.areas.sources import gathered
from geoml.features.surface_kind import (
    COARSEST_M,
    WALL_M,
    footprint_rises,
    shows_buildings,
)
from geoml.raster.cog import grid_of, open_cog, read_from
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array, Text
from geoml.vector.coverage import VectorBlocks

KEY = "dem"
PIECE_M = 500.0
MOST_PIECES = 400
"""Pieces of a large area that are looked at, spread over all of it."""
FINEST_M = 2.0
"""Finer cells are averaged to about this size: a house is a house at 2 m."""
ENOUGH_BUILDINGS, MOST_BUILDINGS = 5, 300
SURFACE = Text(
    fr="Le modèle d'altitude semble contenir des bâtiments (modèle de surface) : hauteurs, pentes "
    "et écoulement de l'eau y sont faussés en ville.",
    en="The elevation model seems to contain buildings (a surface model): in town, heights, slopes "
    "and the flow of water are distorted.",
)
NOTE = "buildings stand in it: a surface model? water and slopes need bare ground (a terrain model)"


def warn_of_surface(
    staged: Mapping[str, dict[str, Any]], scene: Scene, footprints: Path | None = None
) -> None:
    """Add a warning and a note to the facts of the terrain model when buildings stand in it.

    ``footprints`` are the buildings that the area has; those of the same call come first. Where
    five of them or more can be measured, they decide; else the shape of the ground does. Nothing
    is said of a file whose cells are larger than ``surface_kind.COARSEST_M``.
    """
    facts = staged.get(KEY)
    if facts is None or facts["native_m"] > COARSEST_M:
        return
    if "buildings" in staged:
        footprints = scene.folder / staged["buildings"]["file"]
    if is_surface(scene.folder / facts["file"], footprints):
        facts["notes"] = [*facts["notes"], NOTE]
        facts["warnings"] = [{"code": "surface_model", **SURFACE.as_dict()}]


def is_surface(elevation: Path, footprints: Path | None = None) -> bool:
    """Whether buildings stand in one of our own rasters of elevation."""
    shapes = None if footprints is None else _blocks(footprints)
    roofs, rises = False, list[float]()
    for values, grid in _pieces(elevation):
        roofs = roofs or shows_buildings(values, grid.pixel_x, grid.pixel_y)
        if shapes is not None and len(rises) < MOST_BUILDINGS:
            inside = shapes.coverage(grid) >= 0.5
            rises += footprint_rises(values, inside, grid.pixel_x, grid.pixel_y).tolist()
        if len(rises) >= MOST_BUILDINGS or (shapes is None and roofs):
            break
    if len(rises) >= ENOUGH_BUILDINGS:
        return float(np.median(rises)) >= 0.75 * WALL_M
    return roofs


def _blocks(footprints: Path) -> VectorBlocks:
    from geoml.vector.read import read_geometries  # with pandas, for who has footprints alone

    return VectorBlocks(read_geometries(footprints))


def _pieces(path: Path) -> Iterator[tuple[Array, Grid]]:
    """Squares of about ``PIECE_M``, in cells of about ``FINEST_M`` or as fine as they are."""
    with open_cog(path) as dataset:
        grid = grid_of(dataset)
        pixel = max(grid.pixel_x, grid.pixel_y)
        factor = max(1, math.floor(FINEST_M / pixel))
        side = factor * max(1, round(PIECE_M / pixel / factor))
        cut = Grid(**{**grid.as_dict(), "rows": grid.rows // factor * factor,
                      "cols": grid.cols // factor * factor})  # fmt: skip
        for window in _spread(windows(cut, side)):
            values = gathered(read_from(dataset, window), factor, "continuous")
            part = grid.window(window)
            rows, cols = values.shape
            x, y = part.pixel_x * factor, part.pixel_y * factor
            yield values, Grid(part.crs, part.west, part.north, x, y, rows, cols)


def _spread(pieces: tuple[Window, ...]) -> Iterator[Window]:
    """At most ``MOST_PIECES`` of them, from everywhere, neighbours far apart in the order."""
    count = len(pieces)
    step = next(
        n for n in range(round(0.618 * count) + 1, 2 * count + 2) if math.gcd(n, count) == 1
    )
    for number in range(min(count, MOST_PIECES)):
        yield pieces[number * step % count]
