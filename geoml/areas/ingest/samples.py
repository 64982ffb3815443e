"""What a few cells of a foreign raster tell before all of them are read."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from geoml.areas.ingest import lengths
from geoml.areas.ingest.spikes import far_spike
from geoml.areas.keys import Key
from geoml.raster.grid import Grid
from geoml.raster.header import Header, opened
from geoml.raster.warp import has_mask, warp
from geoml.types import Array

_SAMPLE = 256


def sampled(header: Header, grid: Grid, *, unscale: bool, drivers: tuple[str, ...]) -> Array:
    """A coarse sample of the raster over the grid, at most 256 x 256 cells as they are stored."""
    rows, cols = min(grid.rows, _SAMPLE), min(grid.cols, _SAMPLE)
    size_x, size_y = grid.pixel_x * grid.cols / cols, grid.pixel_y * grid.rows / rows
    coarse = Grid(grid.crs, grid.west, grid.north, size_x, size_y, rows, cols)
    blocks = warp(header, coarse, resampling="nearest", unscale=unscale, drivers=drivers)
    return np.concatenate([values.ravel() for _, values in blocks])


def with_nodata(key: Key, header: Header, grid: Grid) -> tuple[Header, list[str]]:
    """The header with the nodata that its file forgot to declare, and a note that says so.

    It is told by a sample: one impossible number and no other, such as -9999 m; or one possible
    number that a block of cells has exactly and that lies far from all others, such as the 0 degC
    outside a clip (``geoml.areas.ingest.spikes``). Left alone it would be mixed into its
    neighbours and come out, far from there, as possible values.
    """
    declared = header.nodata is not None and math.isfinite(header.nodata)
    if declared or key.kind not in ("continuous", "count", "temperature", "reflectance"):
        return header, []
    sample = sampled(header, grid, unscale=False, drivers=key.drivers)
    known = sample[np.isfinite(sample)]
    odd = _impossible(key, header, known)
    why = ""
    if odd is None:
        odd = far_spike(key, known, header.scale, header.offset)
        why = ", far from the others"
    if odd is None:
        return header, []
    with opened(header.path, key.drivers) as dataset:
        if has_mask(dataset, header.band or 1):
            return header, []
    share = 100.0 * float(np.mean(known == odd))
    told = f"{odd:g} taken for nodata, which the file does not declare: {share:.2g} % of the cells"
    return replace(header, nodata=odd), [told + why]


def _impossible(key: Key, header: Header, known: Array) -> float | None:
    """The one number of the sample that the key cannot be; None when there is none, or several."""
    if key.kind == "reflectance":  # these may be digital numbers: none is impossible
        return None
    low, high = (-274.0, 70_000.0) if key.kind == "temperature" else key.valid
    meant = (known * header.scale + header.offset) * to_metres(key, header)
    odd = np.unique(known[(meant < low) | (meant > high)])
    if odd.size != 1 or odd.size == np.unique(known).size:
        return None
    return float(odd[0])


def to_metres(key: Key, header: Header) -> float:
    """Metres in one unit of the file, for a key in metres; 1 where the file names none."""
    found = lengths.metres_in(header.unit) if key.unit == "m" else 1.0
    return 1.0 if found is None else found
