"""Where water runs in a bed: mapped water, and cells that enough ground drains through."""

from __future__ import annotations

import numpy as np

from geoml.features.hydrology.routing import Cells, Flow
from geoml.types import Array, Mask

CHANNEL_KM2 = 0.025
"""Least upstream area of a channel that no map shows: headwaters that run part of the year too.

Chosen on the streams mapped in one half of a county and checked on the other (docs/validation.md),
where slope and several directions of flow added little to the area alone, and curvature a little
more at the price of a second threshold (O'Callaghan and Mark 1984,
doi:10.1016/S0734-189X(84)80011-0). A small channel floods little ground: the geomorphic flood index
knows that, the height above the drainage does not.
"""

CHANNEL_CELLS = 25
"""Least number of cells upstream of such a channel: a few cells of coarse ground are no bed."""

RIVER_KM2 = 1.0
"""Least upstream area of what a person would call a river or a stream, where no map shows one: the
way to the next gully says little. A choice, not a fit."""

UNDRAINED = -1
"""What stands for the nearest drainage cell where water leaves known ground before it meets one."""


def drainage(
    flow: Flow,
    upstream_km2: Array,
    water: Mask | None = None,
    channel_km2: float | None = None,
) -> Mask:
    """Cells of the drainage: mapped water, and known ground that ``channel_km2`` drains through.

    None stands for ``CHANNEL_KM2`` and at least ``CHANNEL_CELLS`` cells. An outlet beside mapped
    water of unknown height drains into it: it is drainage too.
    """
    known = ~np.isnan(flow.level)
    if channel_km2 is None:
        channel_km2 = _resolved(CHANNEL_KM2, flow)
    found: Mask = known & (upstream_km2 >= channel_km2)
    if water is not None:
        found |= known & (water | beside(water & ~known, flow))
    return found


def rivers(flow: Flow, upstream_km2: Array, water: Mask | None = None) -> Mask:
    """The drainage without its smallest channels: mapped water, and channels of ``RIVER_KM2``."""
    return drainage(flow, upstream_km2, water, _resolved(RIVER_KM2, flow))


def _resolved(least_km2: float, flow: Flow) -> float:
    """That area, and no less than cells of this size can tell."""
    return max(least_km2, CHANNEL_CELLS * flow.pixel_x * flow.pixel_y / 1e6)


def beside(unseen: Mask, flow: Flow) -> Mask:
    """Outlets that touch ``unseen`` cells, shape of the flow."""
    near = np.zeros(flow.shape, np.bool_)
    if not unseen.any():
        return near
    rows, cols = flow.shape
    wide = np.pad(unseen, 1)
    for down in range(3):
        for right in range(3):
            near |= wide[down : down + rows, right : right + cols]
    outlet = np.zeros(near.size, np.bool_)
    outlet[flow.outlets] = True
    out: Mask = near & outlet.reshape(flow.shape)
    return out


def nearest_drain(flow: Flow, drainage: Mask) -> Cells:
    """Flat number of the first drainage cell on the way down from each cell; its own on drainage.

    Shape (rows, cols), int32; UNDRAINED where the ground is unknown or the way ends before.
    """
    here = np.arange(drainage.size, dtype=np.int32).reshape(drainage.shape)
    start = np.where(drainage, here, np.int32(UNDRAINED))
    if flow.order.size < 2:
        return start
    found: Cells = flow.raster().fillnodata(start, UNDRAINED, direction="up")
    return found


def at_drain(values: Array, drain: Cells) -> Array:
    """``values`` of each cell's nearest drainage cell, NaN where there is none."""
    taken = values.ravel()[np.maximum(drain, 0)]
    out: Array = np.where(drain >= 0, taken, values.dtype.type(np.nan))
    return out
