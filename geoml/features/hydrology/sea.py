"""The sea, as terrain models show it: one still level at or below 0 m that leaves the raster."""

from __future__ import annotations

import numpy as np

from geoml.types import Array, Mask

LEAST_KM2 = 1.0
"""Still ground smaller than this is a pond or a field, not the sea."""


def sea(elevation: Array, pixel_x: float, pixel_y: float, least_km2: float = LEAST_KM2) -> Mask:
    """Cells of the sea, shape of ``elevation`` (m); unknown ground is none.

    Neighbouring cells of exactly one height, 0 m or lower, that touch the edge of the raster or
    unknown ground and cover ``least_km2`` or more. A polder lies below 0 m too, but is not still.
    """
    import scipy.ndimage as ndi

    low = elevation <= 0
    out = np.zeros(elevation.shape, np.bool_)
    if not low.any():
        return out
    least = least_km2 * 1e6 / (pixel_x * pixel_y)
    unknown = np.pad(np.isnan(elevation), 1, constant_values=True)
    shore = ndi.binary_dilation(unknown, np.ones((3, 3)))[1:-1, 1:-1] & low
    for height in _wide_heights(elevation[low], elevation[shore], least):
        still = elevation == height
        parts, _ = ndi.label(still, np.ones((3, 3)))
        sizes = np.bincount(parts.ravel())
        wide = [part for part in np.unique(parts[shore & still]) if sizes[part] >= least]
        out |= np.isin(parts, wide)
    return out


def _wide_heights(low: Array, shore: Array, least: float) -> Array:
    """Heights that ``least`` cells or more of ``low`` have, one of them on the ``shore``.

    A polder on a fine terrain model has as many heights as cells: only the few that could be the
    sea are worth a look at the whole raster.
    """
    heights, counts = np.unique(low, return_counts=True)
    wide: Array = heights[counts >= least]
    return wide[np.isin(wide, shore)]
