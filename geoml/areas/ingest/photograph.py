"""One foreign aerial image -> one staged COG of red, green and blue bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoml.areas.ingest.overlap import native_m, reached
from geoml.areas.keys import Key
from geoml.files import removing
from geoml.raster.cog import cog_writer
from geoml.raster.colours import colours_of
from geoml.raster.grid import Grid
from geoml.raster.header import Header, opened
from geoml.raster.picture import plain_rgb
from geoml.raster.warp import resampling_for, warp_rgb

_BANDS = ("red", "green", "blue")


def stage_photograph(
    key: Key, header: Header, grid: Grid, out: Path
) -> tuple[int, int, tuple[str, ...]]:
    """Write an image in three bands of 1..255; 0 is no data, and black is stored as 1.

    (known cells, 0, what was decided about its colours).
    """
    known = 0
    with opened(header.path, key.drivers) as dataset:
        colours = colours_of(dataset, header.path)
    method = resampling_for("continuous", native_m(key, header, grid), grid.pixel_x)
    scratch = out.with_name(f"{out.stem}-plain.tif")
    with removing(scratch), cog_writer(out, grid, dtype="uint8", nodata=0, bands=_BANDS) as writer:
        if not colours.plain or colours.bands not in ((1,), (1, 2, 3)):
            header = plain_rgb(header, reached(header, grid), scratch)
        for window, rgb, mask in warp_rgb(header, grid, drivers=key.drivers, resampling=method):
            for number, values in enumerate(rgb, 1):
                writer.write(np.where(mask > 0, np.maximum(values, 1), 0), window, number)
            known += int(np.count_nonzero(mask))
    return known, 0, colours.notes
