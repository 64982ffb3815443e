"""One aerial photograph of a made-up piece of town, with the exact truth about its roofs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geoml.areas.demo.aerial import camera, things
from geoml.areas.demo.aerial.materials import GROUNDS, pick
from geoml.areas.demo.aerial.parcels import Bend
from geoml.areas.demo.aerial.quarter import build, quarter
from geoml.areas.demo.aerial.render import View, mean, render
from geoml.areas.demo.aerial.sketch import Facet, Frame, Sketch
from geoml.areas.demo.aerial.styles import STYLES
from geoml.areas.demo.noise import stream
from geoml.errors import InvalidArgument
from geoml.types import Array, Mask

GSD_M = (0.07, 0.5)
"""Ground sampling distances that are drawn, metres per picture cell."""
AROUND_M = 14.0
"""Scenery beyond the picture's edge, whose shadows fall into it."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A photograph and its truth, all of shape (rows, cols); north is up.

    ``rgb`` is uint8 (rows, cols, 3); ``roof`` is True where the top of a roof is seen, or hidden
    by leaves alone; ``height_m`` is float32, metres above the ground of what is seen; ``roofs`` are
    the planes of the roofs near the picture, in metres from its north-west corner, x east, y north.
    """

    rgb: NDArray[np.uint8]
    roof: Mask
    height_m: Array
    gsd_m: float
    roofs: tuple[Facet, ...]


def chip(seed: int, *, size_px: int = 256, gsd_m: float | None = None) -> Chip:
    """Draw a vertical aerial photograph of a piece of town that does not exist.

    The same arguments give the same bytes. Everything else is drawn from ``seed``: the kind of
    quarter, materials, sun, lens, compression; and the resolution where ``gsd_m`` is None, evenly
    in its logarithm over ``GSD_M``.

    Raises:
        InvalidArgument: ``size_px`` is not in 32..4096 or ``gsd_m`` not in 0.03..2 m.
    """
    _check(size_px, gsd_m)
    rng = stream(seed, "aerial chip")
    drawn = float(np.exp(rng.uniform(*np.log(GSD_M))))
    gsd = drawn if gsd_m is None else gsd_m
    around = min(round(AROUND_M / gsd), size_px // 4)
    fine = 1 if gsd < 0.1 else 2
    wide = (size_px + 2 * around) * gsd
    sketch = scene(wide, rng)
    sun, shot, lean = camera.light(rng), camera.camera(rng), _lean(rng)
    corner = around * gsd
    view = View(0.0, wide, gsd / fine, *(2 * [(size_px + 2 * around) * fine]))
    seen = render(sketch, view, sun, lean, around * fine)
    edge = slice(around * fine, (around + size_px) * fine)
    rgb = camera.exposed(mean(seen.radiance[edge, edge], fine), shot, rng)
    roof = mean(seen.roof[edge, edge], fine) >= 0.5
    height = mean(seen.height_m[edge, edge], fine)
    return Chip(rgb, roof, height, gsd, _near(sketch, corner, wide))


def _check(size_px: int, gsd_m: float | None) -> None:
    if not 32 <= size_px <= 4096:
        raise InvalidArgument(
            "the picture would be too small or too large to draw",
            where="size_px",
            expected="32 to 4096",
            got=str(size_px),
            next_step="choose a size in this range",
        )
    if gsd_m is not None and not 0.03 <= gsd_m <= 2.0:
        raise InvalidArgument(
            "roofs cannot be drawn at this resolution",
            where="gsd_m",
            expected="0.03 to 2 metres per pixel",
            got=str(gsd_m),
            next_step="choose a resolution in this range, or leave it out",
        )


def _lean(rng: Generator) -> tuple[float, float]:
    """How far tall things lean: not at all in a true orthophoto, up to 12 degrees at an edge."""
    away = 0.0 if rng.random() < 0.3 else float(rng.uniform(0, 0.22))
    turn = float(rng.uniform(0, 2 * np.pi))
    return away * float(np.cos(turn)), away * float(np.sin(turn))


def scene(wide_m: float, rng: Generator) -> Sketch:
    """Lay out a square of a made-up town, its south-west corner at the origin."""
    sketch = Sketch()
    weights = np.array([style.often for style in STYLES])
    first, second = rng.choice(len(STYLES), size=2, p=weights / weights.sum()).tolist()
    ground = sketch.paint(GROUNDS[pick(rng, ("soil", "grass", "paving"))](rng))
    middle = Frame((wide_m / 2, wide_m / 2), float(rng.uniform(0, 2 * np.pi)))
    sketch.box(middle, (3 * wide_m, 3 * wide_m), ground)
    reach = 0.75 * wide_m
    # The plan is shifted, or its middle street would always cross the picture's middle.
    at = middle.inner(float(rng.uniform(-60, 60)), float(rng.uniform(-60, 60)))
    middle = Frame(middle.at, middle.turn)
    odd = float(rng.choice([0.0, 0.1, 0.3, 0.9], p=[0.35, 0.35, 0.2, 0.1]))
    shift = (float(rng.uniform(0, 40)), float(rng.uniform(0, 40)))
    whole = (-reach - shift[0], -reach - shift[1], reach + shift[0], reach + shift[1])
    split = float(rng.uniform(-0.5, 0.5)) * wide_m if rng.random() < 0.4 else reach + shift[1]
    parts = (
        (STYLES[first], (whole[0], whole[1], whole[2], min(split, whole[3]))),
        (STYLES[second], (whole[0], split + 8, whole[2], whole[3])),
    )
    for style, rect in parts:
        if rect[3] - rect[1] > 4:
            strength = float(rng.uniform(*style.warp)) * min(wide_m / 60, 1.0)
            phase = (float(rng.uniform(0, 6)), float(rng.uniform(0, 6)))
            bend = Bend(middle, strength, float(rng.uniform(50, 160)), phase)
            build(quarter(sketch, style, bend, 0.71 * wide_m, rng), rect, odd)
    if rng.random() < 0.04:
        things.rails(sketch, at, 3 * wide_m, rng)
    return sketch


def _near(sketch: Sketch, corner: float, wide: float) -> tuple[Facet, ...]:
    """The facets with a corner in the picture, measured from its north-west corner."""
    found = []
    for facet in sketch.facets:
        moved = tuple((x - corner, y - (wide - corner)) for x, y in facet.outline)
        size = wide - 2 * corner
        if any(0 <= x <= size and -size <= y <= 0 for x, y in moved):
            found.append(replace(facet, outline=moved))
    return tuple(found)
