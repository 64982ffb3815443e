"""TWI: where water gathers, because much ground drains there and little slope leads on."""

from __future__ import annotations

import numpy as np

from geoml.types import Array

LEAST_SLOPE = 1e-3
"""tan(slope) to which flatter ground is raised: a metre in a kilometre."""


def twi(upstream_km2: Array, slope_deg: Array, pixel_x: float, pixel_y: float) -> Array:
    """Topographic wetness index, ln(a_s / tan(slope)); NaN where one of them is unknown.

    a_s is the upstream area per metre of contour, which is as wide as a cell: sqrt(pixel_x
    pixel_y). 1 km2 that drains through a cell of 10 m on a slope of 45 degrees: ln(100,000) = 11.5.
    Beven and Kirkby 1979, doi:10.1080/02626667909491834.
    """
    per_metre = upstream_km2.astype(np.float64) * 1e6 / np.sqrt(pixel_x * pixel_y)
    steepness = np.maximum(np.tan(np.radians(slope_deg.astype(np.float64))), LEAST_SLOPE)
    index: Array = np.log(per_metre / steepness).astype(np.float32)
    return index
