"""Through roads, lanes and the railway: least-cost ways over the relief, then smoothed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from scipy import ndimage, sparse
from scipy.sparse.csgraph import dijkstra
from shapely import LineString
from shapely.ops import substring

from geoml.areas.demo import canvas
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Plan, Point
from geoml.areas.demo.relief import steepness
from geoml.areas.demo.water import Water
from geoml.raster.grid import Grid
from geoml.types import Array

CELL_M = 30.0
MAIN_M, LANE_M, RING_M, STREET_M, RAIL_M = 9.0, 5.0, 11.0, 6.5, 9.0
"""Widths in metres of through roads, lanes, the ring road, streets and the railway."""
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (2, -1), (1, -2))


@dataclass(frozen=True, slots=True)
class Roads:
    """Centre lines outside the street network of the quarters."""

    main: tuple[LineString, ...]
    lanes: tuple[LineString, ...]
    ring: tuple[LineString, ...]
    rail: tuple[LineString, ...]

    def all(self) -> tuple[LineString, ...]:
        """Every road (the railway is not one)."""
        return self.main + self.lanes + self.ring


def roads(plan: Plan, water: Water, elevation_m: Array, ground: Grid) -> Roads:
    """Roads from the market to the edges of the map, lanes to the hamlets, ring road, railway.

    ``elevation_m`` lies on ``ground``. A way costs its length, more on slopes, and a great deal
    on water, so a road seeks the shallow side and few bridges.
    """
    grid = plan.grid(CELL_M)
    factor = round(CELL_M / ground.pixel_x)
    cost = _cost(plan, grid, water, canvas.coarse(elevation_m, factor))
    exits = [plan.at(*point) for point in plan.exits]
    yards = [site for site in plan.sites if site.kind in ("industry", "shops")]
    exits += [plan.at(site.east, site.north) for site in yards]
    main = _tree(grid, cost, plan.centre, exits)
    paved = canvas.mask(grid, *(line.buffer(CELL_M) for line in main))
    cost = np.where(paved, 0.45 * cost, cost)
    hamlets = [plan.at(*point) for point in plan.hamlets]
    lanes = []
    for here, there in zip(hamlets, hamlets[1:] + hamlets[:1], strict=True):
        lanes += _tree(grid, cost, here, [there, plan.centre])
    lanes = _apart(lanes, main)
    return Roads(tuple(main), tuple(lanes), _ring(plan, main), _rail(plan))


def _cost(plan: Plan, grid: Grid, water: Water, elevation_m: Array) -> Array:
    rough = fractal(grid, stream(plan.seed, "roads"), 700, 3)
    cost = 1 + (steepness(elevation_m, grid) / 0.08) ** 2 + 0.35 * np.clip(rough, -1.5, 2)
    wet = canvas.mask(grid, *(shape.buffer(12) for shape in (water.main, *water.ponds)))
    cost = np.maximum(cost, 0.3) + np.where(wet, 45.0, 0.0)
    if plan.setting == "valley":
        bridge = shapely.Point(plan.at(40, -210)).buffer(75)
        cost[canvas.mask(grid, bridge)] = 0.3
    out: Array = cost
    return out


def _graph(grid: Grid, cost: Array) -> sparse.csr_array:
    index = np.arange(cost.size).reshape(cost.shape)
    rows, cols, weights = [], [], []
    for d_row, d_col in _STEPS:
        left, right = max(-d_col, 0), max(d_col, 0)
        here = (slice(0, grid.rows - d_row), slice(left, grid.cols - right))
        there = (slice(d_row, grid.rows), slice(left + d_col, grid.cols - right + d_col))
        length = float(np.hypot(d_row, d_col)) * grid.pixel_x
        rows.append(index[here].ravel())
        cols.append(index[there].ravel())
        weights.append(((cost[here] + cost[there]) * (length / 2)).ravel())
    entries = np.concatenate(weights), (np.concatenate(rows), np.concatenate(cols))
    return sparse.csr_array(entries, shape=(cost.size, cost.size))


def _tree(grid: Grid, cost: Array, root: Point, ends: Sequence[Point]) -> list[LineString]:
    """The cheapest ways from ``root`` to ``ends``, shared stretches once, smoothed."""
    start = _node(grid, root)
    _, back = dijkstra(_graph(grid, cost), False, start, return_predecessors=True)
    used: set[tuple[int, int]] = set()
    for end in ends:
        node = _node(grid, end)
        while node != start and (int(back[node]), node) not in used:
            used.add((int(back[node]), node))
            node = int(back[node])
    x, y = canvas.axes(grid)
    spots = np.column_stack([np.tile(x, grid.rows), np.repeat(y.ravel(), grid.cols)])
    links = shapely.linestrings(spots[np.array(sorted(used))])
    merged = shapely.line_merge(shapely.multilinestrings(links))
    return [smooth(line) for line in shapely.get_parts(merged)]


def _node(grid: Grid, point: Point) -> int:
    row = min(max(int((grid.north - point[1]) / grid.pixel_y), 0), grid.rows - 1)
    col = min(max(int((point[0] - grid.west) / grid.pixel_x), 0), grid.cols - 1)
    return row * grid.cols + col


def smooth(line: LineString, step_m: float = 15.0, reach: float = 4.0) -> LineString:
    """The line resampled every ``step_m`` and rounded; its two ends stay where they are."""
    count = max(int(line.length / step_m), 2)
    points = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.linspace(0, 1, count + 1), normalized=True)
    )
    straight = np.linspace(points[0], points[-1], count + 1)
    # An odd reflection of the bend keeps the ends in place and the curve smooth beside them.
    bend = np.pad(points - straight, ((count, count), (0, 0)), mode="reflect", reflect_type="odd")
    rounded = ndimage.gaussian_filter1d(bend, reach, axis=0)[count : 2 * count + 1]
    return LineString(straight + rounded)


def _apart(lanes: Iterable[LineString], main: Sequence[LineString]) -> list[LineString]:
    """The stretches of lanes that do not run within 35 m of a main road or an earlier lane."""
    taken = shapely.union_all([line.buffer(35) for line in main])
    kept: list[LineString] = []
    for lane in lanes:
        for part in shapely.get_parts(shapely.difference(lane, taken)):
            if part.length > 120:
                kept.append(_joined(part, [*main, *kept]))
        taken = taken.union(lane.buffer(35))
    return kept


def _joined(part: LineString, others: Sequence[LineString]) -> LineString:
    """``part`` with each end led on to the nearest road within 60 m."""
    network = shapely.union_all(list(others))
    points = [tuple(point) for point in shapely.get_coordinates(part)]
    for position, where in ((0, 0), (-1, len(points) + 1)):
        end = shapely.Point(points[position])
        if network.distance(end) < 60:
            link = shapely.shortest_line(end, network)
            points.insert(where, shapely.get_coordinates(link)[-1])
    return LineString(points)


def _ring(plan: Plan, main: Sequence[LineString]) -> tuple[LineString, ...]:
    """A ring road round three quarters of the town, from through road to through road.

    None where the plan says 0.
    """
    if plan.ring_m <= 0:
        return ()
    angle = np.deg2rad(np.linspace(-62, 218, 160))
    reach = plan.ring_m * (1 + 0.07 * np.sin(2 * angle + 0.6) + 0.05 * np.sin(3 * angle + 2))
    x, y = plan.at(0, 60)
    ring = LineString(
        np.column_stack([x + 1.08 * reach * np.cos(angle), y + reach * np.sin(angle)])
    )
    met = shapely.get_parts(shapely.intersection(ring, shapely.union_all(list(main))))
    along = [ring.project(point) for point in met]
    return (cast("LineString", substring(ring, min(along), max(along))),)


def _rail(plan: Plan) -> tuple[LineString, ...]:
    points = LineString([plan.at(*point) for point in plan.railway])
    return (smooth(points, step_m=20.0, reach=14.0),)
