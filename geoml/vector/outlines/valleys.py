"""Where bodies that touch part: along the valley of the probability between them.

A network that cannot see the wall between two houses is less sure there than on their roofs. So an
outline is looked at again above rising thresholds: where it falls into several parts of some size,
they are the bodies, and every pixel goes to one of them, climbing from the surest down (watershed).
"""

from __future__ import annotations

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes

from geoml.raster.grid import Window
from geoml.types import Bytes2D, Mask
from geoml.vector.outlines.coded import LEVELS, Read
from geoml.vector.outlines.rings import Shapes, straightened
from geoml.vector.repair import usable

_RISE = (0.3, 0.6, 0.8, 0.92)
"""The thresholds that are tried, as shares of the way from the first one to certainty."""
_LEAST_SHARE = 0.05
"""A part smaller than this share of its body is a bright patch of it and no body of its own."""
_WIDEST_PX = 4096
"""An outline that is wider or higher is left whole: one window of it must fit into memory."""


def parted_by_valleys(polygons: Shapes, read: Read, least: int, core_px: float) -> Shapes:
    """Outlines in whole pixels, each cut into its bodies; in the order of the outlines.

    ``least`` is the byte from which a pixel is in an outline, ``core_px`` the area of the smallest
    body above the threshold at which it stands alone; 0 parts nothing. Every body is valid, has
    corners on whole pixels, and together they are the outline (but for what its holes hide).
    """
    bounds = shapely.bounds(polygons).reshape(-1, 4)
    large = shapely.area(polygons) >= 2 * core_px
    fits = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0) <= _WIDEST_PX
    out: list[Shapes] = []
    for i, look in enumerate(large & fits & (core_px > 0)):
        one = polygons[i : i + 1]
        out.append(_parts(one, read, least, core_px, bounds[i]) if look else one)
    return np.concatenate([*out, np.empty(0, object)])


def _parts(
    polygon: Shapes, read: Read, least: int, core_px: float, bounds: NDArray[np.float64]
) -> Shapes:
    left, top, right, bottom = (int(side) for side in bounds)
    place = Affine.translation(left, top)
    values = read(Window(top, left, bottom - top, right - left))
    inside = rasterize(polygon, values.shape, transform=place, dtype="uint8").view(np.bool_)
    found, number = cores(np.where(inside, values, 0), inside, least, core_px)
    if number < 2:
        return polygon
    bodies = watershed(values, inside, found)
    told = [
        (value, shapely.Polygon(one["coordinates"][0], one["coordinates"][1:]))
        for one, value in shapes(bodies, mask=bodies > 0, connectivity=4, transform=place)
    ]
    told.sort(key=lambda pair: pair[0])
    drawn = np.array([one for _, one in told], dtype=object)
    return straightened(usable(drawn, ("polygon",))[0])


def cores(
    values: Bytes2D, inside: Mask, least: int, core_px: float
) -> tuple[NDArray[np.int32], int]:
    """(number of the body that a pixel is the core of, 0 for none; how many bodies there are).

    All of ``inside`` is one body, until at some threshold two parts of it or more are large enough;
    then each of them is one, and is looked at in the same way.
    """
    from scipy.ndimage import label

    marks = inside.astype(np.int64)
    number = 1
    for rise in _RISE:
        parts, count = label(values >= least + rise * (LEVELS + 1 - least))
        sizes = np.bincount(parts.ravel(), minlength=count + 1)
        body_of = np.zeros(count + 1, np.int64)
        body_of[parts] = marks
        share = _LEAST_SHARE * np.bincount(marks.ravel())[body_of]
        counts = (sizes >= np.maximum(core_px, share)) & (body_of > 0)
        counts[0] = False
        falls = np.bincount(body_of[counts], minlength=number + 1) >= 2
        if not falls.any():
            continue
        born = counts[parts] & falls[marks]
        marks = np.where(born, parts + number, np.where(falls[marks], 0, marks))
        kept, marks = np.unique(marks, return_inverse=True)
        number = len(kept) - 1
    return marks.reshape(inside.shape).astype(np.int32), number


def watershed(values: Bytes2D, inside: Mask, marks: NDArray[np.int32]) -> NDArray[np.int32]:
    """Every pixel of ``inside`` with the number of its core, by the way that stays surest."""
    from scipy.ndimage import watershed_ift

    cost = np.where(inside, 255 - values, 255).astype(np.uint8)
    found: NDArray[np.int32] = np.where(inside, watershed_ift(cost, marks), 0)
    return found
