"""What the features are computed from: also the ground beyond the area."""

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.sources import sources
from geoml.features.hydrology.quantities import alone
from geoml.lifecycle.features import feature_index, is_fresh, refresh
from geoml.paths import Home
from geoml.raster.cog import read
from geoml.raster.grid import Grid, Window
from geoml.vector.coverage import touched

ABOVE, BESIDE, BELOW = 25, 3, 5
"""Cells of ground beyond the area: its river comes from the north."""


@pytest.fixture(scope="module")
def valley(tmp_path_factory):
    """A home with one area in the lower part of a valley, whose terrain model shows all of it."""
    root = tmp_path_factory.mktemp("valley")
    home = Home(root / "home")
    area = areas.create(home, "vale", "Vale", bbox=(2.30, 48.80, 2.32, 48.81))
    grid, sides = area.grid, (area.grid.pixel_x, area.grid.pixel_y)
    corner = grid.west - BESIDE * sides[0], grid.north + ABOVE * sides[1]
    shape = grid.rows + ABOVE + BELOW, grid.cols + 2 * BESIDE
    wide = Grid(area.crs, *corner, *sides, *shape)
    row, col = np.mgrid[: wide.rows, : wide.cols]
    dem = (300 - 0.5 * row + 2.0 * abs(col - 20)).astype(np.float32)
    dem[0], dem[:, [0, -1]] = 0, 0  # beyond the divide
    path = root / "dem.tif"
    place = {"crs": area.crs, "transform": Affine(sides[0], 0, wide.west, 0, -sides[1], wide.north)}
    with rasterio.open(
        path, "w", driver="GTiff", count=1, dtype="float32", height=wide.rows, width=wide.cols,
        **place,
    ) as file:  # fmt: skip
        file.write(dem, 1)
    brook = shapely.LineString([
        (wide.west + 10.5 * sides[0], wide.north - 5 * sides[1]),
        (wide.west + 10.5 * sides[0], wide.north - 15 * sides[1]),
    ])  # fmt: skip
    pond = shapely.Point(grid.west + 900, grid.north - 700).buffer(40)
    frame = geopandas.GeoDataFrame(geometry=[brook, pond], crs=area.crs)
    frame.to_file(root / "water.gpkg", engine="pyogrio")
    report = ingest(home, "vale", [f"dem={path}", f"water={root / 'water.gpkg'}"])
    refresh(home, "vale")
    layers = {"dem": dem, "water": touched(np.array([brook, pond]), wide)}
    return home, area, wide, layers, report


def test_water_comes_from_beyond_the_area(valley):
    home, area, wide, layers, _ = valley
    inside = Window(ABOVE, BESIDE, *area.grid.shape).slices
    for name in ("upstream_area", "hand", "gfi", "river_distance", "twi", "sink_depth"):
        got = read(home.features("vale") / f"{name}.tif")
        expected = alone(layers, wide, name)[inside]
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4, err_msg=name)
    narrow = alone({key: here[inside] for key, here in layers.items()}, area.grid, "upstream_area")
    assert narrow.max() < 0.8 * read(home.features("vale") / "upstream_area.tif").max()


def test_water_around_the_area_is_kept_and_told(valley):
    home, area, _, _, report = valley
    (water,) = (one for one in report.sources if one.key == "water")
    assert water.rows == 2
    assert "1 of them around the area" in water.notes
    assert sources(home, area)["dem"].around.window.row == ABOVE


def test_a_basin_seen_to_its_divide_needs_no_caution_and_a_cut_one_gets_it(valley, tmp_path):
    home, area, _, layers, _ = valley
    index = feature_index(home, "vale")
    assert "warnings" not in index["elevation"]
    assert "warnings" not in index["hand"]
    again = Home(tmp_path / "home")
    areas.create(again, "vale", "Vale", bbox=(2.30, 48.80, 2.32, 48.81))
    cut = tmp_path / "cut.tif"
    with rasterio.open(
        cut, "w", driver="GTiff", count=1, dtype="float32", height=area.grid.rows,
        width=area.grid.cols, crs=area.crs, transform=area.grid.transform,
    ) as file:  # fmt: skip
        file.write(layers["dem"][Window(ABOVE, BESIDE, *area.grid.shape).slices], 1)
    ingest(again, "vale", [f"dem={cut}"])
    report = refresh(again, "vale")
    assert not report.refused
    (told,) = feature_index(again, "vale")["hand"]["warnings"]
    assert told.keys() == {"code", "fr", "en"}
    assert told["code"] == "basin_cut"
    assert refresh(again, "vale").computed == ()
    assert feature_index(again, "vale")["hand"]["warnings"] == [told]


def test_other_surroundings_make_the_features_stale(valley):
    home, area, *_ = valley
    assert is_fresh(home, "vale")
    around = sources(home, area)["dem"].around.path
    away = around.rename(around.with_name("away"))
    assert not is_fresh(home, "vale")
    away.rename(around)
    assert is_fresh(home, "vale")
