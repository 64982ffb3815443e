"""A painted surface: what lies in each cell, how bright, how bare, how high."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geoml.areas.demo import canvas
from geoml.areas.demo.materials import CODE
from geoml.areas.demo.shapes import Shape
from geoml.raster.grid import Grid
from geoml.types import Array, Bytes2D, Mask


@dataclass(frozen=True, slots=True)
class Surface:
    """Arrays of one grid, written in place by the painters.

    ``material``: code of ``materials.MATERIALS``; ``tone``: factor on its reflectance, about 1;
    ``bare``: share of dry soil showing through vegetation, 0..1; ``height_m``: of what stands.
    """

    grid: Grid
    material: Bytes2D
    tone: Array
    bare: Array
    height_m: Array

    def put(self, where: Mask, name: str, height_m: float = 0.0, bare: float = 0.0) -> None:
        """Lay a material where a mask says so, with its natural tone."""
        cells = np.flatnonzero(where)  # found once, used four times
        for values, value in (
            (self.material, CODE[name]),
            (self.tone, 1.0),
            (self.bare, bare),
            (self.height_m, height_m),
        ):
            values.reshape(-1)[cells] = value

    def coat(self, shapes: Iterable[Shape], name: str, *, dry: bool = False) -> None:
        """Lay a material inside outlines; ``dry`` leaves water as it is."""
        where = canvas.mask(self.grid, *shapes)
        if dry:
            where &= ~self.made_of("river", "sea")
        self.put(where, name)

    def made_of(self, *names: str) -> Mask:
        """Cells of any of some materials."""
        wanted = np.zeros(256, bool)
        wanted[[CODE[name] for name in names]] = True
        return wanted[self.material]


def empty(grid: Grid) -> Surface:
    """A surface of meadow, everywhere alike."""
    material = np.full(grid.shape, CODE["meadow"], np.uint8)
    tone, bare, height = (np.full(grid.shape, v, np.float32) for v in (1.0, 0.0, 0.0))
    return Surface(grid, material, tone, bare, height)
