"""How much of a roof face modules can cover."""

from __future__ import annotations

import numpy as np

from geoml.features.solar.assumptions import Assumptions
from geoml.types import Array, Mask


def setback_share(cells: Mask, cell_x: float, cell_y: float, setback_m: float) -> Array:
    """Share of each cell of a face that is further than the setback from its edge, [0, 1].

    (distance - setback) / cell, held in [0, 1], of the distance from a cell's centre to the nearest
    centre outside the face, in metres: exact along a straight edge for cells of any size. The edge
    is that of the face: eaves, ridges and obstacles alike.
    """
    from scipy import ndimage

    framed = np.pad(cells, 1)
    away = ndimage.distance_transform_edt(framed, sampling=(cell_y, cell_x))[1:-1, 1:-1]
    share: Array = np.clip((away - setback_m) / max(cell_x, cell_y), 0.0, 1.0)
    return share


def module_area(
    free_plan_m2: Array, tilt_deg: Array, assumptions: Assumptions, *, sunny: Mask
) -> Array:
    """Area of modules on n faces, m2, measured along the slope; 0 where a face is not fitted.

    free plan / cos(tilt) is the free face; modules cover the packing share of it if it has at least
    ``minimum_facet_m2`` and is ``sunny``. NaN tilt: NaN.
    """
    flat = tilt_deg < assumptions.flat_below_deg
    face = free_plan_m2 / np.cos(np.radians(tilt_deg))
    packing = np.where(flat, assumptions.packing_flat, assumptions.packing_pitched)
    fitted = (face >= assumptions.minimum_facet_m2) & sunny
    area: Array = np.where(np.isnan(face), np.nan, np.where(fitted, face * packing, 0.0))
    return area
