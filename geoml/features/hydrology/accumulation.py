"""How much ground lies upstream of each cell, and whether all of it was seen."""

from __future__ import annotations

import numpy as np

from geoml.features.hydrology.routing import Cells, Flow
from geoml.types import Array, Mask

_KM2 = 1e-6


def upstream_area(flow: Flow) -> Array:
    """Ground that drains through each cell, its own included, in km2, float32; NaN unknown.

    Never falls downstream. On a plane of cells of 100 m that slopes along its rows, the fifth cell
    of a row has 0.05.
    """
    cell = flow.pixel_x * flow.pixel_y * _KM2
    area = (_counted(flow, None) * np.float64(cell)).astype(np.float32)
    area[np.isnan(flow.level)] = np.nan
    return area


def truncated(flow: Flow) -> Mask:
    """Cells whose upstream area is only a lower bound: it touches the end of known ground.

    Water may come in there from ground that nobody saw; outlets at the edge are counted too.
    """
    unknown = np.pad(np.isnan(flow.level), 1, constant_values=True)
    edge = np.zeros(flow.shape, np.bool_)
    rows, cols = flow.shape
    for down in range(3):
        for right in range(3):
            edge |= unknown[down : down + rows, right : right + cols]
    edge &= ~np.isnan(flow.level)
    return np.asarray(_counted(flow, edge) > 0)


def _counted(flow: Flow, marked: Mask | None) -> Cells:
    """Cells upstream, or only the marked ones of them."""
    ones = np.ones(flow.shape, np.int32) if marked is None else marked.astype(np.int32)
    if flow.order.size < 2:  # pyflwdir takes no raster of one cell
        return ones
    counted: Cells = flow.raster().accuflux(ones, nodata=-1)
    return counted
