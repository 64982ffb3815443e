"""What surfaces look like from above: a colour, a second one that stains it, and a pattern."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator

from geoml.types import Array

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Paint:
    """One material. Colours are linear reflectance 0..1, lengths metres, strengths 0..1.

    ``second`` shows where smooth noise of the size ``blend_m`` exceeds ``-blend``: -3 hides it,
    3 hides the first. ``grain`` and ``cloud`` vary the brightness at their sizes. ``rib`` are waves
    across the direction of the piece (corrugated metal, furrows), ``course`` waves along it (rows
    of tiles), ``sheet`` tells panels of its size apart by their tone and ``joint`` darkens their
    edges. ``rough`` takes the light of the bumps of what it covers: crowns and heaps.
    """

    colour: Colour
    second: Colour
    blend: float = -3.0
    blend_m: float = 4.0
    edge: float = 0.4
    grain: float = 0.06
    grain_m: float = 0.3
    cloud: float = 0.08
    cloud_m: float = 6.0
    rib: float = 0.0
    rib_m: float = 0.2
    course: float = 0.0
    course_m: float = 0.3
    sheet: float = 0.0
    sheet_u_m: float = 0.9
    sheet_v_m: float = 3.0
    joint: float = 0.0
    gloss: float = 0.0
    rough: float = 0.0

    def row(self) -> list[float]:
        """All of it as numbers, in the order of ``COLUMNS``."""
        rest = [float(getattr(self, field.name)) for field in fields(self)[2:]]
        return [*self.colour, *self.second, *rest]


def linear(hexes: str) -> Colour:
    """Linear reflectance of a colour as it is shown, ``RRGGBB``."""
    r, g, b = (float((int(hexes[at : at + 2], 16) / 255) ** 2.2) for at in (0, 2, 4))
    return r, g, b


def near(hexes: str, rng: Generator, spread: float = 0.06) -> Colour:
    """A colour like a shown one: hue, strength and brightness drawn around it."""
    r, g, b = (int(hexes[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, strength, value = colorsys.rgb_to_hsv(r, g, b)
    step = rng.normal(0.0, spread, 3)
    value = min(max(value * (1 + 1.4 * float(step[2])), 0.03), 1.0)
    strength = min(max(strength * (1 + 2.5 * float(step[1])), 0.0), 1.0)
    shown = colorsys.hsv_to_rgb((hue + 0.25 * float(step[0])) % 1.0, strength, value)
    red, green, blue = (float(v**2.2) for v in shown)
    return red, green, blue


def plain(hexes: str, rng: Generator, spread: float = 0.05) -> Paint:
    """One even colour: paint, plastic, lacquer."""
    return Paint(near(hexes, rng, spread), linear("000000"), grain=0.03, cloud=0.03, gloss=0.1)


def table(paints: list[Paint]) -> Array:
    """Paints as rows of float32 for the painter."""
    return np.array([paint.row() for paint in paints], np.float32)
