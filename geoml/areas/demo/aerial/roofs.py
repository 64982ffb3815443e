"""Roofs over rectangles: their planes, and what stands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial import materials
from geoml.areas.demo.aerial.sketch import ROOF, Facet, Frame, Point, Sketch

Form = Literal["flat", "shed", "gable", "hip", "barrel", "saw"]
Plane = tuple[tuple[Point, ...], float, Point]
"""Corners, height over the origin above the eaves, and slope along u and v."""


@dataclass(frozen=True, slots=True)
class Roof:
    """One roof: the rectangle it covers in its frame (u by v, metres), its height and paint.

    ``slope`` is rise over run, ``eave_m`` the height of the lowest edge.
    """

    frame: Frame
    size: tuple[float, float]
    form: Form
    eave_m: float
    slope: float
    paint: int
    wall: int


def planes(form: Form, size: tuple[float, float], slope: float) -> list[Plane]:
    """The planes of a roof over a rectangle round the origin; ridges run along u."""
    u, v = size[0] / 2, size[1] / 2
    if form == "flat" or slope <= 0:
        return [(((-u, -v), (u, -v), (u, v), (-u, v)), 0.0, (0.0, 0.0))]
    if form == "shed":
        return [(((-u, -v), (u, -v), (u, v), (-u, v)), slope * v, (0.0, slope))]
    if form == "gable":
        return [
            (((-u, 0), (u, 0), (u, v), (-u, v)), slope * v, (0.0, -slope)),
            (((-u, -v), (u, -v), (u, 0), (-u, 0)), slope * v, (0.0, slope)),
        ]
    if form == "hip":
        return _hip(u, v, slope)
    return _strips(form, u, v, slope)


def _hip(u: float, v: float, slope: float) -> list[Plane]:
    if u < v:
        turned = _hip(v, u, slope)
        return [
            (tuple((b, -a) for a, b in corners), top, (gv, -gu))
            for corners, top, (gu, gv) in turned
        ]
    ridge, top = u - v, slope * v
    return [
        (((-u, v), (-ridge, 0), (ridge, 0), (u, v)), top, (0.0, -slope)),
        (((u, -v), (ridge, 0), (-ridge, 0), (-u, -v)), top, (0.0, slope)),
        (((u, v), (ridge, 0), (u, -v)), slope * u, (-slope, 0.0)),
        (((-u, -v), (-ridge, 0), (-u, v)), slope * u, (slope, 0.0)),
    ]


def _strips(form: Form, u: float, v: float, slope: float) -> list[Plane]:
    """A barrel in eight strips, or a saw of sheds each about 7 m wide."""
    count = 8 if form == "barrel" else max(round(2 * v / 7), 2)
    edges = np.linspace(-v, v, count + 1)
    out: list[Plane] = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        rise = slope if form == "saw" else -2 * slope * (low + high) / 2 / v
        base = 0.0 if form == "saw" else slope * v * (1 - (low / v) ** 2)
        corners = ((-u, low), (u, low), (u, high), (-u, high))
        out.append((corners, base - rise * low, (0.0, rise)))
    return out


def put(sketch: Sketch, roof: Roof) -> None:
    """Lay the planes of a roof and keep them as facets of the newest building."""
    for corners, top, slope in planes(roof.form, roof.size, roof.slope):
        z = roof.eave_m + top
        sketch.add(roof.frame, corners, roof.paint, z=z, slope=slope, kind=ROOF, wall=roof.wall)
        sketch.facets.append(_facet(roof, corners, slope, sketch))


def _facet(roof: Roof, corners: Sequence[Point], slope: Point, sketch: Sketch) -> Facet:
    cos, sin = float(np.cos(roof.frame.turn)), float(np.sin(roof.frame.turn))
    east, north = cos * slope[0] - sin * slope[1], sin * slope[0] + cos * slope[1]
    steep = float(np.hypot(east, north))
    azimuth = float(np.rad2deg(np.arctan2(-east, -north)) % 360) if steep > 1e-6 else float("nan")
    outline = tuple(roof.frame.point(u, v) for u, v in corners)
    tilt, piece = float(np.rad2deg(np.arctan(steep))), len(sketch.pieces) - 1
    return Facet(outline, tilt, azimuth, roof.eave_m, sketch.buildings, piece)


def terrace(sketch: Sketch, roof: Roof, rng: Generator, busy: float) -> None:
    """What people keep on a flat roof: a parapet, stairs, tanks, sheets, boxes, plants, panels.

    ``busy`` is 0 for a bare roof and 1 for one that is lived on.
    """
    u, v = roof.size
    if rng.random() < 0.75 and min(u, v) > 3:
        _parapet(sketch, roof, rng)
    if min(u, v) < 4.5:
        _clutter(sketch, roof, rng, round(busy * u * v / 14))
        return
    if rng.random() < 0.25 * busy + 0.1:
        _step(sketch, roof, rng)
    if rng.random() < 0.75 * busy:
        _hut(sketch, roof, rng)
    if rng.random() < 0.55 * busy:
        _lean_to(sketch, roof, rng)
    for _ in range(int(rng.poisson(1.2 * busy))):
        _tank(sketch, roof, rng)
    if rng.random() < 0.18:
        _array(sketch, roof, rng)
    _units(sketch, roof, rng, int(rng.poisson(u * v / 150 * (1.3 - busy))))
    _clutter(sketch, roof, rng, int(rng.poisson(busy * min(u * v, 220) / 16)))


def _spot(roof: Roof, rng: Generator, margin: float) -> Frame:
    u, v = max(roof.size[0] / 2 - margin, 0.1), max(roof.size[1] / 2 - margin, 0.1)
    turn = 0.0 if rng.random() < 0.8 else float(rng.uniform(0, 3.14))
    return roof.frame.inner(float(rng.uniform(-u, u)), float(rng.uniform(-v, v)), turn)


def _parapet(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    rise, thick = float(rng.uniform(0.25, 1.1)), float(rng.uniform(0.14, 0.32))
    u, v = roof.size
    rim = roof.wall if rng.random() < 0.4 else sketch.paint(materials.concrete(rng))
    edges = (
        (0, v / 2, u, thick),
        (0, -v / 2, u, thick),
        (u / 2, 0, thick, v),
        (-u / 2, 0, thick, v),
    )
    for at_u, at_v, length, width in edges:
        inner_u = at_u - np.sign(at_u) * thick / 2
        inner_v = at_v - np.sign(at_v) * thick / 2
        frame = roof.frame.inner(float(inner_u), float(inner_v))
        sketch.box(frame, (length, width), rim, roof.eave_m + rise, ROOF, roof.wall)


def _step(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    """A part of the terrace that lies lower or higher than the rest."""
    part = float(rng.uniform(0.25, 0.5)) * roof.size[0]
    side = 1 if rng.random() < 0.5 else -1
    frame = roof.frame.inner(side * (roof.size[0] - part) / 2, 0.0)
    z = roof.eave_m + float(pick_step(rng))
    paint = sketch.paint(materials.concrete(rng)) if rng.random() < 0.6 else roof.paint
    sketch.box(frame, (part, roof.size[1]), paint, max(z, 2.2), ROOF, roof.wall, over=True)


def pick_step(rng: Generator) -> float:
    """How much higher or lower the next terrace lies, metres."""
    return materials.pick_float(rng, (-3.0, -3.0, -1.2, 0.6, 2.8, 2.8))


def _hut(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    """The head of the stairs."""
    size = (float(rng.uniform(2, 3.6)), float(rng.uniform(2, 3.4)))
    side_u, side_v = (1 if rng.random() < 0.5 else -1 for _ in range(2))
    reach_u, reach_v = (roof.size[0] - size[0]) / 2, (roof.size[1] - size[1]) / 2
    frame = roof.frame.inner(side_u * reach_u * 0.97, side_v * reach_v * 0.97)
    paint = sketch.paint(materials.concrete(rng) if rng.random() < 0.7 else materials.metal(rng))
    sketch.box(frame, size, paint, roof.eave_m + float(rng.uniform(2.2, 2.7)), ROOF, roof.wall)


def _lean_to(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    """Metal sheets over a part of the terrace."""
    share_u, share_v = float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.3, 0.8))
    size = (roof.size[0] * share_u, roof.size[1] * share_v)
    at_u = float(rng.uniform(-1, 1)) * (roof.size[0] - size[0]) / 2
    at_v = float(rng.uniform(-1, 1)) * (roof.size[1] - size[1]) / 2
    form: Form = "shed" if rng.random() < 0.7 else "gable"
    paint = sketch.paint(materials.metal(rng))
    eave = roof.eave_m + float(rng.uniform(1.9, 2.6))
    frame = roof.frame.inner(at_u, at_v)
    put(sketch, Roof(frame, size, form, eave, float(rng.uniform(0.04, 0.2)), paint, roof.wall))


def _tank(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    tones = ("202224", "1E3A2A", "E8E8E4", "3A6FA8", "2E7A5A", "1A1A1C")
    paint = sketch.shade(tones, rng)
    z = roof.eave_m + float(rng.uniform(1.2, 3.2))
    sketch.disc(_spot(roof, rng, 1.0), float(rng.uniform(0.45, 0.8)), paint, z, ROOF)


def _array(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    """Modules in rows, tilted a little."""
    paint = sketch.paint(materials.panels(rng))
    rows, wide = int(rng.integers(1, 5)), float(rng.uniform(2, max(roof.size[0] - 2.5, 2.2)))
    for row in range(rows):
        at_v = (row - (rows - 1) / 2) * 2.1
        if abs(at_v) < roof.size[1] / 2 - 1.2:
            sketch.box(roof.frame.inner(0.0, at_v), (wide, 1.6), paint, roof.eave_m + 0.6, ROOF)


def _units(sketch: Sketch, roof: Roof, rng: Generator, count: int) -> None:
    """Air conditioners and roof lights."""
    for _ in range(count):
        light = rng.random() < 0.4
        paint = sketch.shade(("8FA4B0", "E0E8EC") if light else ("C8CCD0",), rng)
        size = (float(rng.uniform(0.8, 2.4)), float(rng.uniform(0.8, 1.8)))
        rise = 0.3 if light else float(rng.uniform(0.8, 1.6))
        sketch.box(_spot(roof, rng, 1.5), size, paint, roof.eave_m + rise, ROOF, paint)


def _clutter(sketch: Sketch, roof: Roof, rng: Generator, count: int) -> None:
    """Boxes, cloth, timber, flower pots and loose sheets."""
    tones = (
        "8C8478",
        "B8B0A4",
        "3A6FA8",
        "A84A3A",
        "5A7A4A",
        "E4E0D8",
        "4A4038",
        "7A5A40",
        "48602E",
    )
    for _ in range(count):
        paint = sketch.shade(tones, rng)
        long = float(rng.uniform(0.3, 1.6))
        size = (long, long * float(rng.uniform(0.25, 1.0)))
        sketch.box(
            _spot(roof, rng, 0.5), size, paint, roof.eave_m + float(rng.uniform(0.1, 1.0)), ROOF
        )


def ridge_things(sketch: Sketch, roof: Roof, rng: Generator) -> None:
    """Chimneys, roof lights, panels and patches on a pitched roof."""
    rise = roof.slope * roof.size[1] / 2
    if rng.random() < 0.3:
        paint = sketch.shade(("8A5A48", "9C968C", "5A524C"), rng)
        at_u = float(rng.uniform(-0.4, 0.4)) * roof.size[0]
        frame = roof.frame.inner(at_u, float(rng.uniform(-0.15, 0.15)) * roof.size[1])
        sketch.box(frame, (0.8, 0.6), paint, roof.eave_m + rise + 0.9, ROOF, paint)
    for _ in range(int(rng.poisson(0.7))):
        glass = rng.random() < 0.6
        paint = (
            sketch.shade(("5A6C78", "3A4650", "A8B8C0"), rng)
            if glass
            else sketch.paint(materials.metal(rng))
        )
        side = 1 if rng.random() < 0.5 else -1
        at = (float(rng.uniform(-0.4, 0.4)) * roof.size[0], side * 0.25 * roof.size[1])
        size = (float(rng.uniform(0.6, 1.4)), float(rng.uniform(0.6, 1.5)))
        _on_slope(sketch, roof, at, size, paint)
    if rng.random() < 0.1 and roof.size[1] > 6:
        size = (float(rng.uniform(2, max(roof.size[0] - 2, 2.1))), 0.3 * roof.size[1])
        side = 1 if rng.random() < 0.5 else -1
        paint = sketch.paint(materials.panels(rng))
        _on_slope(sketch, roof, (0.0, side * 0.25 * roof.size[1]), size, paint)


def _on_slope(sketch: Sketch, roof: Roof, at: Point, size: tuple[float, float], paint: int) -> None:
    """A rectangle on one side of a gable, a little above it."""
    slope = -roof.slope * float(np.sign(at[1]))
    z = roof.eave_m + roof.slope * (roof.size[1] / 2 - abs(at[1])) + 0.08
    u, v = size[0] / 2, size[1] / 2
    corners = ((-u, -v), (u, -v), (u, v), (-u, v))
    sketch.add(roof.frame.inner(*at), corners, paint, z=z, slope=(0.0, slope), kind=ROOF)
