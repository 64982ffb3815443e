"""The streets of the quarters: evenly spaced lines through a field of directions.

The idea is that of Chen et al. 2008 (doi:10.1145/1360612.1360702): streets run along or across a
smooth field of crosses. The crosses follow the nearest through road, the river or shore, the radius
from the market and a slow drift, or one fixed angle in a town planned as a grid.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy import ndimage
from shapely import LineString, Polygon

from geoml.areas.demo import canvas
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Plan
from geoml.areas.demo.quarters import GREEN, Quarters
from geoml.areas.demo.roads import Roads, smooth
from geoml.areas.demo.shapes import joined
from geoml.areas.demo.water import Water
from geoml.raster.grid import Grid
from geoml.types import Array, Mask

STEP_M = 10.0
LONGEST_M, SHORTEST_M = 1100.0, 70.0
URBAN = 0.36
"""How urban a place must be to get streets."""


def streets(
    plan: Plan, grid: Grid, water: Water, roads: Roads, quarters: Quarters
) -> tuple[LineString, ...]:
    """Centre lines of the streets inside the town and on its industrial and shopping sites."""
    allowed, spacing = _allowed(grid, water, roads, quarters), _spacing(plan, grid, quarters)
    tracer = _Tracer(grid, crosses(plan, grid, water, roads, quarters), allowed, spacing)
    tracer.lay([*roads.main, *roads.ring])
    seeds = [(shapely.get_coordinates(line), 0) for line in (*roads.main, *roads.ring)]
    yards = quarters.of("industry", "shops")
    seeds += [(np.array([shape.centroid.coords[0]]), 0) for shape in yards]
    return _connected([smooth(line, reach=1.2) for line in tracer.grow(seeds)], roads)


def lived_in(lines: Iterable[LineString], shapes: Sequence[Polygon]) -> tuple[LineString, ...]:
    """The streets with a building within 40 m of at least a third of their length."""
    near = joined([shape.buffer(40, quad_segs=2) for shape in shapes])
    shapely.prepare(near)
    return tuple(line for line in lines if line.intersection(near).length > line.length / 3)


def _connected(lines: Sequence[LineString], roads: Roads) -> tuple[LineString, ...]:
    """The streets from which one can drive out of town."""
    paved = joined([line.buffer(7, quad_segs=2) for line in (*lines, *roads.all())])
    main = shapely.union_all(list(roads.main))
    whole = shapely.union_all([part for part in shapely.get_parts(paved) if part.intersects(main)])
    shapely.prepare(whole)
    return tuple(line for line in lines if whole.intersects(line))


def crosses(
    plan: Plan, grid: Grid, water: Water, roads: Roads, quarters: Quarters
) -> tuple[Array, Array]:
    """The field of crosses as (cos 4a, sin 4a); a and a + 90 degrees are the same cross."""
    rng = stream(plan.seed, "crosses")
    x, y = canvas.axes(grid)
    away = np.hypot(x - plan.centre[0], y - plan.centre[1])
    drift = 0.55 * fractal(grid, rng, 1500, 2)
    if plan.grid_angle_deg is None:
        radial = np.arctan2(y - plan.centre[1], x - plan.centre[0])
        parts = [(drift, np.full(grid.shape, 0.30)), (radial, 0.55 * np.exp(-(away / 900)))]
        parts.append(_along(grid, roads.main, 170, 1.6))
        parts.append(_along(grid, [water.axis], 330, 0.9))
        old = 0.5 * fractal(grid, rng, 260, 2)
        parts = [(angle + old * quarters.core, weight) for angle, weight in parts]
    else:
        fixed = np.deg2rad(plan.grid_angle_deg) + 0.10 * drift
        parts = [(fixed, np.full(grid.shape, 2.0)), _along(grid, [water.axis], 420, 1.4)]
    for site, shape in quarters.sites:
        inside = canvas.mask(grid, shape.buffer(40))
        parts.append((np.full(grid.shape, np.deg2rad(site.angle_deg)), 30.0 * inside))
    cos, sin = (sum(w * f(4 * a) for a, w in parts) for f in (np.cos, np.sin))
    return np.asarray(cos, np.float32), np.asarray(sin, np.float32)


def _along(
    grid: Grid, lines: Iterable[LineString], reach_m: float, weight: float
) -> tuple[Array, Array]:
    """The direction of the nearest line and a weight that fades with the distance to it."""
    angle = np.zeros(grid.shape)
    on = np.zeros(grid.shape, bool)
    for line in lines:
        points = shapely.get_coordinates(line.segmentize(8.0))
        row = ((grid.north - points[:, 1]) / grid.pixel_y).astype(int)
        col = ((points[:, 0] - grid.west) / grid.pixel_x).astype(int)
        turn = np.gradient(points, axis=0)
        ok = (row >= 0) & (row < grid.rows) & (col >= 0) & (col < grid.cols)
        angle[row[ok], col[ok]] = np.arctan2(turn[ok, 1], turn[ok, 0])
        on[row[ok], col[ok]] = True
    far, (near_row, near_col) = ndimage.distance_transform_edt(~on, return_indices=True)
    fade = weight * np.exp(-far * grid.pixel_x / reach_m)
    return angle[near_row, near_col], fade


def _allowed(grid: Grid, water: Water, roads: Roads, quarters: Quarters) -> Mask:
    closed = canvas.mask(grid, *(shape.buffer(22) for shape in (water.main, *water.ponds)))
    closed |= canvas.mask(grid, *(shape.buffer(12) for shape in quarters.of(*GREEN)))
    closed |= canvas.mask(grid, *(line.buffer(18) for line in roads.rail))
    works = canvas.mask(grid, *(shape.buffer(-12) for shape in quarters.of("industry", "shops")))
    town: Mask = ((quarters.urban > URBAN) | quarters.core | works) & ~closed
    return town


def _spacing(plan: Plan, grid: Grid, quarters: Quarters) -> Array:
    """How far apart parallel streets lie, relative to the plan's spacing."""
    core = ndimage.gaussian_filter(quarters.core.astype(np.float32), 4)
    spacing = 1.08 - 0.42 * core + 0.30 * (1 - canvas.smoothstep(quarters.urban, 0.35, 0.75))
    works = canvas.mask(grid, *quarters.of("industry", "shops"))
    out: Array = np.where(works, 165 / plan.spacing_m[0], spacing).astype(np.float32)
    return np.stack([out * plan.spacing_m[0], np.where(works, 1.3, out) * plan.spacing_m[1]])


@dataclass
class _Tracer:
    """Traces streets one after another, each kept apart from the parallel ones before it."""

    grid: Grid
    cross: tuple[Array, Array]
    allowed: Mask
    spacing: Array
    hash_m: float = 60.0
    laid: dict[tuple[int, int], list[tuple[float, float, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def lay(self, lines: Iterable[LineString]) -> None:
        """Take lines that exist already into account."""
        for line in lines:
            self._remember(shapely.get_coordinates(line.segmentize(STEP_M)))

    def grow(self, seeds: Sequence[tuple[Array, int]]) -> Iterator[LineString]:
        """Streets beside and across the seeds, then beside and across those, until full.

        A seed is a line and its family: 0 for the streets that houses line, close together, 1 for
        the fewer streets across them.
        """
        queue: deque[tuple[Array, int]] = deque(seeds)
        while queue:
            for start, heading, family in self._starts(*queue.popleft()):
                points = self._street(start, heading, family)
                if points is not None:
                    self._remember(points)
                    queue.append((points, family))
                    yield LineString(points)

    def _starts(self, line: Array, family: int) -> Iterator[tuple[Array, float, int]]:
        if len(line) == 1:
            angle = self._heading(line[0], 0.0)
            yield line[0], angle, 0
            yield line[0], angle + np.pi / 2, 1
            return
        turn = np.gradient(line, axis=0)
        for point, (dx, dy) in list(zip(line, turn, strict=True))[::2]:
            cell = self._cell(point)
            if cell is None:
                continue
            heading = float(np.arctan2(dy, dx))
            normal = np.array([-np.sin(heading), np.cos(heading)])
            apart = float(self.spacing[family][cell])
            for side in (1.02, -1.02):
                yield point + side * apart * normal, heading, family
            yield point, heading + np.pi / 2, 1 - family

    def _cell(self, point: Array) -> tuple[int, int] | None:
        return self.grid.index(float(point[0]), float(point[1]))

    def _heading(self, point: Array, before: float) -> float:
        """The arm of the cross at ``point`` that turns least from ``before``."""
        cell = self._cell(point)
        if cell is None:
            return before
        angle = np.arctan2(self.cross[1][cell], self.cross[0][cell]) / 4
        quarter = np.pi / 2
        return float(angle + quarter * np.round((before - angle) / quarter))

    def _street(self, start: Array, heading: float, family: int) -> Array | None:
        if not self._free(start, self._heading(start, heading), family, 1.0):
            return None
        ahead = self._walk(start, heading, family)
        behind = self._walk(start, heading + np.pi, family)
        points = np.array([*reversed(behind), start, *ahead])
        long_enough = (len(points) - 1) * STEP_M >= SHORTEST_M
        return points if long_enough else None

    def _walk(self, start: Array, heading: float, family: int) -> list[Array]:
        points: list[Array] = []
        point = start
        for _ in range(int(LONGEST_M / 2 / STEP_M)):
            heading = self._heading(point, heading)
            point = point + STEP_M * np.array([np.cos(heading), np.sin(heading)])
            if not self._free(point, heading, family, 0.55):
                break
            points.append(point)
        return points

    def _free(self, point: Array, heading: float, family: int, share: float) -> bool:
        cell = self._cell(point)
        if cell is None or not self.allowed[cell]:
            return False
        reach = share * float(self.spacing[family][cell])
        cos, sin = float(np.cos(heading)), float(np.sin(heading))
        x, y = float(point[0]), float(point[1])
        span = int(reach // self.hash_m) + 1
        row, col = int(y // self.hash_m), int(x // self.hash_m)
        for near_row in range(row - span, row + span + 1):
            for near_col in range(col - span, col + span + 1):
                for px, py, pc, ps in self.laid.get((near_row, near_col), ()):
                    # Parallel within 40 degrees and too close.
                    if abs(cos * ps - sin * pc) < 0.64 and (px - x) ** 2 + (py - y) ** 2 < reach**2:
                        return False
        return True

    def _remember(self, points: Array) -> None:
        turn = np.gradient(points, axis=0)
        turn /= np.hypot(turn[:, 0], turn[:, 1])[:, None]
        for (x, y), (cos, sin) in zip(points.tolist(), turn.tolist(), strict=True):
            self.laid[int(y // self.hash_m), int(x // self.hash_m)].append((x, y, cos, sin))
