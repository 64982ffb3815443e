"""What a quantity is: a name, a unit, what it is made from, and the function that makes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from geoml.raster.grid import Grid, Window
from geoml.types import Array, Features, Mask, Text

Compute: TypeAlias = Callable[[Features, Grid], Array]
"""Inputs by name and the grid that they lie on -> values, same shape; unknown is NaN."""


class Strips(Protocol):
    """A quantity that every cell of the raster may change: by strips of full rows."""

    def __call__(
        self,
        read: Callable[[Window], Mask],
        write: Callable[[Array, Window], None],
        grid: Grid,
        *,
        scratch: Path | None = None,
        workers: int = 2,
    ) -> None:
        """Read each strip once, write each strip once."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity on the analysis grid.

    ``needs`` and ``optional`` name sources (``red``) or other quantities (``ndvi``). What is
    missing from ``needs`` makes the quantity absent, never 0; what is missing from ``optional``
    is simply not in the mapping that ``compute`` gets. A value depends on inputs up to ``halo_m``
    metres and ``halo_cells`` cells away. ``strips`` replaces ``compute`` in the stack where a
    value may depend on the whole raster; its one input is a mask.

    ``least_known`` is the share of those cells around that must be known for an answer. 1: every
    one of them that lies in the raster. Less: that share of a disk of radius ``halo_m``, whose
    cells outside the raster count as unknown; the cell itself need not be known. 0: one cell of
    the mask that is True, anywhere. What is unknown in ``optional`` makes nothing unknown.
    A value outside ``valid`` is unknown.
    """

    name: str
    title: Text
    unit: str
    valid: tuple[float, float]
    needs: tuple[str, ...]
    compute: Compute
    optional: tuple[str, ...] = ()
    source: str = ""
    halo_m: float = 0.0
    halo_cells: int = 0
    least_known: float = 1.0
    strips: Strips | None = None

    def halo(self, grid: Grid) -> int:
        """Cells by which a window must be widened so that its own values are right."""
        return max(self.halo_cells, math.ceil(self.halo_m / min(grid.pixel_x, grid.pixel_y)))
