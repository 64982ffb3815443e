"""Square corners where a roof has them: straight sides along two axes, or in their own direction.

A roof is tried as a few shapes, from plain to detailed, with sides along its main axes only, with
slanted ones too, and as a disc. The one that tells most of what was seen with the fewest corners is
taken, when the gate lets it pass; a shape that none of them tells stays as it was seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import affinity

from geoml.types import Array, Mask
from geoml.vector.outlines.gate import accepted
from geoml.vector.outlines.lines import Kind, Line, Point, Run, breaks, linked, runs, without_short
from geoml.vector.outlines.rings import Shapes

LEAST_SIDES_M = (3.0, 1.5, 0.8)
"""Shortest side of a plain, a middling and a detailed drawing, but never below three pixels."""
CORNER_M2 = 0.8
"""Area by which a corner more must bring a drawing nearer to what was seen."""
_SLANTED = math.radians(20)  # from the nearest axis: less is a wall that was seen badly
_BREAK_PX, _LEAST_PX = 1.5, 3.0  # how far a side may leave the points; its shortest length
_SLANTS_M = (math.inf, 3.0, 1.5)
"""Shortest side that may run in its own direction: none, long ones, middling ones."""
_LEAST_ROUND = 0.88
_DISC_CORNERS = 8
_MOST_POINTS = 20_000
_NEAR = math.radians(12)


def regularised(smooth: Shapes, raw: Shapes, plain: Shapes, pixel_m: float) -> tuple[Shapes, Mask]:
    """(shapes, which of them were redrawn): the others are those of ``plain``.

    ``smooth`` are dense rings of points in metres, ``raw`` what the gate compares with.
    """
    out, drawn = plain.copy(), np.zeros(len(smooth), bool)
    for i, polygon in enumerate(smooth):
        best = _best(polygon, raw[i], pixel_m)
        if best is not None:
            out[i], drawn[i] = best, True
    return out, drawn


def _best(smooth: shapely.Polygon, raw: shapely.Polygon, pixel_m: float) -> shapely.Geometry | None:
    if shapely.get_num_coordinates(smooth) > _MOST_POINTS:
        return None
    drawings = list(_drawings(smooth, pixel_m))
    shapes = np.array([shape for shape, _ in drawings], dtype=object)
    passed = np.flatnonzero(accepted(shapes, np.full(len(shapes), raw, dtype=object)))
    if not len(passed):
        return None
    tried, number = shapes[passed], np.array([n for _, n in drawings])[passed]
    missed = shapely.area(shapely.symmetric_difference(tried, raw))
    best: shapely.Geometry = tried[int(np.argmin(missed + CORNER_M2 * number))]
    return best


def _drawings(smooth: shapely.Polygon, pixel_m: float) -> Iterator[tuple[shapely.Geometry, int]]:
    """Each shape to try, with the number of corners that it is charged for."""
    rings = [np.asarray(ring.coords)[:-1] for ring in (smooth.exterior, *smooth.interiors)]
    middle = rings[0].mean(axis=0)
    at = [breaks(ring, _BREAK_PX * pixel_m) for ring in rings]
    turn = main_direction(rings[0][at[0]])
    back = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    local = [(ring - middle) @ back.T for ring in rings]
    seen = [runs(ring, cut) for ring, cut in zip(local, at, strict=True)]
    plain = [ring[cut] for ring, cut in zip(local, at, strict=True)]
    for drawn in _drawn(seen, pixel_m):
        kept = [
            (own if corners is None else np.array(corners)) @ back + middle
            for own, corners in zip(plain, drawn, strict=True)  # a hole is no detail
        ]
        yield shapely.Polygon(kept[0], kept[1:]), sum(map(len, kept))
    if len(rings) == 1 and (disc := _disc(smooth, pixel_m)) is not None:
        yield disc, _DISC_CORNERS


def _drawn(seen: list[list[Run]], pixel_m: float) -> Iterator[list[list[Point] | None]]:
    """The corners of every ring, once for each way of drawing them that differs."""
    before: list[list[Kind]] = []
    for slant in _SLANTS_M:
        kinds = [[_kind(*run.heading, slant) for run in ring] for ring in seen]
        if kinds == before:
            continue
        before = kinds
        last: list[list[Point] | None] = []
        for least in LEAST_SIDES_M:
            side = max(least, _LEAST_PX * pixel_m)
            drawn = [_ring(*ring, side) for ring in zip(seen, kinds, strict=True)]
            if drawn[0] is not None and drawn != last:
                yield drawn
            last = drawn


def main_direction(corners: Array) -> float:
    """The direction, in radians within [0, pi / 2), that most of a ring's length keeps or crosses.

    Sides count by their length and by how well they keep it, up to 12 degrees away.
    """
    ahead = np.roll(corners, -1, axis=0) - corners
    length, angle = np.hypot(*ahead.T), np.arctan2(ahead[:, 1], ahead[:, 0])
    quarter = math.pi / 2
    off = (angle[:, None] - angle[None, :] + quarter / 2) % quarter - quarter / 2
    weight = np.maximum(1 - np.abs(off) / _NEAR, 0) * length[:, None]
    best = int(np.argmax(weight.sum(axis=0)))
    mean = float((weight[:, best] * off[:, best]).sum() / weight[:, best].sum())
    return (float(angle[best]) + mean) % quarter


def _ring(seen: list[Run], kinds: list[Kind], least: float) -> list[Point] | None:
    """Corners of a ring whose axes are x and y; None when nothing is left of it."""
    lines = [Line.of(kind, run) for kind, run in zip(kinds, seen, strict=True)]
    return without_short(linked(lines, least), least)


def _kind(x: float, y: float, slant: float) -> Kind:
    flat = math.atan2(abs(y), abs(x))
    off = min(flat, math.pi / 2 - flat)
    if off > _SLANTED and math.hypot(x, y) > slant:
        return "free"
    return "along" if flat < math.pi / 4 else "across"


def _disc(smooth: shapely.Polygon, pixel_m: float) -> shapely.Geometry | None:
    """The disc of the same area, where the shape is one."""
    radius = math.sqrt(smooth.area / math.pi)
    if radius < 8 * pixel_m:
        return None
    disc = shapely.buffer(smooth.centroid, radius, quad_segs=8)
    larger = math.sqrt(smooth.area / disc.area)
    disc = affinity.scale(disc, larger, larger)
    shared = disc.intersection(smooth).area
    return disc if shared >= _LEAST_ROUND * (disc.area + smooth.area - shared) else None
