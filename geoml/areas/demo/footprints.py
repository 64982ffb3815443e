"""Footprints: what kinds of building there are and how they line up along a road."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Polygon
from shapely.affinity import affine_transform

from geoml.areas.demo.shapes import joined, largest

Use: TypeAlias = Literal["row", "house", "flats", "shed", "barn"]


@dataclass(frozen=True, slots=True)
class Building:
    """One footprint with what a register would know, and its use, which only the painter knows.

    ``apart_m`` is the free space it asks for around itself, shared with its neighbour.
    """

    shape: Polygon
    use: Use
    levels: int
    height_m: float
    apart_m: float


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of building stands on its plot; ranges in metres, drawn evenly.

    ``wing`` and ``skip`` are shares: of buildings with an L shape, of plots left empty.
    """

    use: Use
    front: tuple[float, float]
    depth: tuple[float, float]
    setback: tuple[float, float]
    gap: tuple[float, float]
    levels: tuple[int, int]
    storey_m: float
    apart_m: float
    wing: float
    skip: float


ROW = Kind("row", (7, 15), (9, 14), (0.4, 1.3), (0.25, 0.5), (2, 4), 3.1, 0.2, 0.25, 0.04)
HOUSE = Kind("house", (8.5, 14.5), (7.5, 10.5), (4, 10), (9, 18), (1, 2), 2.9, 5.0, 0.32, 0.09)
FLATS = Kind("flats", (22, 44), (11, 14), (6, 12), (14, 30), (3, 5), 2.9, 9.0, 0.25, 0.1)
SHED = Kind("shed", (35, 95), (28, 62), (12, 22), (14, 34), (1, 1), 8.5, 10.0, 0.15, 0.08)
STORE = Kind("shed", (32, 80), (26, 48), (18, 30), (16, 30), (1, 1), 6.5, 10.0, 0.1, 0.05)
COTTAGE = Kind("house", (9, 15), (7, 10), (2, 10), (6, 30), (1, 2), 2.9, 3.0, 0.3, 0.25)
BARN = Kind("barn", (22, 48), (12, 20), (14, 34), (10, 40), (1, 1), 6.0, 8.0, 0.1, 0.3)

Way: TypeAlias = tuple[LineString, float]
"""A centre line and half the width of its road."""


def lined(ways: Iterable[Way], kind: Kind, rng: Generator) -> Iterator[Building]:
    """Candidates of one kind on both sides of each road, front to the road."""
    for line, half_m in ways:
        for side in (1, -1):
            yield from _row(line, half_m, side, kind, rng)


def _row(
    line: LineString, half_m: float, side: int, kind: Kind, rng: Generator
) -> Iterator[Building]:
    along = float(rng.uniform(2, 12))
    while along < line.length - 4:
        front, depth = float(rng.uniform(*kind.front)), float(rng.uniform(*kind.depth))
        if rng.random() >= kind.skip:
            back = half_m + float(rng.uniform(*kind.setback)) + depth / 2
            at, turn = _beside(line, along + front / 2, side * back)
            shape = _shape((front, depth), side, kind.wing, rng)
            yield _building(placed(shape, at, turn), kind, rng)
        along += front + float(rng.uniform(*kind.gap))


def _building(shape: Polygon, kind: Kind, rng: Generator) -> Building:
    levels = int(rng.integers(kind.levels[0], kind.levels[1] + 1))
    walls = kind.storey_m * levels * float(rng.uniform(0.94, 1.06))
    height = round(walls + float(rng.uniform(0.8, 2.6)), 1)
    return Building(shape, kind.use, levels, height, kind.apart_m)


def _beside(line: LineString, along: float, away: float) -> tuple[tuple[float, float], float]:
    """The point ``away`` metres left of a line, and the direction of the line there."""
    before, after = line.interpolate(max(along - 3, 0)), line.interpolate(along + 3)
    turn = float(np.arctan2(after.y - before.y, after.x - before.x))
    x = (before.x + after.x) / 2 - away * float(np.sin(turn))
    y = (before.y + after.y) / 2 + away * float(np.cos(turn))
    return (x, y), turn


def _shape(size: tuple[float, float], side: int, wing: float, rng: Generator) -> Polygon:
    body = rectangle(*size)
    return largest(joined([body, _wing(size, side, rng)])) if rng.random() < wing else body


def _wing(size: tuple[float, float], side: int, rng: Generator) -> Polygon:
    """The short leg of an L, at the back, about half as wide as the front."""
    width, depth = size[0] * float(rng.uniform(0.35, 0.55)), size[1] * float(rng.uniform(0.4, 0.75))
    left = -size[0] / 2 if rng.random() < 0.5 else size[0] / 2 - width
    near, far = sorted((side * size[1] / 2 - side * 0.5, side * (size[1] / 2 + depth)))
    return shapely.box(left, near, left + width, far)


def rectangle(front: float, depth: float) -> Polygon:
    """A rectangle round the origin, its front along x."""
    return shapely.box(-front / 2, -depth / 2, front / 2, depth / 2)


def placed(shape: Polygon, at: tuple[float, float], turn: float) -> Polygon:
    """``shape`` turned by ``turn`` radians and moved to ``at``; coordinates to the centimetre."""
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    moved = affine_transform(shape, [cos, -sin, sin, cos, at[0], at[1]])
    return shapely.transform(moved, lambda points: points.round(2))
