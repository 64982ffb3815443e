"""The way of the water: from every cell to the next one downstream, for a whole terrain model.

Depressions are not filled but crossed (``depressions="carve"``): water leaves one along the lowest
path over its rim, which follows the valley floor through a road dam or a bridge that the terrain
model shows as ground (Metz, Mitasova and Harmon 2011, doi:10.5194/hess-15-667-2011; GRASS
``r.watershed`` does the same). ``depressions="fill"`` sends water over the flat that a filled
depression is (Wang and Liu 2006, doi:10.1080/13658810500433453). Everywhere else a cell drains to
the steepest lower of its eight neighbours (O'Callaghan and Mark 1984,
doi:10.1016/S0734-189X(84)80011-0).

Exact or refused: a raster is routed as a whole, about 40 bytes a cell, or not at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoml.errors import GridMismatch, UnusableGrid
from geoml.types import Array, Mask

if TYPE_CHECKING:
    from pyflwdir import FlwdirRaster

Cells: TypeAlias = NDArray[np.int32]
Depressions: TypeAlias = Literal["carve", "fill"]

MAX_CELLS = 120_000_000
BURN_M = 10.0
"""How far mapped water is lowered so that the derived drainage follows it; heights stay raw."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The way of the water over one raster.

    ``downstream`` (flat, int32) is the next cell, a cell's own number at an outlet and -1 where
    the ground is unknown; ``order`` the known cells from down- to upstream. ``level`` (rows, cols)
    is the height in metres to which water would stand before it leaves: the filled surface.
    """

    downstream: Cells
    order: Cells
    level: Array
    pixel_x: float
    pixel_y: float

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        rows, cols = self.level.shape
        return rows, cols

    @property
    def outlets(self) -> Cells:
        """Cells from which water leaves known ground, ascending."""
        here = np.arange(self.downstream.size, dtype=np.int32)
        return np.flatnonzero(self.downstream == here).astype(np.int32)

    def raster(self) -> FlwdirRaster:
        """The same as pyflwdir's flow raster, for all that it can do; needs one known cell."""
        from pyflwdir import FlwdirRaster

        return FlwdirRaster(
            idxs_ds=self.downstream,
            shape=self.shape,
            ftype="d8",
            idxs_pit=self.outlets,
            idxs_seq=self.order,
            nnodes=self.order.size,
            transform=Affine(self.pixel_x, 0.0, 0.0, 0.0, -self.pixel_y, 0.0),
            cache=False,
        )


def route(
    elevation: Array,
    pixel_x: float,
    pixel_y: float,
    *,
    water: Mask | None = None,
    sea: Mask | None = None,
    burn_m: float = BURN_M,
    depressions: Depressions = "carve",
) -> Flow:
    """The way of the water over ``elevation`` (m, shape (rows, cols), NaN unknown).

    Outlets are the known cells at the edge of the raster or beside unknown ground, as far as none
    of their neighbours is lower and drains, and every cell of ``sea``. Cells of ``water`` are
    lowered by ``burn_m`` for the routing. Deterministic: among equals the cell that was reached
    first comes first.

    Raises:
        UnusableGrid: More than ``MAX_CELLS`` cells.
        GridMismatch: A mask of another shape.
    """
    check_size(elevation.shape)
    _check(elevation, water, sea)
    from geoml.features.hydrology.descent import NOWHERE, descend

    surface = elevation.astype(np.float32)
    if water is not None and burn_m:
        surface[water] -= np.float32(burn_m)
    level = np.full(surface.shape, np.nan, np.float32)
    downstream = np.full(surface.size, NOWHERE, np.int32)
    order = np.empty(surface.size, np.int32)
    ocean = np.zeros((0, 0), np.bool_) if sea is None else np.ascontiguousarray(sea)
    known = descend(
        surface, ocean, pixel_x, pixel_y, depressions == "fill", level, downstream, order
    )
    return Flow(downstream, order[:known], level, pixel_x, pixel_y)


def check_size(shape: tuple[int, ...]) -> None:
    """Raise UnusableGrid when ground of this shape is too large to be routed as a whole."""
    if math.prod(shape) > MAX_CELLS:
        raise UnusableGrid(
            "too many cells to follow water over",
            where=f"{shape[0]} x {shape[1]} cells",
            expected=f"at most {MAX_CELLS:,} cells",
            got=f"{math.prod(shape):,}",
            next_step="make the area with coarser cells (geoml area create --resolution), or "
            "a smaller one",
        )


def _check(elevation: Array, *masks: Mask | None) -> None:
    for mask in masks:
        if mask is not None and mask.shape != elevation.shape:
            raise GridMismatch(
                "mask of another shape than the ground",
                expected=str(elevation.shape),
                got=str(mask.shape),
            )
