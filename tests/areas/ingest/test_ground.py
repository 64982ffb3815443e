"""What is said of a terrain model at ingestion, and what becomes of it."""

import numpy as np
import pytest
import shapely

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.ingest.ground import is_surface, warn_of_surface
from geoml.areas.ingest.rasters import Scene
from geoml.areas.sources import sources
from geoml.lifecycle.features import feature_index, refresh
from geoml.paths import Home
from geoml.raster.cog import write
from geoml.raster.grid import Grid

PIXEL = 2.0
GRID = Grid("EPSG:32631", 448_000, 5_410_000, PIXEL, PIXEL, 240, 240)
BLOCK_M = 48.0
"""One house of 16 m stands in the middle of each square of this size."""


def terrain(height, grid=GRID):
    """A slope with houses of a height: 0 for the bare ground."""
    x = (np.arange(grid.cols) + 0.5) * grid.pixel_x
    y = (np.arange(grid.rows) + 0.5) * grid.pixel_y
    east, south = np.abs(x % BLOCK_M - BLOCK_M / 2) < 8, np.abs(y % BLOCK_M - BLOCK_M / 2) < 8
    ground = 100 + 0.1 * x[None] + 2 * np.sin(y[:, None] / 70)
    return (ground + height * (south[:, None] & east[None])).astype(np.float32)


def houses():
    place = np.arange(BLOCK_M / 2, GRID.cols * PIXEL, BLOCK_M)
    return [
        shapely.box(*(GRID.west + x - 8, GRID.north - y - 8, GRID.west + x + 8, GRID.north - y + 8))
        for x in place
        for y in place
    ]


@pytest.fixture
def dem(tmp_path):
    def make(height, grid=GRID):
        path = tmp_path / f"dem-{height:g}-{grid.pixel_x:g}.tif"
        write(path, terrain(height, grid), grid, units=("m",))
        return path

    return make


@pytest.fixture
def footprints(tmp_path):
    import geopandas

    path = tmp_path / "houses.gpkg"
    geopandas.GeoDataFrame(geometry=houses(), crs=GRID.crs).to_file(path)
    return path


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    areas.create(home, "a", "A", bbox=GRID.lonlat_bounds(), crs=GRID.crs, resolution_m=10.0)
    return home


def warnings(home):
    found = sources(home, areas.load(home, "a"))["dem"]
    return [one["code"] for one in found.warnings]


def codes(home):
    return [one["code"] for one in feature_index(home, "a")["slope"].get("warnings", ())]


def test_a_surface_model_is_told_until_the_ground_comes(home, dem):
    report = ingest(home, "a", [f"dem={dem(6)}"])
    assert "surface model" in report.sources[0].line()
    assert warnings(home) == ["surface_model"]
    for _ in range(2):
        refresh(home, "a")
        assert codes(home).count("surface_model") == 1
    report = ingest(home, "a", [f"dem={dem(0)}"])
    assert report.sources[0].notes == ()
    assert warnings(home) == []
    refresh(home, "a")
    assert "surface_model" not in codes(home)


def test_footprints_decide_where_there_are_enough(home, dem, footprints):
    """Huts of 1.8 m make no wall; that they stand where buildings are gives them away."""
    assert not is_surface(dem(1.8))
    ingest(home, "a", [f"buildings={footprints}"])
    stored = sources(home, areas.load(home, "a"))["buildings"].path
    assert is_surface(dem(1.8), stored)
    assert not is_surface(dem(0), stored)
    ingest(home, "a", [f"dem={dem(1.8)}"])
    assert warnings(home) == ["surface_model"]


def test_coarse_files_say_nothing(dem):
    scene = Scene(GRID, dem(6).parent, None, None, {}, None)
    for native_m, count in ((10.0, 1), (10.5, 0)):
        facts = {"file": dem(6).name, "native_m": native_m, "notes": []}
        warn_of_surface({"dem": facts}, scene)
        assert len(facts["notes"]) == len(facts.get("warnings", ())) == count
    warn_of_surface({}, scene)


def test_fine_cells_are_judged_at_the_size_of_houses(tmp_path):
    fine = Grid(GRID.crs, GRID.west, GRID.north, 0.5, 0.5, 600, 600)
    write(tmp_path / "surface.tif", terrain(6, fine), fine)
    write(tmp_path / "ground.tif", terrain(0, fine), fine)
    assert is_surface(tmp_path / "surface.tif")
    assert not is_surface(tmp_path / "ground.tif")


def test_a_village_in_a_large_area_is_found(tmp_path):
    """Houses on 4 % of the ground: as a share of all of it they would be lost."""
    large = Grid(GRID.crs, GRID.west, GRID.north, 5.0, 5.0, 500, 500)
    elevation = terrain(0, large)
    elevation[:100, 400:] = terrain(8, large)[:100, 400:]
    write(tmp_path / "dem.tif", elevation, large)
    assert is_surface(tmp_path / "dem.tif")
