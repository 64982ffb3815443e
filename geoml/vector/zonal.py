"""Means of rasters over polygons, by the exact share of each cell that a polygon covers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
from exactextract import exact_extract
from exactextract.raster import RasterioRasterSource

from geoml.raster.cog import open_cog
from geoml.types import Array


def zonal_means(rasters: Mapping[str, Path], polygons: gpd.GeoDataFrame) -> dict[str, Array]:
    """Mean of each raster over each polygon, shape (polygons,); NaN where no known cell is met.

    Cells count by the share of them that the polygon covers (exactextract, Baston 2023), so a
    building smaller than a cell gets the value of its cell. Rasters are read in the pieces that
    the polygons touch. Polygons must be in the CRS of the rasters.
    """
    if polygons.empty:
        return {name: np.empty(0) for name in rasters}
    with ExitStack() as stack:
        sources = [
            RasterioRasterSource(stack.enter_context(open_cog(path)), name=name)
            for name, path in rasters.items()
        ]
        frame = exact_extract(
            sources, polygons[[polygons.geometry.name]], ["mean"], output="pandas"
        )
    single = len(rasters) == 1
    return {
        name: frame["mean" if single else f"{name}_mean"].to_numpy(dtype=float) for name in rasters
    }
