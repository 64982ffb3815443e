"""A small square town and files about it, made by readable code."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoml.areas import area as areas
from geoml.areas.area import Area
from geoml.paths import Home

BBOX = (2.30, 48.80, 2.33, 48.82)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def town(home: Home) -> Area:
    """2.2 x 2.2 km in Lambert-93, 30 m cells."""
    return areas.create(home, "town", "Town", bbox=BBOX)


@pytest.fixture
def raster(tmp_path: Path, town: Area) -> Callable[..., Path]:
    """``raster(values, pixel=30)``: a GeoTIFF from the north-west corner of the town on."""

    def write(values: Any, name: str = "file.tif", *, pixel: float = 30.0, **options: Any) -> Path:
        bands = np.atleast_3d(values).transpose(2, 0, 1) if np.ndim(values) == 2 else values
        corner = options.pop("corner", (town.grid.west, town.grid.north))
        unit, scale = options.pop("unit", None), options.pop("scale", None)
        profile = {
            "driver": "GTiff",
            "count": len(bands),
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": bands.dtype,
            "crs": town.crs,
            "transform": Affine(pixel, 0, corner[0], 0, -pixel, corner[1]),
            **options,
        }
        path = tmp_path / name
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(bands)
            if unit:
                dataset.units = (unit,) * len(bands)
            if scale:
                dataset.scales, dataset.offsets = ((value,) * len(bands) for value in scale)
        return path

    return write


@dataclass
class Wide:
    """Ground that reaches beyond the town, from its own north-west corner on."""

    values: np.ndarray
    corner: tuple[float, float]


@pytest.fixture
def slope_around(town: Area) -> Callable[[int, int], Wide]:
    """``slope_around(rows, cols)``: a plain that falls to the south, so many cells wider."""

    def make(rows: int, cols: int) -> Wide:
        row, col = np.mgrid[: town.grid.rows + 2 * rows, : town.grid.cols + 2 * cols]
        values = (500 - row + 0.1 * abs(col - cols - 30)).astype(np.float32)
        return Wide(values, (town.grid.west - 30 * cols, town.grid.north + 30 * rows))

    return make


@pytest.fixture
def vector(tmp_path: Path, town: Area) -> Callable[..., Path]:
    """``vector(geometries, name, **columns)``: a file in the town's CRS."""

    def write(geometries: Any, name: str = "file.gpkg", /, **columns: Any) -> Path:
        frame = geopandas.GeoDataFrame(columns, geometry=list(geometries), crs=town.crs)
        path = tmp_path / name
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path, engine="pyogrio")
        return path

    return write


@pytest.fixture
def square(town: Area) -> Callable[..., shapely.Polygon]:
    """``square(x, y, size)``: metres east and south of the town's north-west corner."""

    def make(x: float, y: float, size: float = 10.0) -> shapely.Polygon:
        west, north = town.grid.west + x, town.grid.north - y
        return shapely.box(west, north - size, west + size, north)

    return make
