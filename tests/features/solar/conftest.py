"""A street of houses with known roofs, drawn on a surface model of any cell size."""

from dataclasses import dataclass

import numpy as np
import pytest
from shapely.geometry import box

from geoml.raster.cog import write
from geoml.raster.grid import Grid

CRS = "EPSG:32631"
WEST, NORTH = 500_000.0, 4_983_000.0  # on the central meridian at 45 N: the grid's north is true
GROUND_M = 120.0


@dataclass(frozen=True)
class House:
    """A roof of two faces that fall away from a ridge (or one, or none), eaves 6 m up."""

    x: float
    y: float
    tilt: float
    azimuth: float
    width: float = 16.0
    depth: float = 12.0
    faces: int = 2

    @property
    def outline(self):
        return box(
            WEST + self.x - self.width / 2,
            NORTH - self.y - self.depth / 2,
            WEST + self.x + self.width / 2,
            NORTH - self.y + self.depth / 2,
        )

    def heights(self, east, north):
        """Heights of the roof over places in metres from its middle, NaN beside it."""
        facing = np.radians(self.azimuth)
        down = east * np.sin(facing) + north * np.cos(facing)
        fall = np.abs(down) if self.faces == 2 else down
        reach = np.hypot(self.width, self.depth) / 2
        roof = GROUND_M + 6.0 + np.tan(np.radians(self.tilt)) * (reach - fall)
        beside = (np.abs(east) > self.width / 2) | (np.abs(north) > self.depth / 2)
        return np.where(beside, np.nan, roof)


@dataclass(frozen=True)
class Street:
    """Houses on level ground, ``size`` metres a side."""

    houses: tuple
    size: float = 80.0

    def draw(self, cell, noise=0.0):
        cells = round(self.size / cell)
        grid = Grid(CRS, WEST, NORTH, cell, cell, cells, cells)
        at = (np.arange(cells) + 0.5) * cell
        x, y = np.meshgrid(at, at)
        surface = np.full(grid.shape, GROUND_M)
        for house in self.houses:
            roof = house.heights(x - house.x, house.y - y)
            surface = np.where(np.isnan(roof), surface, roof)
        rough = np.random.default_rng(7).normal(0, noise, grid.shape) if noise else 0.0
        return (surface + rough).astype(np.float32), grid

    def roofs(self):
        import geopandas as gpd

        return gpd.GeoDataFrame(geometry=[house.outline for house in self.houses], crs=CRS)


@pytest.fixture
def draw(tmp_path):
    """Write a street as two rasters: (surface, bare ground)."""

    def to_files(street, cell=0.5, noise=0.03):
        surface, grid = street.draw(cell, noise)
        write(tmp_path / "dsm.tif", surface, grid)
        write(tmp_path / "dem.tif", np.full(grid.shape, GROUND_M, np.float32), grid)
        return tmp_path / "dsm.tif", tmp_path / "dem.tif"

    return to_files
