"""Slope of the ground."""

from __future__ import annotations

import numpy as np

from geoml.features.elevation import VALID
from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Array, Text


def slope(elevation: Array, pixel_x: float, pixel_y: float) -> Array:
    """Steepest slope in degrees, [0, 90), from elevation in metres on cells of any proportion.

    Horn 1981, doi:10.1109/PROC.1981.11918: differences over two cells, weighted 1, 2, 1. NaN where
    the cell or one of its eight neighbours is NaN. At the outer edge of the raster the missing
    neighbours continue the ground in a straight line (2 edge - inner), which is exact on a plane;
    a raster of one row or column has no slope, NaN. A plane that rises 10 m per 10 m column: 45.
    """
    if min(elevation.shape) < 2:
        return np.full_like(elevation, np.nan)
    z = np.pad(elevation.astype(np.float64), 1, mode="reflect", reflect_type="odd")
    across = (z[:-2] + z[2:] + 2 * z[1:-1]) / (8 * pixel_x)
    along = (z[:, :-2] + z[:, 2:] + 2 * z[:, 1:-1]) / (8 * pixel_y)
    rise = np.hypot(across[:, 2:] - across[:, :-2], along[2:] - along[:-2])
    degrees: Array = np.degrees(np.arctan(rise)).astype(elevation.dtype)
    degrees[np.isnan(elevation)] = np.nan
    return degrees


QUANTITY = Quantity(
    "slope",
    Text(fr="Pente", en="Slope"),
    unit="degree",
    valid=(0, 90),
    needs=("dem",),
    compute=lambda layers, grid: slope(within(layers["dem"], VALID), grid.pixel_x, grid.pixel_y),
    halo_cells=1,
    source="doi:10.1109/PROC.1981.11918",
)
