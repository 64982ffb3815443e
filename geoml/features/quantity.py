"""What a quantity is: a name, a unit, what it is made from, and the function that makes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

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
class Surroundings:
    """The ground that a family looks at: ``grid``, of which the analysis grid is ``window``.

    ``read(key, window)`` gives a source on a window of ``grid``, NaN or False where it says
    nothing.
    """

    grid: Grid
    window: Window
    read: Callable[[str, Window], Any]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to be known before a quantity is believed; ``code`` names its kind."""

    code: str
    text: Text


class Together(Protocol):
    """How a family is computed."""

    def __call__(
        self,
        ground: Surroundings,
        keys: Collection[str],
        wanted: Collection[str],
        write: Callable[[str, Array], None],
        *,
        scratch: Path | None = None,
        workers: int = 2,
    ) -> Mapping[str, tuple[Caution, ...]]:
        """Write each wanted quantity once, on the analysis grid; name -> cautions.

        ``keys`` are the sources that ``ground.read`` knows.
        """


@dataclass(frozen=True, slots=True)
class Family:
    """Quantities that come from one look at the whole raster and at what surrounds it.

    They take sources only, and no quantity is made from them. An area of more than ``max_cells``
    cells is too large for them.
    """

    name: str
    compute: Together
    max_cells: int


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

    Quantities of one ``family`` are computed at once by the stack; where they are known the family
    says, and never where one of ``needs`` is unknown.
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
    family: Family | None = None

    @property
    def is_local(self) -> bool:
        """Whether a window and its halo tell the values of that window."""
        return self.strips is None and self.family is None

    def halo(self, grid: Grid) -> int:
        """Cells by which a window must be widened so that its own values are right."""
        return max(self.halo_cells, math.ceil(self.halo_m / min(grid.pixel_x, grid.pixel_y)))
