"""All that one look at the terrain says about water, for the feature stack.

The whole raster lies in memory, about 70 bytes a cell of the wider ground: 10,000 x 10,000 cells
need 7 GB. Larger ground than ``routing.MAX_CELLS`` is refused. So nothing depends on a tile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from geoml.features.elevation import VALID
from geoml.features.hydrology.accumulation import truncated, upstream_area
from geoml.features.hydrology.catchment import catchment
from geoml.features.hydrology.distances import flow_distance, river_distance
from geoml.features.hydrology.drainage import at_drain, beside, drainage, nearest_drain, rivers
from geoml.features.hydrology.gfi import gfi, river_depth, water_depth
from geoml.features.hydrology.hand import hand
from geoml.features.hydrology.holes import bridged
from geoml.features.hydrology.routing import Cells, Flow, check_size, route
from geoml.features.hydrology.sea import sea
from geoml.features.hydrology.sink_depth import sink_depth
from geoml.features.hydrology.twi import twi
from geoml.features.known import is_true, within
from geoml.features.quantity import Caution, Surroundings
from geoml.features.slope import slope
from geoml.raster.grid import Grid, Window, grown
from geoml.types import Array, Mask, Text

_READ_ROWS = 1024
LEAST_TOLD_PERCENT = 1
"""Share of the area from which on a basin that was not seen as a whole is worth a word."""

MOST_LOST_PERCENT = 5
"""Share of the area from whose water more may end in holes before that is worth a word."""


@dataclass(frozen=True, slots=True)
class Course:
    """The way of the water over a ground, and the drainage that it meets.

    ``elevation`` has heights in its small ``holes``, for the water to cross: no answer is given
    there. At ``lost`` cells water ends in larger holes that no map shows as water. ``rivers`` is
    mapped water and the larger channels; ``sea`` is where the ground ends.
    """

    elevation: Array
    holes: Mask
    lost: Mask
    flow: Flow
    upstream_km2: Array
    drainage: Mask
    drain: Cells
    rivers: Mask
    sea: Mask
    grid: Grid
    window: Window

    @property
    def unseen(self) -> Mask:
        """Cells of the window without ground that was seen: the sea, unknown ground, holes."""
        here = self.window.slices
        return self.sea[here] | self.holes[here] | np.isnan(self.elevation[here])

    @property
    def height(self) -> Array:
        """HAND of the window."""
        return hand(self.elevation, self.drain)[self.window.slices]

    @property
    def depth(self) -> Array:
        """River depth at the nearest drainage cell of each cell of the window."""
        drain = self.drain[self.window.slices]
        return river_depth(at_drain(self.upstream_km2, drain))

    @property
    def slope(self) -> Array:
        """Slope of the window in degrees, with the ground beyond its edges; of seen ground only."""
        outer = grown(self.window, 1, self.grid)
        bridge = self.holes[outer.slices]
        seen = np.where(bridge, np.float32(np.nan), self.elevation[outer.slices])
        steep = slope(seen, self.grid.pixel_x, self.grid.pixel_y)
        top, left = self.window.row - outer.row, self.window.col - outer.col
        return steep[top : top + self.window.rows, left : left + self.window.cols]


Members: TypeAlias = Mapping[str, Callable[[Course, int], Array]]


def _river_distance(course: Course, workers: int) -> Array:
    unknown = np.isnan(course.elevation)
    sides = course.grid.pixel_x, course.grid.pixel_y
    return river_distance(course.rivers, unknown, *sides, workers=workers)[course.window.slices]


def _flow_distance(course: Course, _: int) -> Array:
    return flow_distance(course.flow, course.drainage, course.drain)[course.window.slices]


def _twi(course: Course, _: int) -> Array:
    area = course.upstream_km2[course.window.slices]
    return twi(area, course.slope, course.grid.pixel_x, course.grid.pixel_y)


def _sink_depth(course: Course, _: int) -> Array:
    here = course.window.slices
    return sink_depth(course.flow.level[here], course.elevation[here])


def _catchment(course: Course, _: int) -> Array:
    return catchment(course.flow, course.upstream_km2)[course.window.slices]


MEMBERS: Members = {
    "upstream_area": lambda course, _: course.upstream_km2[course.window.slices],
    "hand": lambda course, _: course.height,
    "gfi": lambda course, _: gfi(course.depth, course.height),
    "water_depth": lambda course, _: water_depth(course.depth, course.height),
    "flow_distance": _flow_distance,
    "river_distance": _river_distance,
    "twi": _twi,
    "sink_depth": _sink_depth,
    "catchment": _catchment,
}


def together(
    ground: Surroundings,
    keys: Collection[str],
    wanted: Collection[str],
    write: Callable[[str, Array], None],
    *,
    scratch: Path | None = None,  # noqa: ARG001 - the way of the water needs no file
    workers: int = 2,
) -> Mapping[str, tuple[Caution, ...]]:
    """Write the wanted ones of ``MEMBERS``; all but the sink depth get the cautions.

    The sea and holes are no ground: NaN in each of them. Raises UnusableGrid, before anything is
    read, when the ground has too many cells.
    """
    check_size(ground.grid.shape)
    course = trace(ground, keys)
    for name in wanted:
        write(name, member(course, name, workers))
    told = (*cut_basin(course), *lost_in_holes(course))
    return {name: told for name in wanted if name != "sink_depth"} if told else {}


def member(course: Course, name: str, workers: int = 2) -> Array:
    """One of ``MEMBERS`` on the window, NaN where no ground was seen."""
    return np.where(course.unseen, np.float32(np.nan), MEMBERS[name](course, workers))


def trace(ground: Surroundings, keys: Collection[str]) -> Course:
    """The course of the water over all of the ground; ``water`` is burnt in where it is known.

    Small holes in the ground are bridged first, so that water crosses them.
    """
    sides = ground.grid.pixel_x, ground.grid.pixel_y
    elevation, holes, wells = bridged(within(_whole(ground, "dem"), VALID), *sides)
    water = is_true(_whole(ground, "water")) if "water" in keys else None
    ocean = sea(elevation, *sides)
    flow = route(elevation, *sides, water=water, sea=ocean)
    area = upstream_area(flow)
    found = drainage(flow, area, water) | ocean
    drain = nearest_drain(flow, found)
    large = rivers(flow, area, water) & ~ocean
    lost = beside(wells, flow)
    if water is not None:
        lost &= ~beside(wells & water, flow)
    return Course(
        elevation, holes, lost, flow, area, found, drain, large, ocean, ground.grid, ground.window
    )


def _whole(ground: Surroundings, key: str) -> Array:
    out = np.empty(ground.grid.shape, np.float32)
    for strip in _strips(ground.grid):
        out[strip.slices] = ground.read(key, strip)
    return out


def _strips(grid: Grid) -> Iterator[Window]:
    for row in range(0, grid.rows, _READ_ROWS):
        yield Window(row, 0, min(_READ_ROWS, grid.rows - row), grid.cols)


def cut_basin(course: Course) -> Iterator[Caution]:
    """A caution where drainage that the area needs comes from beyond the terrain model."""
    here = course.window.slices
    known = ~course.unseen
    own = np.arange(course.drain.size, dtype=np.int32).reshape(course.drain.shape)[here]
    drain = course.drain[here]
    behind = truncated(course.flow).ravel()[np.where(drain >= 0, drain, own)]
    percent = round(100 * float(np.count_nonzero(behind & known)) / max(1, int(known.sum())))
    if percent >= LEAST_TOLD_PERCENT:
        yield Caution("basin_cut", _cut(percent))


def lost_in_holes(course: Course) -> Iterator[Caution]:
    """A caution where water of much of the area ends in holes too large to be bridged."""
    if not course.lost.any():
        return
    ends = nearest_drain(course.flow, course.lost)[course.window.slices] >= 0
    known = ~course.unseen
    percent = round(100 * float(np.count_nonzero(ends & known)) / max(1, int(known.sum())))
    if percent > MOST_LOST_PERCENT:
        yield Caution("dem_holes", _lost(percent))


def _cut(percent: int) -> Text:
    return Text(
        fr="Le relief fourni s'arrête avant les crêtes d'où l'eau descend : pour "
        f"{percent}\u00a0% du territoire, il peut arriver plus d'eau que ce qui est calculé.",
        en="The terrain data stop short of the ridges that the water comes from: for "
        f"{percent}% of the area, more water may arrive than was computed.",
    )


def _lost(percent: int) -> Text:
    return Text(
        fr="Le relief fourni a des trous où l'eau se perd : pour "
        f"{percent}\u00a0% du territoire, le chemin de l'eau s'y arrête, et les rivières en aval "
        "en reçoivent trop peu. Comblez ces trous (par exemple avec gdal_fillnodata.py), ou "
        "fournissez la carte de l'eau s'il s'agit de lacs.",
        en="The terrain data have holes in which water is lost: for "
        f"{percent}% of the area, the way of the water ends there, and rivers downstream get too "
        "little. Fill the holes (for example with gdal_fillnodata.py), or give a map of the water "
        "where they are lakes.",
    )
