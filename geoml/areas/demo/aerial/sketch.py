"""A scene being laid out: flat pieces with a height plane, crowns, and the paints they wear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial.paints import Paint, plain, table
from geoml.types import Array

Point = tuple[float, float]
GROUND, ROOF, THING = 0.0, 1.0, 2.0
"""Kinds of piece: ground, a roof (or what stands on one), anything else."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Local metres: u along a street, v to its left; the origin lies at ``at``."""

    at: Point
    turn: float

    def point(self, u: float, v: float) -> Point:
        """Where a local point lies, x east and y north."""
        cos, sin = float(np.cos(self.turn)), float(np.sin(self.turn))
        return self.at[0] + cos * u - sin * v, self.at[1] + sin * u + cos * v

    def inner(self, u: float, v: float, turn: float = 0.0) -> Frame:
        """A frame inside this one."""
        return Frame(self.point(u, v), self.turn + turn)


@dataclass(frozen=True, slots=True)
class Facet:
    """One plane of a roof: its outline in metres x east, y north, and where it looks.

    ``tilt_deg`` is 0 for a flat one, ``azimuth_deg`` is clockwise from north, the way water runs
    down (NaN where flat); ``eave_m`` is the lowest height above the ground, ``roof`` counts the
    buildings of the scene and ``piece`` the pieces of the sketch.
    """

    outline: tuple[Point, ...]
    tilt_deg: float
    azimuth_deg: float
    eave_m: float
    roof: int
    piece: int


@dataclass(slots=True)
class Sketch:
    """What has been laid out so far; pieces are painted in their order, the highest one shows."""

    points: list[Point] = field(default_factory=list)
    pieces: list[tuple[float, ...]] = field(default_factory=list)
    crowns: list[tuple[float, ...]] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    buildings: int = 0
    shared: dict[str, list[int]] = field(default_factory=dict)

    def paint(self, paint: Paint) -> int:
        """Keep a paint; its number."""
        self.paints.append(paint)
        return len(self.paints) - 1

    def shade(self, among: Sequence[str], rng: Generator) -> int:
        """The number of an even paint of one of some colours; small things share a few of each."""
        tone = among[int(rng.integers(len(among)))]
        pots = self.shared.setdefault(tone, [])
        which = int(rng.integers(4))
        if which >= len(pots):
            pots.append(self.paint(plain(tone, rng)))
            return pots[-1]
        return pots[which]

    def add(
        self,
        frame: Frame,
        outline: Sequence[Point],
        paint: int,
        *,
        z: float = 0.0,
        slope: Point = (0.0, 0.0),
        kind: float = GROUND,
        wall: int = 0,
        over: bool = False,
    ) -> None:
        """Lay a piece with local corners and the height ``z + slope . (u, v)`` above the ground.

        ``wall`` is the paint of its sides; ``over`` paints it whatever stands there already.
        """
        start, cos, sin = len(self.points), float(np.cos(frame.turn)), float(np.sin(frame.turn))
        x, y = frame.at
        self.points.extend((x + cos * u - sin * v, y + sin * u + cos * v) for u, v in outline)
        east, north = cos * slope[0] - sin * slope[1], sin * slope[0] + cos * slope[1]
        self.pieces.append(
            (start, len(outline), z, east, north, paint, cos, sin, x, y, kind, over, wall)
        )

    def box(
        self,
        frame: Frame,
        size: tuple[float, float],
        paint: int,
        z: float = 0.0,
        kind: float = GROUND,
        wall: int = 0,
        over: bool = False,
    ) -> None:
        """Lay a level rectangle round the origin of a frame."""
        u, v = size[0] / 2, size[1] / 2
        corners = ((-u, -v), (u, -v), (u, v), (-u, v))
        self.add(frame, corners, paint, z=z, kind=kind, wall=wall, over=over)

    def disc(self, frame: Frame, radius: float, paint: int, z: float, kind: float) -> None:
        """Lay a level circle: a tank, a bush in a tub, a roundabout."""
        turns = np.linspace(0, 2 * np.pi, 13)[:-1]
        corners = [(radius * float(np.cos(t)), radius * float(np.sin(t))) for t in turns]
        self.add(frame, corners, paint, z=z, kind=kind, wall=paint)

    def crown(self, at: Point, radius: float, foot: float, top: float, paint: int) -> None:
        """Plant a tree or a bush: a dome from ``foot`` to ``top`` metres above the ground."""
        turn = float(len(self.crowns) * 2.399)
        self.crowns.append((at[0], at[1], radius, foot, top, float(paint), turn))

    def tables(self) -> tuple[Array, Array, Array, Array]:
        """Corners, pieces, crowns and paints as arrays for the painter."""
        points = np.array(self.points, np.float64).reshape(-1, 2)
        pieces = np.array(self.pieces, np.float64).reshape(-1, 13)
        crowns = np.array(self.crowns, np.float64).reshape(-1, 7)
        return points, pieces, crowns, table(self.paints)
