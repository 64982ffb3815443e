"""Distance to the nearest open water."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geoml.features.known import is_true
from geoml.features.quantity import Quantity
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Features, Mask, Text


def water_distance(water: Mask, pixel_x: float, pixel_y: float) -> Array:
    """Metres from each cell centre to the centre of the nearest cell touched by water.

    0 on water; NaN everywhere where no cell is water. Water outside the raster is not known, so
    near the edge the value is an upper bound. On cells of 10 m by 20 m, the cell three columns
    and two rows away from the only water has 50.
    """
    from geoml.features.distance import distance_m  # numba loads slowly, and few callers need it

    return distance_m(water, pixel_x, pixel_y)


def _compute(layers: Features, grid: Grid) -> Array:
    return water_distance(is_true(layers["water"]), grid.pixel_x, grid.pixel_y)


def _strips(
    read: Callable[[Window], Mask],
    write: Callable[[Array, Window], None],
    grid: Grid,
    *,
    scratch: Path | None = None,
    workers: int = 2,
) -> None:
    from geoml.features.distance import distance_strips

    distance_strips(read, write, grid, scratch=scratch, workers=workers)


QUANTITY = Quantity(
    "water_distance",
    Text(fr="Distance à l'eau", en="Distance to water"),
    unit="m",
    valid=(0, 50_000),
    needs=("water",),
    compute=_compute,
    least_known=0.0,
    strips=_strips,
    source="doi:10.4086/toc.2012.v008a019",
)
