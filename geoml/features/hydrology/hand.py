"""HAND: height above the nearest drainage."""

from __future__ import annotations

import numpy as np

from geoml.features.hydrology.drainage import at_drain
from geoml.features.hydrology.routing import Cells
from geoml.types import Array


def hand(elevation: Array, drain: Cells) -> Array:
    """Metres above the drainage cell that water from here reaches first, 0 or more.

    ``drain`` is what ``nearest_drain`` gives; 0 on drainage, NaN where the ground is unknown or
    water leaves it before it meets drainage. What lies lower than its drainage, behind a dam that
    the way crosses, is 0. A cell at 105 m that drains to a brook at 98.5 m has 6.5. Rennó et al.
    2008, doi:10.1016/j.rse.2008.03.018; Nobre et al. 2011, doi:10.1016/j.jhydrol.2011.03.051.
    """
    height = elevation.astype(np.float32, copy=False)
    out: Array = np.maximum(height - at_drain(height, drain), np.float32(0))
    return out
