"""Whether a terrain model shows the ground, or what stands on it: roofs give themselves away.

Water flows around a house, not over it: on a surface model every depression, every flow path and
every height above the river is wrong in town. A roof is a plateau of building size: walls that
rise on one side and fall on the other, along the rows and along the columns, each much steeper
than the ground before it and the roof behind it. The same idea, the other way round, takes roofs
out of laser scans (Zhang et al. 2003, doi:10.1109/TGRS.2003.810682).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.types import Array, Mask

COARSEST_M = 10.0
"""Cells above this size blur a house into a hillock: nothing can be told."""
WALL_M = 2.0
"""A step lower than this is a kerb, a bank or a ditch."""
_STEEPER = 1.5
_SPAN_M = 4.0
_WIDEST_M = 60.0
_LEAST_M2 = 40.0
_MANY = 1 << 30

_Steps: TypeAlias = NDArray[np.int64]


def plateaus(elevation: Array, pixel_x: float, pixel_y: float) -> Mask:
    """Cells that stand between walls on all four sides, shape of ``elevation`` (m, NaN unknown).

    A wall is a step of ``WALL_M`` or more within 4 m that is 1.5 times as steep as what lies before
    and behind it; the next wall to the left and above must rise, the next one to the right and
    below must fall, at most 60 m apart. A slope has no wall, a terrace or a cliff has one side, a
    dam has two.
    """
    along = _between_walls(elevation, pixel_x)
    across = _between_walls(np.ascontiguousarray(elevation.T), pixel_y).T
    out: Mask = along & across
    return out


def shows_buildings(
    elevation: Array, pixel_x: float, pixel_y: float, *, least: int = 10, share: float = 0.02
) -> bool:
    """Whether a piece of ground of about 500 m a side holds ``least`` plateaus or more.

    They must be 40 m2 or larger each and cover ``share`` of the known cells: one hall that was
    forgotten is not a surface model. Sheer rock pinnacles pass for houses. Always False on cells
    of more than ``COARSEST_M``, where nothing can be told.
    """
    if max(pixel_x, pixel_y) > COARSEST_M:
        return False
    found = plateaus(elevation, pixel_x, pixel_y)
    known = np.count_nonzero(np.isfinite(elevation))
    if not known or np.count_nonzero(found) < share * known:
        return False
    from scipy import ndimage

    labels, _ = ndimage.label(found)
    sizes = np.bincount(labels.ravel())[1:] * (pixel_x * pixel_y)
    return int(np.count_nonzero(sizes >= _LEAST_M2)) >= least


def footprint_rises(elevation: Array, footprints: Mask, pixel_x: float, pixel_y: float) -> Array:
    """How many metres each building stands above the ground around it, shape (buildings,).

    ``footprints`` (shape of ``elevation``) is True where a building stands; cells that touch are
    one building. Median of its cells minus median of the cells 4 to 12 m away that no building
    covers: 0 on a plane of any slope around a house that was taken out. Buildings smaller than
    40 m2, or without known ground, are left out.
    """
    from scipy import ndimage

    labels, count = ndimage.label(footprints, np.ones((3, 3)))
    gap, nearest = ndimage.distance_transform_edt(
        ~footprints, sampling=(pixel_y, pixel_x), return_indices=True
    )
    around = np.where((gap >= _SPAN_M) & (gap <= 3 * _SPAN_M), labels[tuple(nearest)], 0)
    known = np.isfinite(elevation)
    numbers = np.arange(1, count + 1)
    sizes = np.bincount(labels[known], minlength=count + 1)[1:] * (pixel_x * pixel_y)
    ground = np.bincount(around[known], minlength=count + 1)[1:]
    numbers = numbers[(sizes >= _LEAST_M2) & (ground > 0)]
    if not numbers.size:
        return np.empty(0)
    heights = np.where(known, elevation, 0.0)
    top = ndimage.median(heights, np.where(known, labels, 0), numbers)
    foot = ndimage.median(heights, np.where(known, around, 0), numbers)
    rises: Array = np.asarray(top) - np.asarray(foot)
    return rises


def _between_walls(elevation: Array, pixel: float) -> Mask:
    """Cells of each row that stand on a wall to the left and on one to the right."""
    left = _since_wall(elevation, pixel)
    right = _since_wall(elevation[:, ::-1], pixel)[:, ::-1]
    out: Mask = (left + right + 1) * pixel <= _WIDEST_M
    return out


def _since_wall(elevation: Array, pixel: float) -> _Steps:
    """How many cells to the left the last wall is that rises to the right; many if one fell since.

    0 where the wall ends in the cell.
    """
    place = np.arange(elevation.shape[1])
    rising, falling = _walls(elevation, max(1, round(_SPAN_M / pixel)))
    risen = np.maximum.accumulate(np.where(rising, place, -_MANY), axis=1)
    fallen = np.maximum.accumulate(np.where(falling, place, -_MANY), axis=1)
    return np.where(risen >= fallen, place - risen, _MANY)


def _walls(elevation: Array, span: int) -> tuple[Mask, Mask]:
    """(rising, falling) to the right, at the right end of the step."""
    cols = elevation.shape[1]
    wide = np.pad(elevation, ((0, 0), (span + 1, 1)), mode="edge")
    here = wide[:, span + 1 : span + 1 + cols]
    foot = wide[:, 1 : 1 + cols]
    before = np.abs(foot - wide[:, :cols])
    behind = np.abs(wide[:, span + 2 : span + 2 + cols] - here)
    step = here - foot
    wall = np.abs(step) >= np.maximum(WALL_M, _STEEPER * span * np.maximum(before, behind))
    return wall & (step > 0), wall & (step < 0)
