"""Water of a town: a meandering river with brooks, or a sea with a harbour; and ponds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Polygon
from shapely.affinity import rotate, translate
from shapely.ops import substring

from geoml.areas.demo.noise import stream
from geoml.areas.demo.plan import Plan
from geoml.areas.demo.shapes import Shape, common, joined, minus
from geoml.types import Array

BROOK_M = 5.0
"""Width of a brook."""


@dataclass(frozen=True, slots=True)
class Water:
    """Open water as polygons in the town's CRS; ``main`` is the river or the sea.

    ``moles`` are the jetties and the quay of a harbour: dry, in the midst of water.
    """

    main: Shape
    ponds: tuple[Shape, ...]
    brooks: tuple[Shape, ...]
    axis: LineString
    brook_lines: tuple[LineString, ...]
    moles: tuple[Polygon, ...]

    def polygons(self) -> tuple[Shape, ...]:
        """Every water polygon, the main one first."""
        return (self.main, *self.ponds, *self.brooks)


def water(plan: Plan) -> Water:
    """All water of a town; the same plan gives the same water."""
    rng = stream(plan.seed, "water")
    extent = shapely.box(*plan.grid(30.0).bounds)
    if plan.setting == "coast":
        axis, main, moles = _sea(plan, rng)
        lines: tuple[LineString, ...] = ()
    else:
        axis = _river_line(plan, rng)
        main, lines, moles = _river(plan, axis, rng), _brooks(plan, axis, rng), ()
    main = common(main, extent)
    ponds = tuple(
        minus(_blob(plan.at(east, north), radius, rng), main.buffer(25))
        for east, north, radius in plan.ponds
    )
    taken = joined([main, *ponds])
    brooks = tuple(common(minus(line.buffer(BROOK_M / 2), taken), extent) for line in lines)
    return Water(main, ponds, brooks, axis, lines, moles)


def _river_line(plan: Plan, rng: Generator) -> LineString:
    """A sine-generated curve (Langbein & Leopold 1966, USGS PP 422-H) through the bridge.

    The direction swings as a sine of the way travelled; swing and wavelength wander, so that no
    two bends are alike.
    """
    step, count = 12.0, 1500
    wander = np.cumsum(rng.normal(0, 0.10, count))
    way = np.arange(count) * step
    phase = 2 * np.pi * way / 1750 + 0.5 * (wander - np.linspace(0, wander[-1], count))
    swing = 1.28 * (0.62 + 0.38 * np.sin(way / 2700 + rng.uniform(0, 6)))
    heading = swing * np.sin(phase) - 0.10
    x, y = np.cumsum(step * np.cos(heading)), np.cumsum(step * np.sin(heading))
    bridge = plan.at(40, -210)
    x += plan.south_west[0] - 500
    y += bridge[1] - np.interp(bridge[0], x, y)
    inside = x < plan.south_west[0] + plan.width_m + 500
    return LineString(np.column_stack([x, y])[inside])


def _river(plan: Plan, axis: LineString, rng: Generator) -> Shape:
    """The river as wide as it is at each place, with an island downstream of the bridge."""
    ends = np.arange(0, axis.length, 40.0)
    bridge = axis.project(shapely.Point(plan.at(40, -210)))
    island = bridge - 420
    half = 17 + 3 * np.sin(ends / 310 + rng.uniform(0, 6)) + rng.normal(0, 1, ends.size)
    half += 17 * np.exp(-(((ends - island) / 130) ** 2))
    pieces = [
        substring(axis, start, start + 60).buffer(width)
        for start, width in zip(ends, half, strict=True)
    ]
    isle = substring(axis, island - 90, island + 90).buffer(10)
    banks = joined(pieces).buffer(25).buffer(-25).simplify(0.8)
    return minus(cast("Shape", banks), isle)


def _brooks(plan: Plan, axis: LineString, rng: Generator) -> tuple[LineString, ...]:
    """Two brooks from the hills at the edge down to the river, one on each bank."""
    springs = (plan.at(-1250, 2900), plan.at(900, -3150))
    mouths = (plan.at(-1350, -100), plan.at(1250, -300))
    return tuple(
        _wandering(spring, axis.interpolate(axis.project(shapely.Point(mouth))).coords[0], rng)
        for spring, mouth in zip(springs, mouths, strict=True)
    )


def _wandering(start: tuple[float, float], end: tuple[float, ...], rng: Generator) -> LineString:
    t = np.linspace(0, 1, 160)
    away = np.zeros_like(t)
    for wave in range(1, 12):
        away += rng.normal(0, 520 / wave**1.3) * np.sin(np.pi * wave * t) / 3
    (x0, y0), (x1, y1) = start, end[:2]
    length = float(np.hypot(x1 - x0, y1 - y0))
    normal = -(y1 - y0) / length, (x1 - x0) / length
    x, y = x0 + t * (x1 - x0) + away * normal[0], y0 + t * (y1 - y0) + away * normal[1]
    return LineString(np.column_stack([x, y]))


def _sea(plan: Plan, rng: Generator) -> tuple[LineString, Shape, tuple[Polygon, ...]]:
    """A bay open to the south-west, a harbour basin cut into the town, quay and jetties."""
    shore = _shore(plan, rng)
    angle = np.deg2rad(plan.grid_angle_deg or 0.0)
    far = shore[[-1, 0]] - 9000 * np.array([np.cos(angle), np.sin(angle)])
    at = plan.at(110, -330)
    basin, quay = (
        translate(rotate(box, plan.grid_angle_deg or 0.0, origin=(0, 0)), *at)
        for box in (shapely.box(-420, -85, 210, 75), shapely.box(-40, -30, 190, -12))
    )
    moles = (
        quay,
        LineString([plan.at(-180, -640), plan.at(-420, -720), plan.at(-600, -690)]).buffer(9),
        LineString([plan.at(-330, -480), plan.at(-480, -560)]).buffer(8),
    )
    sea = Polygon(np.vstack([shore, far]))
    wet = minus(joined([sea, basin]), joined(moles))
    return LineString(shore), wet, moles


def _shore(plan: Plan, rng: Generator) -> Array:
    """Points of the shore from south-east to north-west, a bay with the town in it."""
    along = np.linspace(-7000, 7000, 700)
    out = -420 * np.sin(along / 1900 + 1.9)
    for wave in range(1, 9):
        out += rng.normal(0, 55 / wave) * np.sin(along * wave / 1500 + rng.uniform(0, 6))
    out -= np.interp(0, along, out) + 330
    angle = np.deg2rad(plan.grid_angle_deg or 0.0)
    inland = np.array([np.cos(angle), np.sin(angle)])
    sideways = np.array([-np.sin(angle), np.cos(angle)])
    points: Array = np.array(plan.centre) + np.outer(along, sideways) + np.outer(out, inland)
    return points


def _blob(centre: tuple[float, float], radius: float, rng: Generator) -> Polygon:
    """A rounded, slightly lobed pond of about the given radius."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach: Array = np.ones_like(angle)
    for wave in (2, 3, 4, 5):
        reach += rng.normal(0, 0.28 / wave) * np.cos(wave * angle + rng.uniform(0, 6))
    stretch = rng.uniform(0.7, 1.0)
    x = centre[0] + radius * reach * np.cos(angle)
    y = centre[1] + radius * stretch * reach * np.sin(angle)
    return Polygon(np.column_stack([x, y]))
