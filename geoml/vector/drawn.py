"""Which shape each cell of a grid lies in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize

from geoml.raster.grid import Grid

Indices: TypeAlias = NDArray[np.int32]


class Drawing:
    """Polygons that can be drawn on any window of a grid; their CRS is the grid's."""

    def __init__(self, shapes: Sequence[shapely.Geometry] | NDArray[np.object_]) -> None:
        self._shapes = np.asarray(shapes, dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def on(self, grid: Grid) -> Indices:
        """Index of the polygon that the centre of each cell lies in, -1 in none; shape of ``grid``.

        Where two overlap it is the later one.
        """
        found = np.sort(self._tree.query(shapely.box(*grid.bounds), predicate="intersects"))
        if not found.size:
            return np.full(grid.shape, -1, np.int32)
        drawn: Indices = rasterize(
            ((self._shapes[one], int(one)) for one in found),
            out_shape=grid.shape,
            transform=grid.transform,
            fill=-1,
            dtype="int32",
        )
        return drawn
