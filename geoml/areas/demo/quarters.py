"""Where the town is town: how urban each place is, the sites set aside, the named districts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.affinity import rotate, translate

from geoml.areas.demo import canvas
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Plan, Site
from geoml.areas.demo.relief import steepness
from geoml.areas.demo.roads import Roads
from geoml.areas.demo.shapes import Shape, common, largest, minus
from geoml.areas.demo.water import Water
from geoml.raster.grid import Grid
from geoml.types import Array, Mask

GREEN = ("park", "sports", "allotments", "cemetery")
"""Kinds of site on which nothing is built."""


@dataclass(frozen=True, slots=True)
class Quarters:
    """How urban a place is, 0..1 on ``grid``; the old core; the sites by kind."""

    grid: Grid
    urban: Array
    core: Mask
    sites: tuple[tuple[Site, Polygon], ...]

    def of(self, *kinds: str) -> list[Polygon]:
        """Outlines of the sites of some kinds."""
        return [shape for site, shape in self.sites if site.kind in kinds]

    def urban_at(self, x: Array, y: Array) -> Array:
        """How urban points are, 0..1."""
        return canvas.sample(self.urban, self.grid, x, y)

    def core_at(self, x: Array, y: Array) -> Mask:
        """Whether points lie in the old core."""
        return canvas.sample(self.core.astype(np.float32), self.grid, x, y) > 0.5


def quarters(plan: Plan, grid: Grid, water: Water, elevation_m: Array, roads: Roads) -> Quarters:
    """The town as a field: dense at the market, drawn out along its roads, off the flood plain."""
    rng = stream(plan.seed, "quarters")
    x, y = canvas.axes(grid)
    away = np.hypot(x - plan.centre[0], y - plan.centre[1]) / plan.reach_m
    arms = canvas.mask(grid, *(line.buffer(8) for line in roads.main))
    near_road = np.exp(-((canvas.distance_m(grid, arms) / 190) ** 2))
    urban = np.exp(-(away**2.6)) + 0.42 * near_road * np.exp(-((away / 1.45) ** 4))
    urban += 0.10 * fractal(grid, rng, 900, 3)
    urban -= 0.5 * canvas.smoothstep(steepness(elevation_m, grid), 0.07, 0.16)
    urban -= _wet(plan, grid, water, away)
    sites = tuple((site, outline(plan, site)) for site in plan.sites)
    core = away * plan.reach_m * (1 + 0.16 * fractal(grid, rng, 420, 2)) < plan.core_m
    core &= ~canvas.mask(grid, *water.polygons(), *(shape for _, shape in sites))
    return Quarters(grid, np.clip(urban, 0, 1).astype(np.float32), core, sites)


def _wet(plan: Plan, grid: Grid, water: Water, away: Array) -> Array:
    """What the water takes off: the flood plain outside the centre, the foreshore, the banks."""
    reach = 230.0 if plan.setting == "valley" else 60.0
    bank = canvas.distance_m(grid, canvas.mask(grid, water.main))
    ponds = canvas.distance_m(grid, canvas.mask(grid, *water.ponds))
    outside = canvas.smoothstep(away * plan.reach_m, plan.core_m, plan.core_m + 420)
    out: Array = 0.95 * (1 - canvas.smoothstep(bank, 0.5 * reach, 1.3 * reach)) * outside
    out += 0.8 * (1 - canvas.smoothstep(ponds, 60, 260))
    return out


def outline(plan: Plan, site: Site) -> Polygon:
    """The outline of a site: rectangles for yards and grounds, an ellipse for a park."""
    half_length, half_width = site.length / 2, site.width / 2
    if site.kind == "park":
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        lobes = 1 + 0.09 * np.sin(3 * angle + 1) + 0.06 * np.sin(2 * angle)
        ring = np.column_stack(
            [half_length * lobes * np.cos(angle), half_width * lobes * np.sin(angle)]
        )
        shape = Polygon(ring)
    else:
        shape = shapely.box(-half_length, -half_width, half_length, half_width)
    turned = rotate(shape, site.angle_deg, origin=(0, 0))
    return translate(turned, *plan.at(site.east, site.north))


def boundary(plan: Plan, water: Water) -> Polygon:
    """The municipality: a rounded outline whose box leaves ``margin_m`` of countryside around.

    On the coast it ends 60 m off the shore.
    """
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    rng = stream(plan.seed, "boundary")
    reach = np.ones_like(angle)
    for wave in range(2, 9):
        reach += rng.normal(0, 0.16 / wave) * np.cos(wave * angle + rng.uniform(0, 6))
    # A squircle fills its box better than an ellipse: the town keeps its fields.
    round_ = (np.abs(np.cos(angle)) ** 3 + np.abs(np.sin(angle)) ** 3) ** (-1 / 3)
    ring = (reach * round_)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    low, high = ring.min(axis=0), ring.max(axis=0)
    size = np.array([plan.width_m, plan.height_m]) - 2 * plan.margin_m
    west_south = np.array(plan.south_west) + plan.margin_m
    town = Polygon(west_south + (ring - low) / (high - low) * size)
    if plan.setting == "valley":
        return town
    return largest(minus(town, water.main.buffer(-60)))


def districts(plan: Plan, grid: Grid, water: Water) -> list[tuple[str, Shape]]:
    """The named districts, a partition of the municipality: Voronoi cells with wandering edges."""
    rng = stream(plan.seed, "districts")
    town = boundary(plan, water)
    seeds = shapely.MultiPoint([plan.at(east, north) for _, east, north in plan.districts])
    cells = shapely.voronoi_polygons(seeds, extend_to=town.buffer(2500))
    shift = [55 * fractal(grid, rng, 700, 3) for _ in range(2)]

    def bent(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = points.T
        moves = [canvas.sample(field, grid, x, y) for field in shift]
        return points + np.column_stack(moves).astype(np.float64)

    wandering = shapely.transform(shapely.segmentize(cells, 60.0), bent)
    out = []
    for name, east, north in plan.districts:
        seed = shapely.Point(plan.at(east, north))
        cell = min(shapely.get_parts(wandering), key=lambda part: part.distance(seed))
        out.append((name, common(cell, town)))
    return out
