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
from geoml.features.hydrology.drainage import at_drain, drainage, nearest_drain, rivers
from geoml.features.hydrology.gfi import gfi, river_depth, water_depth
from geoml.features.hydrology.hand import hand
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


@dataclass(frozen=True, slots=True)
class Course:
    """The way of the water over a ground, and the drainage that it meets.

    ``rivers`` is mapped water and the larger channels; ``sea`` is where the ground ends.
    """

    elevation: Array
    flow: Flow
    upstream_km2: Array
    drainage: Mask
    drain: Cells
    rivers: Mask
    sea: Mask
    grid: Grid
    window: Window

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
        """Slope of the window in degrees, with the ground beyond its edges."""
        outer = grown(self.window, 1, self.grid)
        steep = slope(self.elevation[outer.slices], self.grid.pixel_x, self.grid.pixel_y)
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
    """Write the wanted ones of ``MEMBERS``; all but the sink depth are cautioned for a cut basin.

    The sea is no ground: NaN in each of them. Raises UnusableGrid, before anything is read, when
    the ground has too many cells.
    """
    check_size(ground.grid.shape)
    course = trace(ground, keys)
    sea = course.sea[course.window.slices]
    for name in wanted:
        write(name, np.where(sea, np.float32(np.nan), MEMBERS[name](course, workers)))
    told = tuple(cut_basin(course))
    return {name: told for name in wanted if name != "sink_depth"} if told else {}


def trace(ground: Surroundings, keys: Collection[str]) -> Course:
    """The course of the water over all of the ground; ``water`` is burnt in where it is known."""
    elevation = within(_whole(ground, "dem"), VALID)
    water = is_true(_whole(ground, "water")) if "water" in keys else None
    sides = ground.grid.pixel_x, ground.grid.pixel_y
    ocean = sea(elevation, *sides)
    flow = route(elevation, *sides, water=water, sea=ocean)
    area = upstream_area(flow)
    found = drainage(flow, area, water) | ocean
    drain = nearest_drain(flow, found)
    large = rivers(flow, area, water) & ~ocean
    return Course(elevation, flow, area, found, drain, large, ocean, ground.grid, ground.window)


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
    known = ~(np.isnan(course.elevation[here]) | course.sea[here])
    own = np.arange(course.drain.size, dtype=np.int32).reshape(course.drain.shape)[here]
    drain = course.drain[here]
    behind = truncated(course.flow).ravel()[np.where(drain >= 0, drain, own)]
    percent = round(100 * float(np.count_nonzero(behind & known)) / max(1, int(known.sum())))
    if percent >= LEAST_TOLD_PERCENT:
        yield Caution("basin_cut", _cut(percent))


def _cut(percent: int) -> Text:
    return Text(
        fr="Le relief fourni s'arrête avant les crêtes d'où l'eau descend : pour "
        f"{percent}\u00a0% du territoire, il peut arriver plus d'eau que ce qui est calculé.",
        en="The terrain data stop short of the ridges that the water comes from: for "
        f"{percent}% of the area, more water may arrive than was computed.",
    )
