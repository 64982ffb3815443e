"""Cutting ground into blocks, streets and plots, in local metres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial.sketch import Frame, Point

Rect = tuple[float, float, float, float]
"""u from, v from, u to, v to."""


@dataclass(frozen=True, slots=True)
class Bend:
    """A smooth displacement of local points, in metres: streets are seldom straight."""

    frame: Frame
    strength: float
    wave_m: float
    phase: Point

    def point(self, u: float, v: float) -> Point:
        """Where a local point really lies."""
        a, b = 2 * np.pi / self.wave_m, self.phase
        du = self.strength * float(np.sin(a * v + b[0]) + 0.4 * np.sin(2.3 * a * v + b[1]))
        dv = self.strength * float(np.sin(a * u + b[1]) + 0.4 * np.sin(2.1 * a * u + b[0]))
        return self.frame.point(u + du, v + dv)

    def at(self, u: float, v: float) -> Frame:
        """The frame there: along the bent street."""
        x0, y0 = self.point(u - 1, v)
        x1, y1 = self.point(u + 1, v)
        return Frame(self.point(u, v), float(np.arctan2(y1 - y0, x1 - x0)))


def cut(
    rect: Rect, size: tuple[float, float], gap: tuple[float, float], rng: Generator
) -> Iterator[tuple[Rect, bool]]:
    """Halve a rectangle until its parts are of a size: the parts (False) and the gaps (True)."""
    u0, v0, u1, v1 = rect
    long_u = u1 - u0 >= v1 - v0
    span = max(u1 - u0, v1 - v0)
    if span <= float(rng.uniform(*size)) * 1.25:
        yield rect, False
        return
    width = min(float(rng.uniform(*gap)), span / 3)
    middle = float(rng.uniform(0.36, 0.64)) * span
    low, high = middle - width / 2, middle + width / 2
    if long_u:
        parts = ((u0, v0, u0 + low, v1), (u0 + high, v0, u1, v1))
        between = (u0 + low, v0, u0 + high, v1)
    else:
        parts = ((u0, v0, u1, v0 + low), (u0, v0 + high, u1, v1))
        between = (u0, v0 + low, u1, v0 + high)
    if width > 0:
        yield between, True
    for part in parts:
        yield from cut(part, size, gap, rng)


def ring(rect: Rect, bend: Bend, step_m: float = 12.0) -> list[Point]:
    """The outline of a rectangle once its streets are bent; corners every few metres."""
    u0, v0, u1, v1 = rect
    corners = ((u0, v0), (u1, v0), (u1, v1), (u0, v1))
    out: list[Point] = []
    for here, there in zip(corners, (*corners[1:], corners[0]), strict=True):
        long = float(np.hypot(there[0] - here[0], there[1] - here[1]))
        count = max(int(long / step_m), 1) if bend.strength > 0.3 else 1
        for share in (n / count for n in range(count)):
            u, v = (a + (b - a) * share for a, b in zip(here, there, strict=True))
            out.append(bend.point(u, v))
    return out
