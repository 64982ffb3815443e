"""How far the drainage is: along the way of the water, and as the crow flies."""

from __future__ import annotations

import numpy as np

from geoml.features.hydrology.routing import Cells, Flow
from geoml.types import Array, Mask


def flow_distance(flow: Flow, drainage: Mask, drain: Cells) -> Array:
    """Metres along the way of the water to the first drainage cell, float32; 0 on drainage.

    From centre to centre, oblong cells too; NaN where the ground is unknown or the way ends before
    it meets drainage (``drain`` is what ``nearest_drain`` gives). Three steps along a row of cells
    of 10 m: 30.
    """
    # pyflwdir's own distance exchanges the sides of oblong cells (gis_utils.distance, 0.5.12).
    from geoml.features.hydrology.descent import walked

    far = np.full(flow.shape, np.nan, np.float32)
    walked(flow.downstream, flow.order, drainage, flow.pixel_x, flow.pixel_y, far)
    far[drain < 0] = np.nan
    return far


def river_distance(
    drainage: Mask, unknown: Mask, pixel_x: float, pixel_y: float, *, workers: int = 2
) -> Array:
    """Metres from each cell centre to that of the nearest drainage cell, exact, float32.

    NaN on ``unknown`` ground, and everywhere where there is no drainage; near the edge of the
    raster an upper bound. On cells of 10 m by 20 m, three columns and two rows away: 50.
    """
    from geoml.features.distance import distance_m

    far = distance_m(drainage, pixel_x, pixel_y, workers=workers)
    far[unknown] = np.nan
    return far
