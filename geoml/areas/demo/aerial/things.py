"""What stands about and is no roof: cars, lorries, containers, cloth, walls, courts, panels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial import materials
from geoml.areas.demo.aerial.sketch import GROUND, THING, Frame, Point, Sketch

CARS = ("E8E8E8", "D0D2D4", "2A2C30", "8A8E92", "A02A28", "2A4A80", "F4F4F2", "5A5E62", "B8A070")
LORRIES = ("E8E8E4", "2F6FB5", "C24B40", "D0A040", "5A7A4A", "8A8E92")
JUNK = ("8C8478", "B8B0A4", "3A6FA8", "A84A3A", "5A7A4A", "E4E0D8", "4A4038", "7A5A40", "C8C0B0")


def car(sketch: Sketch, frame: Frame, rng: Generator) -> None:
    """A car with its cabin and dark glass, 3.6 to 4.8 m long."""
    long, wide = float(rng.uniform(3.6, 4.8)), float(rng.uniform(1.6, 1.9))
    paint, glass = sketch.shade(CARS, rng), sketch.shade(("24282C",), rng)
    sketch.box(frame, (long, wide), paint, 0.9, THING, paint)
    back = float(rng.uniform(-0.6, 0.1))
    sketch.box(frame.inner(back, 0), (long * 0.55, wide * 0.9), glass, 1.3, THING, glass)
    sketch.box(frame.inner(back, 0), (long * 0.36, wide * 0.8), paint, 1.45, THING, paint)


def lorry(sketch: Sketch, frame: Frame, rng: Generator) -> None:
    """A lorry or a bus, 6 to 12 m long: a long bright box, but no roof."""
    long = float(rng.uniform(6, 12))
    paint = sketch.shade(LORRIES, rng)
    if rng.random() < 0.4:
        paint = sketch.paint(materials.metal(rng))
    cabin = sketch.shade(CARS, rng)
    sketch.box(frame, (long, 2.5), paint, 3.1, THING, paint)
    sketch.box(frame.inner(long / 2 + 1.1, 0), (2.0, 2.3), cabin, 2.5, THING, cabin)
    for at in (-0.25, 0.2):
        if rng.random() < 0.5:
            sketch.box(frame.inner(at * long, 0), (1.2, 1.2), cabin, 3.3, THING, cabin)


def park(sketch: Sketch, frame: Frame, size: tuple[float, float], rng: Generator) -> None:
    """A car park: lines and cars in rows."""
    line = sketch.shade(("D8D8D0",), rng)
    filled = float(rng.uniform(0.2, 0.95))
    for v in np.arange(-size[1] / 2 + 3, size[1] / 2 - 2, 7.5).tolist():
        for u in np.arange(-size[0] / 2 + 2, size[0] / 2 - 1.5, 2.6).tolist():
            sketch.box(frame.inner(u - 1.3, v), (0.1, 4.8), line, 0.01)
            if rng.random() < filled:
                car(sketch, frame.inner(u, v, np.pi / 2 * float(rng.choice([-1, 1]))), rng)


def court(sketch: Sketch, frame: Frame, size: tuple[float, float], rng: Generator) -> None:
    """A sports court or pitch, blue, green or red, with its lines: flat and bright, no roof."""
    tones = ("3A6FA8", "3E7A50", "A85040", "4A8A4A", "2E5A8C", "5E8A3A", "C8A880")
    ground, line = sketch.shade(tones, rng), sketch.shade(("E8E8E4",), rng)
    rim = sketch.shade(tones, rng)
    u, v = size[0] * 0.9, size[1] * 0.85
    sketch.box(frame, (u + 3, v + 3), rim, 0.01)
    sketch.box(frame, (u, v), line, 0.02)
    sketch.box(frame, (u - 0.3, v - 0.3), ground, 0.03)
    for at, wide in ((0.0, 0.15), (-u / 4, 0.12), (u / 4, 0.12)):
        sketch.box(frame.inner(at, 0), (wide, v), line, 0.04)
    sketch.box(frame, (u / 2, 0.12), line, 0.04)


def solar(sketch: Sketch, frame: Frame, size: tuple[float, float], rng: Generator) -> None:
    """Rows of panels on racks over grass or gravel."""
    paint = sketch.paint(materials.panels(rng))
    every, deep = float(rng.uniform(4, 7)), float(rng.uniform(1.8, 3.6))
    for v in np.arange(-size[1] / 2 + deep, size[1] / 2 - deep, every).tolist():
        corners = _corners(size[0] * 0.92, deep)
        sketch.add(frame.inner(0, v), corners, paint, z=1.4, slope=(0.0, 0.4), kind=THING)


def _corners(long: float, wide: float) -> tuple[Point, ...]:
    u, v = long / 2, wide / 2
    return ((-u, -v), (u, -v), (u, v), (-u, v))


def containers(sketch: Sketch, frame: Frame, size: tuple[float, float], rng: Generator) -> None:
    """Shipping containers in rough rows, some two high."""
    tones = ("2F6FB5", "A8443A", "8A4A30", "5A7A5A", "C8C8C4", "C89030", "6A6E72")
    for v in np.arange(-size[1] / 2 + 1.5, size[1] / 2 - 1.4, 2.9).tolist():
        for u in np.arange(-size[0] / 2 + 3.2, size[0] / 2 - 3, 6.6).tolist():
            if rng.random() < 0.6:
                paint = sketch.shade(tones, rng)
                turn = float(rng.normal(0, 0.02))
                z = 2.6 * float(rng.integers(1, 3))
                sketch.box(frame.inner(u, v, turn), (6.06, 2.44), paint, z, THING, paint)


def cloth(sketch: Sketch, frame: Frame, rng: Generator) -> None:
    """A tarpaulin or a heap under plastic on the ground."""
    paint = sketch.shade(("2F78C0", "3A8AC8", "5A8A4A", "E0E0DC", "C87A40"), rng)
    size = (float(rng.uniform(1.5, 6)), float(rng.uniform(1.5, 4)))
    sketch.box(frame, size, paint, float(rng.uniform(0.05, 0.6)), THING, paint)


def junk(sketch: Sketch, frame: Frame, rng: Generator) -> None:
    """A small thing in a yard."""
    paint = sketch.shade(JUNK, rng)
    long = float(rng.lognormal(-0.2, 0.5))
    size = (long, long * float(rng.uniform(0.2, 1.0)))
    sketch.box(frame, size, paint, float(rng.uniform(0.05, 1.3)), THING, paint)


def wall(sketch: Sketch, start: Point, end: Point, paint: int, high: float) -> None:
    """A wall round a plot, 0.2 m thick."""
    long = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    frame = Frame(middle, float(np.arctan2(end[1] - start[1], end[0] - start[0])))
    sketch.box(frame, (long, 0.22), paint, high, THING, paint)


def rails(sketch: Sketch, frame: Frame, long: float, rng: Generator) -> None:
    """A railway: ballast, sleepers and two rails a track."""
    ballast = sketch.paint(materials.asphalt(rng))
    steel = sketch.shade(("8A7A70",), rng)
    tracks = int(rng.integers(1, 4))
    sketch.box(frame, (long, 4.2 * tracks + 2), ballast, 0.02)
    for n in range(tracks):
        at = (n - (tracks - 1) / 2) * 4.2
        for side in (-0.72, 0.72):
            sketch.box(frame.inner(0, at + side), (long, 0.12), steel, 0.15, GROUND)


def traffic(
    frame: Frame, long: float, wide: float, rng: Generator, per_100_m: float
) -> Iterator[tuple[Frame, bool]]:
    """Where vehicles stand or drive on a street, and whether each is a lorry."""
    for _ in range(int(rng.poisson(per_100_m * long / 100))):
        side = float(rng.choice([-1, 1]))
        kerb = max(wide / 2 - 1.2, 0.3) if rng.random() < 0.6 else wide / 4
        at = frame.inner(
            float(rng.uniform(-0.5, 0.5)) * long, side * kerb, float(rng.normal(0, 0.05))
        )
        yield at, wide > 7 and rng.random() < 0.15
