"""Areas all over the world: the CRS, the ground, and where things come out."""

import math

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.projection import distortion
from geoml.areas.sources import sources
from geoml.errors import InvalidArgument
from geoml.raster.cog import read
from geoml.raster.grid import transformer
from geoml.raster.webgrid import tiles_of, zooms

GEOD = Geod(ellps="WGS84")
SIDE = 0.01

PLACES = {
    "across a UTM border, Luxembourg": (6.0, 50.0, "EPSG:32632"),
    "Santiago": (-70.65, -33.45, "EPSG:32719"),
    "Nairobi": (36.82, -1.29, "EPSG:32737"),
    "across the equator": (36.82, 0.0, "EPSG:32637"),
    "Saint-Denis, La Reunion": (55.45, -20.9, "EPSG:2975"),
    "Pointe-a-Pitre, Guadeloupe": (-61.53, 16.24, "EPSG:5490"),
    "Cayenne, Guyane": (-52.33, 4.93, "EPSG:2972"),
    "Mamoudzou, Mayotte": (45.22, -12.79, "EPSG:4471"),
    "Dunkirk, where Lambert-93 is at its worst": (2.38, 51.03, "EPSG:2154"),
    "Bergen, in zone 32V": (5.33, 60.39, "EPSG:32632"),
    "Longyearbyen, Svalbard": (15.63, 78.22, "EPSG:32633"),
    "80 N": (20.0, 80.0, "EPSG:32633"),
    "Taveuni, Fiji, west of 180": (179.95, -16.8, "EPSG:32760"),
    "Taveuni, Fiji, east of 180": (-179.9, -16.8, "EPSG:32701"),
}


@pytest.fixture(params=PLACES)
def made(request, home):
    """(area, longitude, latitude, CRS): about 1 km of a place."""
    lon, lat, crs = PLACES[request.param]
    wide = SIDE / math.cos(math.radians(lat))
    bbox = (lon - wide / 2, lat - SIDE / 2, lon + wide / 2, lat + SIDE / 2)
    return areas.create(home, "town", request.param, bbox=bbox), lon, lat, crs


def test_each_place_has_its_crs_and_its_distortion_is_told(made):
    area, _, _, crs = made
    assert area.crs == crs
    worst = distortion(area.grid)
    assert worst.distance_percent < (0.25 if crs == "EPSG:2154" else 0.1)
    assert worst.area_percent == pytest.approx(2 * worst.distance_percent, rel=0.02)


def test_the_distortion_is_that_of_the_ellipsoid(made):
    """100 cells eastward along the grid, against the geodesic between their ends."""
    area, _, _, _ = made
    x, y = area.grid.west, area.grid.north
    to_lonlat = transformer(area.crs, "OGC:CRS84")
    (lon1, lat1), (lon2, lat2) = to_lonlat.transform(x, y), to_lonlat.transform(x + 900, y)
    ground = GEOD.line_length([lon1, lon2], [lat1, lat2])
    told = distortion(area.grid).distance_percent
    assert 100 * abs(900 / ground - 1) <= told + 0.01


def test_a_place_there_and_back_is_the_same_place(made):
    area, lon, lat, _ = made
    x, y = transformer("OGC:CRS84", area.crs).transform(lon, lat)
    back = transformer(area.crs, "OGC:CRS84").transform(x, y)
    assert GEOD.line_length([lon, back[0]], [lat, back[1]]) < 0.01
    row, col = area.grid.at(lon, lat)
    window = area.grid
    centre = (window.west + (col + 0.5) * 30, window.north - (row + 0.5) * 30)
    near = transformer(area.crs, "OGC:CRS84").transform(*centre)
    assert GEOD.line_length([lon, near[0]], [lat, near[1]]) < 30


def test_tiles_lie_where_the_town_is(made):
    area, lon, lat, _ = made
    lowest, highest = zooms(area.grid)
    assert 0 < lowest <= highest
    found = tiles_of(area.grid, highest)
    n = 2**highest
    x = (lon + 180) / 360 * n
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    assert found.x <= x <= found.x + found.cols
    assert found.y <= y <= found.y + found.rows


def test_a_hut_comes_out_where_it_stands(made, home, tmp_path):
    """A hut and a warm spot given in degrees; the cell, the unit and its GeoJSON agree on them."""
    area, lon, lat, _ = made
    d = 0.0004
    hut = shapely.box(lon - d, lat - d, lon + d, lat + d)
    corners = [
        shapely.box(x, y, x + d / 9, y + d / 9)
        for x, y in shapely.get_coordinates(shapely.box(*area.grid.lonlat_bounds()).buffer(-d))
    ]
    path = tmp_path / "huts.geojson"
    geopandas.GeoDataFrame(geometry=[hut, *corners], crs="OGC:CRS84").to_file(path)
    ingest(home, area.id, [f"buildings={path}"])
    source = sources(home, area)["buildings"]
    stored = geopandas.read_parquet(source.path)
    there = stored.to_crs("OGC:CRS84").geometry.iloc[0].centroid
    assert GEOD.line_length([lon, there.x], [lat, there.y]) < 1
    ground = abs(GEOD.geometry_area_perimeter(hut)[0])
    assert stored.geometry.iloc[0].area == pytest.approx(ground, rel=0.006)

    from geoml.lifecycle.features import refresh

    refresh(home, area.id)
    density = read(home.features(area.id) / "building_density.tif")
    assert density[area.grid.at(lon, lat)] == pytest.approx(1, abs=0.75)
    row, col = np.unravel_index(np.nanargmax(density), density.shape)
    here = area.grid.index(*transformer("OGC:CRS84", area.crs).transform(lon, lat))
    assert max(abs(row - here[0]), abs(col - here[1])) <= 2


@pytest.mark.parametrize(
    ("bbox", "says"),
    [
        ((179.9, -17.0, -179.9, -16.9), "date line"),
        ((179.9, -17.0, 180.0, -16.9), "across 180 E"),
        ((-180.0, -17.0, -179.9, -16.9), "across 180 E"),
        ((-179.9, -17.0, 179.9, -16.9), "around half of the world"),
        ((10.0, 85.0, 10.1, 85.1), "near the pole"),
        ((10.0, -81.0, 10.1, -80.5), "near the pole"),
    ],
)
def test_what_no_map_holds_is_refused_before_anything_is_computed(home, bbox, says):
    with pytest.raises(InvalidArgument, match=says) as caught:
        areas.create(home, "town", "Town", bbox=bbox, resolution_m=100)
    assert caught.value.next_step
    assert areas.names(home) == ()


def test_half_a_continent_is_not_measured_in_one_zone(home):
    with pytest.raises(InvalidArgument, match="too wide") as caught:
        areas.create(home, "wide", "Wide", bbox=(-25, 0, 35, 10), resolution_m=10_000)
    assert "%" in caught.value.got


@pytest.mark.parametrize("crs", ["EPSG:32611", "EPSG:4326", "EPSG:2263", "EPSG:3857", "EPSG:2154"])
def test_a_crs_that_does_not_fit_leaves_no_area(home, crs):
    with pytest.raises(InvalidArgument, match="not a CRS to measure this area in") as caught:
        areas.create(home, "bronx", "Bronx", bbox=(-73.93, 40.82, -73.87, 40.87), crs=crs)
    assert "--crs" in caught.value.next_step
    assert areas.names(home) == ()


def test_a_neighbouring_zone_is_taken_and_its_distortion_told(home):
    area = areas.create(home, "lux", "Lux", bbox=(5.9, 50.0, 6.1, 50.1), crs="EPSG:32631")
    assert area.crs == "EPSG:32631"
    assert distortion(area.grid).distance_percent < 0.05
