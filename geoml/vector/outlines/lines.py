"""A ring as straight lines fitted to what was seen, each along an axis or in its own direction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import shapely

from geoml.types import Array

Kind: TypeAlias = Literal["along", "across", "free"]

_TRIM = 2
"""Points left out at both ends of a run: corners are rounded by pixels and by networks."""
_PARALLEL = math.sin(math.radians(10))


Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """The points between two breaks: n and the sums of x, y, xx, xy, yy; and the way it goes."""

    moments: tuple[float, ...]
    heading: Point


@dataclass(frozen=True, slots=True)
class Line:
    """A line through the middle of a run, along an axis or where its points spread most.

    ``direction`` is a unit vector that goes the way the ring does.
    """

    kind: Kind
    run: Run
    middle: Point
    direction: Point

    @classmethod
    def of(cls, kind: Kind, run: Run) -> Line:
        """The line of one kind that fits the points best."""
        n, x, y, xx, xy, yy = run.moments
        if kind == "along":
            u, v = 1.0, 0.0
        elif kind == "across":
            u, v = 0.0, 1.0
        else:
            turn = 0.5 * math.atan2(2 * (xy - x * y / n), (xx - x * x / n) - (yy - y * y / n))
            u, v = math.cos(turn), math.sin(turn)
        if u * run.heading[0] + v * run.heading[1] < 0:
            u, v = -u, -v
        return cls(kind, run, (x / n, y / n), (u, v))

    def joined(self, other: Line) -> Line:
        """One line through the points of both."""
        moments = tuple(a + b for a, b in zip(self.run.moments, other.run.moments, strict=True))
        (a, b), (c, d) = self.run.heading, other.run.heading
        return Line.of(self.kind, Run(moments, (a + c, b + d)))

    def apart(self, other: Line) -> float:
        """How far the middle of ``other`` lies beside this line."""
        (x, y), (u, v), (p, q) = self.middle, self.direction, other.middle
        return abs((p - x) * v - (q - y) * u)


def breaks(ring: Array, tolerance: float) -> list[int]:
    """Indices of the points of a dense ring between which it is straight within ``tolerance``."""
    kept = shapely.get_coordinates(shapely.simplify(shapely.LinearRing(ring), tolerance))[:-1]
    index = {point: number for number, point in enumerate(map(tuple, ring.tolist()))}
    return sorted({index[point] for point in map(tuple, kept.tolist())})


def runs(ring: Array, at: list[int]) -> list[Run]:
    """What lies between the breaks ``at`` of a dense ring, one run for each of them."""
    x, y = ring.T
    moments = np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y])
    sums = np.concatenate([np.zeros((6, 1)), np.cumsum(np.tile(moments, 2), axis=1)], axis=1)
    starts, ends = np.array(at), np.array([*at[1:], at[0] + len(ring)])
    trim = np.minimum(_TRIM, (ends - starts) // 4)
    told = sums[:, ends + 1 - trim] - sums[:, starts + trim]
    ahead = ring[ends % len(ring)] - ring[starts]
    pairs = zip(told.T.tolist(), ahead.tolist(), strict=True)
    return [Run(tuple(one), (go[0], go[1])) for one, go in pairs]


def linked(lines: list[Line], least: float) -> list[Line]:
    """No two neighbours of one axis: near ones become one line, others get a link between them."""
    merged: list[Line] = []
    for line in lines:
        if merged and _one(merged[-1], line, least):
            merged[-1] = merged[-1].joined(line)
        else:
            merged.append(line)
    while len(merged) > 1 and _one(merged[-1], merged[0], least):
        merged[0] = merged.pop().joined(merged[0])
    out: list[Line] = []
    for line, following in zip(merged, [*merged[1:], *merged[:1]], strict=True):
        out.append(line)
        if line.kind == following.kind != "free":
            out.append(_link(line, following))
    return out


def _one(line: Line, following: Line, least: float) -> bool:
    if line.kind != following.kind or line.apart(following) >= least:
        return False
    return line.kind != "free" or abs(_cross(line, following)) < _PARALLEL


def _link(line: Line, following: Line) -> Line:
    """A line across, half way between the end of one and the start of the next."""
    (x, y), (p, q) = line.middle, following.middle
    (a, b), (c, d) = line.run.heading, following.run.heading
    start, end = (x + a / 2, y + b / 2), (p - c / 2, q - d / 2)
    u, v = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    kind: Kind = "across" if line.kind == "along" else "along"
    heading = end[0] - start[0], end[1] - start[1]
    return Line.of(kind, Run((1.0, u, v, u * u, u * v, v * v), heading))


def _cross(a: Line, b: Line) -> float:
    (u, v), (p, q) = a.direction, b.direction
    return u * q - v * p


def corners(lines: list[Line]) -> list[Point] | None:
    """Where each line meets the one before it; None where two neighbours are parallel."""
    found = []
    before = lines[-1]
    for line in lines:
        turn = _cross(before, line)
        if abs(turn) < _PARALLEL:
            return None
        (x, y), (u, v), (p, q), (s, t) = *_at(before), *_at(line)
        along = ((p - x) * t - (q - y) * s) / turn
        found.append((x + along * u, y + along * v))
        before = line
    return found


def _at(line: Line) -> tuple[Point, Point]:
    return line.middle, line.direction


def without_short(lines: list[Line], least: float) -> list[Point] | None:
    """Corners of the ring when no side is shorter than ``least``; None when nothing is left.

    The shortest side goes first, and the two beside it become one line when they are of one axis:
    a jog, a chimney or a bevelled corner disappears and takes with it no more than its own size.
    """
    while len(lines) >= 3:
        points = corners(lines)
        if points is None:
            return None
        lengths = [
            (q[0] - p[0]) * line.direction[0] + (q[1] - p[1]) * line.direction[1]
            for line, p, q in zip(lines, points, [*points[1:], points[0]], strict=True)
        ]
        shortest = min(range(len(lines)), key=lengths.__getitem__)
        if lengths[shortest] >= least:
            return points
        lines = linked([*lines[shortest + 1 :], *lines[:shortest]], math.inf)
    return None
