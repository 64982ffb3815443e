"""Trees, bushes and hedges."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial import materials
from geoml.areas.demo.aerial.parcels import Bend, Rect
from geoml.areas.demo.aerial.sketch import Point, Sketch


class Nursery:
    """The kinds of tree of one place: a handful of greens, so that a street looks planted."""

    def __init__(self, sketch: Sketch, rng: Generator) -> None:
        """Mix the greens."""
        self.sketch, self.rng = sketch, rng
        self.greens = [sketch.paint(materials.leaves(rng)) for _ in range(5)]

    def tree(self, at: Point, large: float = 1.0) -> None:
        """A tree of one to four metres' radius, or a group of crowns that grew together."""
        rng = self.rng
        radius = float(rng.lognormal(0.6, 0.45)) * large
        top = radius * float(rng.uniform(1.6, 3.2)) + 0.5
        green = self.greens[int(rng.integers(len(self.greens)))]
        for _ in range(int(rng.integers(1, 5)) if radius > 1.5 else 1):
            step = rng.normal(0, 0.45 * radius, 2)
            part = radius * float(rng.uniform(0.6, 1.0))
            place = (at[0] + float(step[0]), at[1] + float(step[1]))
            self.sketch.crown(place, part, 0.35 * top, top * float(rng.uniform(0.75, 1)), green)

    def bush(self, at: Point) -> None:
        """A bush, less than two metres high."""
        radius = float(self.rng.uniform(0.25, 1.0))
        green = self.greens[int(self.rng.integers(len(self.greens)))]
        self.sketch.crown(at, radius, 0.0, radius * float(self.rng.uniform(0.8, 1.8)), green)

    def scatter(self, rect: Rect, bend: Bend, per_100_m2: float) -> None:
        """Trees and bushes anywhere in a rectangle."""
        u0, v0, u1, v1 = rect
        count = int(self.rng.poisson(per_100_m2 * (u1 - u0) * (v1 - v0) / 100))
        for _ in range(min(count, 60)):
            at = bend.point(float(self.rng.uniform(u0, u1)), float(self.rng.uniform(v0, v1)))
            if self.rng.random() < 0.5:
                self.tree(at)
            else:
                self.bush(at)

    def hedge(self, start: Point, end: Point) -> None:
        """Bushes in a line."""
        long = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        green = self.greens[0]
        for share in np.linspace(0, 1, max(int(long / 0.7), 2)).tolist():
            at = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            self.sketch.crown(at, 0.6, 0.0, 1.5, green)
