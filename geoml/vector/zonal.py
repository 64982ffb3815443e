"""Means of rasters over polygons, by the exact share of each cell that a polygon covers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from pyproj import CRS

from geoml.raster.cog import Band, Layer, band_of, read, read_grid
from geoml.raster.grid import Grid, Window
from geoml.types import Array

_CHUNK = 1024  # cells: polygons whose middle lies in the same square of this side share one read


def zonal_means(rasters: Mapping[str, Layer], polygons: gpd.GeoDataFrame) -> dict[str, Array]:
    """Mean of each raster over each polygon, shape (polygons,); NaN where no known cell is met.

    Cells count by the share of them that the polygon covers (exactextract), so a building
    smaller than a cell gets the value of its cell. Rasters share one grid, and polygons its CRS.
    Memory is bounded by the squares that are read, and by the largest polygon.
    """
    means = {name: np.full(len(polygons), np.nan) for name in rasters}
    if polygons.empty:
        return means
    bands = {name: band_of(layer) for name, layer in rasters.items()}
    grid = read_grid(next(iter(bands.values())).path)
    for rows, window in _chunks(grid, polygons):
        part = polygons.iloc[rows][[polygons.geometry.name]]
        for name, values in _means(bands, grid, window, part).items():
            means[name][rows] = values
    return means


def _chunks(grid: Grid, polygons: gpd.GeoDataFrame) -> Iterator[tuple[NDArray[np.intp], Window]]:
    """Rows of polygons that lie together, and the window that holds all of them."""
    west, south, east, north = polygons.geometry.bounds.to_numpy().T
    col = np.floor(((west + east) / 2 - grid.west) / grid.pixel_x / _CHUNK).astype(int)
    row = np.floor((grid.north - (south + north) / 2) / grid.pixel_y / _CHUNK).astype(int)
    wide = np.maximum((east - west) / grid.pixel_x, (north - south) / grid.pixel_y) > _CHUNK
    alone = np.where(wide, np.arange(len(polygons)), -1)  # a large polygon is read by itself
    keys = np.stack([row, col, alone], axis=1)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    for number in range(int(group.max()) + 1):
        rows = np.flatnonzero(group == number)
        bounds = west[rows].min(), south[rows].min(), east[rows].max(), north[rows].max()
        window = around(grid, *bounds)
        if window is not None:
            yield rows, window


def around(grid: Grid, west: float, south: float, east: float, north: float) -> Window | None:
    """The cells that a box in the grid's CRS meets; None when it lies beside the grid."""
    left = max(math.floor((west - grid.west) / grid.pixel_x), 0)
    top = max(math.floor((grid.north - north) / grid.pixel_y), 0)
    right = min(math.ceil((east - grid.west) / grid.pixel_x), grid.cols)
    bottom = min(math.ceil((grid.north - south) / grid.pixel_y), grid.rows)
    return Window(top, left, bottom - top, right - left) if right > left and bottom > top else None


def _means(
    bands: Mapping[str, Band], grid: Grid, window: Window, polygons: gpd.GeoDataFrame
) -> dict[str, Array]:
    west, south, east, north = grid.window(window).bounds
    wkt = CRS.from_user_input(grid.crs).to_wkt()
    sources: list[Any] = [
        NumPyRasterSource(
            read(band.path, window, band.number), *(west, south, east, north),
            nodata=np.nan, name=name, srs_wkt=wkt,
        )
        for name, band in bands.items()
    ]  # fmt: skip
    located = polygons.set_crs(wkt, allow_override=True)  # the same CRS in the same words
    frame = exact_extract(sources, located, ["mean"], output="pandas")
    single = len(bands) == 1
    return {
        name: frame["mean" if single else f"{name}_mean"].to_numpy(dtype=float) for name in bands
    }
