"""The district's files agree with each other and with the town they were drawn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import geopandas
import numpy as np
import pytest
import shapely
from shapely import Polygon

from geoml.areas.demo.aerial.survey import MODEL_SD_M, Flight, fly
from geoml.areas.demo.footprints import Building
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.materials import CODE
from geoml.areas.demo.roads import Roads
from geoml.areas.demo.surface import Surface, empty
from geoml.raster import cog
from geoml.raster.grid import Grid

SIDE = 60.0
SHAPE = shapely.box(20.0, 22.0, 34.0, 30.0).union(shapely.box(20.0, 29.0, 25.0, 38.0))


def elevation(x: Any, y: Any) -> Any:
    """A hillside: 4 % up to the east, 2 % up to the north."""
    return 100 + 0.04 * x + 0.02 * y


@pytest.fixture(scope="module")
def flown(valley: Layout, tmp_path_factory: pytest.TempPathFactory) -> Flight:
    """One house of an L shape on a slope of meadow."""
    west, south = valley.plan.south_west
    ground = Grid(valley.plan.crs, west - 200, south + 260, 10.0, 10.0, 46, 46)
    x = ground.west + (np.arange(46) + 0.5) * 10 - west
    y = ground.north - (np.arange(46) + 0.5) * 10 - south
    shape = shapely.transform(SHAPE, lambda points: points + np.array(valley.plan.south_west))
    layout = replace(
        valley,
        ground=ground,
        elevation_m=elevation(x[None], y[:, None]).astype(np.float32),
        roads=Roads((), (), (), ()),
        streets=(),
        buildings=(Building(cast("Polygon", shape), "house", 2, 8.0, 5.0),),
    )
    surface: Surface = empty(ground.refine(4))
    surface.material[surface.material >= 0] = CODE["meadow"]
    spot = shape.representative_point()
    row, col = surface.grid.index(spot.x, spot.y) or (0, 0)
    surface.material[row, col] = CODE["tile roof"]
    folder: Path = tmp_path_factory.mktemp("district")
    files = Flight(folder / "photo.tif", folder / "model.tif", folder / "truth.gpkg")
    extent = Grid(valley.plan.crs, west, south + SIDE, 30.0, 30.0, 2, 2)
    fly(layout, surface, extent, files)
    return files


def test_the_true_planes_cover_the_footprint_once(flown: Flight) -> None:
    planes = geopandas.read_file(flown.truth)
    assert set(planes["building"]) == {0}
    assert planes["area_m2"].sum() == pytest.approx(SHAPE.area, rel=0.02)
    assert (planes["tilt_deg"] > 20).all()
    facing = np.sort(planes["azimuth_deg"].to_numpy())
    np.testing.assert_allclose(facing, (0, 90, 180, 270), atol=0.5)


def test_the_surface_model_is_ground_and_planes(flown: Flight) -> None:
    model = cog.read(flown.model)
    rows, cols = np.indices(model.shape)
    ground = elevation(cols + 0.5, SIDE - rows - 0.5)
    flat = model - ground
    assert np.isfinite(model).all()
    clear = flat[:15]
    assert abs(float(clear.mean())) < 0.05
    assert clear.std() == pytest.approx(MODEL_SD_M, rel=0.25)
    base = elevation(*SHAPE.centroid.coords[0])
    assert model.max() == pytest.approx(base + 8.0, abs=1.3)
    planes = geopandas.read_file(flown.truth)
    south = planes[np.isclose(planes["azimuth_deg"], 180, atol=1)].iloc[0]
    rise = np.tan(np.deg2rad(south["tilt_deg"]))
    # Three rows of the south slope, clear of the eaves and the wing.
    steps = model[34:37, 27:33].mean(axis=1)
    np.testing.assert_allclose(np.diff(steps), -rise, atol=0.15)


def test_the_photograph_shows_the_house_on_its_meadow(flown: Flight) -> None:
    red, green = (cog.read(flown.photograph, band=band) for band in (1, 2))
    assert red.shape == (240, 240)
    house, meadow = np.s_[140:148, 100:130], np.s_[10:60, 20:220]
    assert (green > red)[meadow].mean() > 0.7
    assert (red > green)[house].mean() > 0.7
