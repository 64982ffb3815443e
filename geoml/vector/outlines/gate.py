"""Whether a redrawn shape still tells what was seen."""

from __future__ import annotations

import numpy as np
import shapely

from geoml.types import Mask
from geoml.vector.outlines.rings import Shapes

LEAST_IOU = 0.85
AREA_RATIO = (0.9, 1.1)


def accepted(drawn: Shapes, raw: Shapes) -> Mask:
    """Which of ``drawn`` may stand for ``raw``: a valid polygon, IoU >= 0.85, area within 10 %."""
    single = shapely.get_type_id(drawn) == shapely.GeometryType.POLYGON
    sound = single & shapely.is_valid(drawn) & ~shapely.is_empty(drawn)
    fits = np.zeros(len(raw), bool)
    a, b = drawn[sound], raw[sound]
    shared = shapely.area(shapely.intersection(a, b))
    area, seen = shapely.area(a), shapely.area(b)
    low, high = AREA_RATIO
    fits[sound] = (
        (shared >= LEAST_IOU * (area + seen - shared))
        & (area >= low * seen)
        & (area <= high * seen)
    )
    return fits
