"""The rasters of an edition that was made from a picture: what was seen, and the answers on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoml.errors import EmptySource
from geoml.raster.cog import cog_writer, grid_of, open_cog, read_grid
from geoml.raster.grid import Window, windows
from geoml.types import Array
from geoml.vector.drawn import Drawing

LEVELS = 254
SCALING = (100.0 / LEVELS, -100.0 / LEVELS)
"""Percent = byte * scale + offset: the byte is ``1 + round(254 p)``, and 0 is unknown."""
_SIDE = 2048


def copy_known(whole: Path, out: Path) -> float:
    """Write the part of a raster of probabilities that knows anything; the share of it that does.

    A picture may show a corner of a town: tiles, outlines and answers need not look at the rest.
    Raises EmptySource where nothing is known.
    """
    box = _known(whole)
    known = 0
    with open_cog(whole) as dataset:
        grid = grid_of(dataset).window(box)
        options = {"dtype": "uint8", "nodata": 0, "scaling": SCALING, "tags": dataset.tags()}
        with cog_writer(out, grid, bands=("probability",), units=("%",), **options) as writer:
            for part in windows(grid, _SIDE):
                place = Window(box.row + part.row, box.col + part.col, part.rows, part.cols)
                values = dataset.read(1, window=place.bounds)
                known += int(np.count_nonzero(values))
                writer.write(values, part)
    return known / (grid.rows * grid.cols)


def _known(path: Path) -> Window:
    """The smallest window that holds every known pixel."""
    rows, cols = list[int](), list[int]()
    with open_cog(path) as dataset:
        for part in windows(grid_of(dataset), _SIDE):
            there = dataset.read(1, window=part.bounds) > 0
            if there.any():
                down, across = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
                rows += [part.row + int(down[0]), part.row + int(down[-1]) + 1]
                cols += [part.col + int(across[0]), part.col + int(across[-1]) + 1]
    if not rows:
        raise EmptySource("nothing but nodata in the picture", where=str(path))
    return Window(min(rows), min(cols), max(rows) - min(rows), max(cols) - min(cols))


def draw(
    shapes: NDArray[np.object_],
    layers: Mapping[str, Array],
    like: Path,
    folder: Path,
    step: Callable[[float], None],
) -> None:
    """Write each of ``layers`` as a raster on the grid of ``like``: the value of the shape there.

    A value for each shape, in their order; ground that no shape holds is NaN. Window by window:
    memory does not grow with the raster.
    """
    grid, drawing = read_grid(like), Drawing(shapes)
    held = {name: np.append(values, np.nan) for name, values in layers.items()}  # -1 is the last
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                cog_writer(folder / f"{name}.tif", grid, bands=(name,), units=("1",))
            )
            for name in layers
        }
        parts = windows(grid, _SIDE)
        for number, part in enumerate(parts):
            index = drawing.on(grid.window(part))
            for name, writer in writers.items():
                if (index >= 0).any():  # what was never written stays unknown
                    writer.write(held[name][index].astype(np.float32), part)
            step((number + 1) / len(parts))
