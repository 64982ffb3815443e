"""One foreign aerial image -> one staged COG of red, green and blue bytes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from geoml.areas.ingest.overlap import native_m, reached, seen
from geoml.areas.keys import Key
from geoml.files import removing
from geoml.raster.cog import cog_writer
from geoml.raster.colours import collared, colours_of
from geoml.raster.grid import Grid, Window
from geoml.raster.header import Header, opened
from geoml.raster.picture import plain_rgb
from geoml.raster.warp import resampling_for, warp_rgb

_BANDS = ("red", "green", "blue")
_TOUCH = 1e-6  # of a cell: a corner that comes back from another CRS reaches no next one


def shown(header: Header, grid: Grid) -> Window:
    """The cells of an area's grid that a picture reaches: only they are stored, as fine as it is.

    Pictures have a hundred cells and more for one of the grid, and seldom show a whole area.
    """
    west, south, east, north = seen(header, grid.crs, grid.bounds)
    top = max(math.floor((grid.north - north) / grid.pixel_y + _TOUCH), 0)
    left = max(math.floor((west - grid.west) / grid.pixel_x + _TOUCH), 0)
    bottom = min(math.ceil((grid.north - south) / grid.pixel_y - _TOUCH), grid.rows)
    right = min(math.ceil((east - grid.west) / grid.pixel_x - _TOUCH), grid.cols)
    return Window(top, left, max(bottom - top, 1), max(right - left, 1))


def stage_photograph(
    key: Key, header: Header, grid: Grid, out: Path
) -> tuple[int, int, tuple[str, ...]]:
    """Write an image in three bands of 1..255; 0 is no data, and black is stored as 1.

    A collar of black or white that the file does not declare is no data (``geoml.raster.collar``).

    (known cells, 0, what was decided about its colours).
    """
    known = 0
    with opened(header.path, key.drivers) as dataset:
        colours = collared(dataset, colours_of(dataset, header.path), header.path)
    method = resampling_for("continuous", native_m(key, header, grid), grid.pixel_x)
    scratch = out.with_name(f"{out.stem}-plain.tif")
    with removing(scratch), cog_writer(out, grid, dtype="uint8", nodata=0, bands=_BANDS) as writer:
        if not colours.plain or colours.bands not in ((1,), (1, 2, 3)):
            header = plain_rgb(header, reached(header, grid), scratch, colours)
        for window, rgb, mask in warp_rgb(header, grid, drivers=key.drivers, resampling=method):
            for number, values in enumerate(rgb, 1):
                writer.write(np.where(mask > 0, np.maximum(values, 1), 0), window, number)
            known += int(np.count_nonzero(mask))
    return known, 0, colours.notes
