"""Which sub-basin a cell lies in: ground whose water leaves by one place."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geoml.features.hydrology.routing import Cells, Flow
from geoml.types import Array

SUBBASIN_KM2 = 1.0
"""Ground from which on a tributary, or a further stretch of a river, is a sub-basin of its own."""


def catchment(flow: Flow, upstream_km2: Array, least_km2: float = SUBBASIN_KM2) -> Array:
    """Number of the sub-basin of each cell, 1 and up, float32; NaN where the ground is unknown.

    A class, not a quantity: it tells which cells belong together. Going up from each outlet, a new
    sub-basin begins where a tributary, or what a river gained since the last one, drains more than
    ``least_km2``. Basins smaller than that which reach the sea or the end of known ground in the
    same square of that size count as one. Sub-basins along a river are not independent: a flood
    runs through all of them.
    """
    out = np.full(flow.shape, np.nan, np.float32)
    known = ~np.isnan(flow.level)
    if flow.order.size < 2:  # pyflwdir takes no raster of one cell
        out[known] = 1
        return out
    found, outlets = flow.raster().subbasins_area(least_km2, upstream_km2)
    number = _joined(flow, upstream_km2, outlets, least_km2)
    out[known] = number[found[known] - 1]
    return out


def _joined(flow: Flow, upstream_km2: Array, outlets: Cells, least_km2: float) -> NDArray[np.intp]:
    """Number from 1 of each outlet, the same for small basins that end in one square."""
    _, cols = flow.shape
    side = 1000 * math.sqrt(least_km2)
    row, col = (outlets // cols) * flow.pixel_y // side, (outlets % cols) * flow.pixel_x // side
    square = (row * (cols * flow.pixel_x // side + 1) + col).astype(np.intp)
    small = upstream_km2.ravel()[outlets] < least_km2
    label = np.where(small, square, square.max() + 1 + np.arange(len(outlets)))
    _, number = np.unique(label, return_inverse=True)
    return 1 + number
