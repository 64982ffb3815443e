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


@dataclass(frozen=True, slots=True)
class Line:
    """A line through ``points`` (moments n, x, y, xx, xy, yy), heading as the ring does."""

    kind: Kind
    moments: tuple[float, ...]
    heading: tuple[float, float]

    @property
    def middle(self) -> tuple[float, float]:
        """The mean of its points."""
        n, x, y, *_ = self.moments
        return x / n, y / n

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector: the axis, or the direction in which its points spread most."""
        if self.kind == "along":
            return 1.0, 0.0
        if self.kind == "across":
            return 0.0, 1.0
        n, x, y, xx, xy, yy = self.moments
        turn = 0.5 * math.atan2(2 * (xy - x * y / n), (xx - x * x / n) - (yy - y * y / n))
        return math.cos(turn), math.sin(turn)

    def joined(self, other: Line) -> Line:
        """One line through the points of both."""
        moments = tuple(a + b for a, b in zip(self.moments, other.moments, strict=True))
        heading = self.heading[0] + other.heading[0], self.heading[1] + other.heading[1]
        return Line(self.kind, moments, heading)

    def apart(self, other: Line) -> float:
        """How far the middle of ``other`` lies beside this line."""
        (x, y), (u, v), (p, q) = self.middle, self.direction, other.middle
        return abs((p - x) * v - (q - y) * u)


def breaks(ring: Array, tolerance: float) -> list[int]:
    """Indices of the points of a dense ring between which it is straight within ``tolerance``."""
    kept = shapely.get_coordinates(shapely.simplify(shapely.LinearRing(ring), tolerance))[:-1]
    index = {point: number for number, point in enumerate(map(tuple, ring.tolist()))}
    return sorted({index[point] for point in map(tuple, kept.tolist())})


def fitted(ring: Array, at: list[int], kinds: list[Kind]) -> list[Line]:
    """A line for every run of a dense ring between the breaks ``at``; one kind a run."""
    x, y = ring.T
    moments = np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y])
    sums = np.concatenate([np.zeros((6, 1)), np.cumsum(np.tile(moments, 2), axis=1)], axis=1)
    lines = []
    for number, start in enumerate(at):
        end = at[number + 1] if number + 1 < len(at) else at[0] + len(ring)
        trim = min(_TRIM, (end - start) // 4)
        told = (sums[:, end + 1 - trim] - sums[:, start + trim]).tolist()
        ahead = (ring[end % len(ring)] - ring[start]).tolist()
        lines.append(Line(kinds[number], tuple(told), (ahead[0], ahead[1])))
    return lines


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
    half = line.heading, following.heading
    a = (x + half[0][0] / 2, y + half[0][1] / 2)
    b = (p - half[1][0] / 2, q - half[1][1] / 2)
    u, v = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    kind: Kind = "across" if line.kind == "along" else "along"
    return Line(kind, (1.0, u, v, u * u, u * v, v * v), (b[0] - a[0], b[1] - a[1]))


def _cross(a: Line, b: Line) -> float:
    (u, v), (p, q) = a.direction, b.direction
    return u * q - v * p


def corners(lines: list[Line]) -> list[tuple[float, float]] | None:
    """Where each line meets the one before it; None where two neighbours are parallel."""
    found = []
    for before, line in zip([lines[-1], *lines[:-1]], lines, strict=True):
        turn = _cross(before, line)
        if abs(turn) < _PARALLEL:
            return None
        (x, y), (u, v), (p, q), (s, t) = *_at(before), *_at(line)
        along = ((p - x) * t - (q - y) * s) / turn
        found.append((x + along * u, y + along * v))
    return found


def _at(line: Line) -> tuple[tuple[float, float], tuple[float, float]]:
    return line.middle, line.direction


def without_short(lines: list[Line], least: float) -> list[tuple[float, float]] | None:
    """Corners of the ring when no side is shorter than ``least``; None when nothing is left.

    The shortest side goes first, and the two beside it become one line when they are of one axis:
    a jog, a chimney or a bevelled corner disappears and takes with it no more than its own size.
    """
    while len(lines) >= 3:
        points = corners(lines)
        if points is None:
            return None
        lengths = [
            (q[0] - p[0]) * _sign(line)[0] + (q[1] - p[1]) * _sign(line)[1]
            for line, p, q in zip(lines, points, [*points[1:], points[0]], strict=True)
        ]
        shortest = min(range(len(lines)), key=lengths.__getitem__)
        if lengths[shortest] >= least:
            return points
        lines = linked([*lines[shortest + 1 :], *lines[:shortest]], math.inf)
    return None


def _sign(line: Line) -> tuple[float, float]:
    """The direction of a line, turned the way the ring goes."""
    (u, v), (a, b) = line.direction, line.heading
    return (u, v) if u * a + v * b >= 0 else (-u, -v)
