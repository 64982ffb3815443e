"""Small holes in a terrain model, which water crosses: roofs and ditches that were left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geoml.types import Array, Mask

BRIDGED_HA = 1.0
"""Largest hole that is bridged: a building, a courtyard, a pond. What is larger, such as a lake, a
quarry or a place that was never surveyed, may hold any ground: its rim says too little about it."""


class Bridged(NamedTuple):
    """A terrain model for the way of the water; ``holes`` and ``wells`` have its shape.

    ``ground`` (m) has heights in its ``holes`` too. ``wells`` are the holes too large for that,
    in which water is lost; what reaches the edge of the raster is the end of the ground, no hole.
    """

    ground: Array
    holes: Mask
    wells: Mask


def bridged(
    elevation: Array, pixel_x: float, pixel_y: float, most_ha: float = BRIDGED_HA
) -> Bridged:
    """``elevation`` (m, NaN unknown, not written to) with a height in each of its small holes.

    Small are those that known ground encloses and that cover at most ``most_ha``; cells that touch
    by a corner are one hole. A cell gets the lowest of four straight lines from rim to rim: along
    the row, the column and the diagonals. That is exact on a plane and along a valley that is
    straight there; it is never below the lowest rim, and never a pit. A hole is seen whole, and
    nothing beyond its rim matters. Between heights of 10 m and 8 m, one hole: 9 m.
    """
    unknown = np.isnan(elevation)
    holes, wells = (np.zeros(unknown.shape, np.bool_) for _ in range(2))
    if not unknown.any():
        return Bridged(elevation, holes, wells)
    small, large = _told_apart(unknown, most_ha * 1e4 / (pixel_x * pixel_y))
    wells[unknown] = large
    holes[unknown] = small
    if not small.any():
        return Bridged(elevation, holes, wells)
    from geoml.features.hydrology.descent import span

    cells = np.flatnonzero(holes)
    heights = np.empty(cells.size, elevation.dtype)
    span(elevation, cells, heights)
    ground = elevation.copy()
    ground.ravel()[cells] = heights
    return Bridged(ground, holes, wells)


def _told_apart(unknown: Mask, most_cells: float) -> tuple[Mask, Mask]:
    """Of each unknown cell, whether it lies in a small or in a large hole."""
    import scipy.ndimage as ndi

    parts, count = ndi.label(unknown, np.ones((3, 3)))
    part = parts[unknown]
    enclosed = np.ones(count + 1, np.bool_)
    for side in (parts[0], parts[-1], parts[:, 0], parts[:, -1]):
        enclosed[side] = False
    few = np.bincount(part, minlength=count + 1) <= most_cells
    return (enclosed & few)[part], (enclosed & ~few)[part]
