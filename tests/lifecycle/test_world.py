"""The whole way, from files in degrees to tiles, in towns all over the world."""

import math
import shutil

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.lifecycle.run import run
from geoml.paths import Home
from geoml.raster.cog import read, write
from geoml.raster.grid import Grid, transformer

pytestmark = pytest.mark.slow

GEOD = Geod(ellps="WGS84")
PLACES = {
    "across a UTM border": (6.0, 50.0),
    "Santiago": (-70.65, -33.45),
    "across the equator": (36.82, 0.0),
    "La Reunion": (55.45, -20.9),
    "Guadeloupe": (-61.53, 16.24),
    "Guyane": (-52.33, 4.93),
    "Mayotte": (45.22, -12.79),
    "80 N": (20.0, 80.0),
    "Fiji": (179.95, -16.8),
}
HALF_M = 700.0


@pytest.fixture(scope="module")
def home(town, tmp_path_factory):
    """A home with a model that was trained elsewhere."""
    root = tmp_path_factory.mktemp("world") / "home"
    shutil.copytree(town.root, root)
    return Home(root)


def degrees(lat):
    """(degrees of longitude, degrees of latitude) of one metre at a latitude."""
    length = 111_320.0
    return 1 / (length * math.cos(math.radians(lat))), 1 / length


def files(folder, lon, lat):
    """Meadows, and one factory of 120 m without a leaf, 300 m north-east of the middle.

    Bands and footprints are in longitude and latitude; cells of about 15 m. Huts along the edge
    show that the footprints cover the whole area. Returns the files and where the factory is.
    """
    dx, dy = degrees(lat)
    wide = HALF_M + 150.0
    grid = Grid(
        "EPSG:4326",
        lon - wide * dx,
        lat + wide * dy,
        15 * dx,
        15 * dy,
        round(wide / 7.5),
        round(wide / 7.5),
    )
    there = lon + 300 * dx, lat + 300 * dy
    row, col = np.mgrid[: grid.rows, : grid.cols] + 0.5
    east = np.abs(grid.west + col * grid.pixel_x - there[0]) / dx
    north = np.abs(grid.north - row * grid.pixel_y - there[1]) / dy
    ndvi = np.where(np.maximum(east, north) <= 60, 0.05, 0.7)
    made = {}
    for key, values in (("red", 0.2 * (1 - ndvi)), ("nir", 0.2 * (1 + ndvi))):
        made[key] = folder / f"{key}.tif"
        write(made[key], values.astype(np.float32), grid)

    def square(x, y, size):
        return shapely.box(
            x - size / 2 * dx, y - size / 2 * dy, x + size / 2 * dx, y + size / 2 * dy
        )

    edge = [(lon + a * wide * dx, lat + b * wide * dy) for a in (-1, 1) for b in (-1, 1)]
    shapes = [square(*there, 120), *(square(x, y, 8) for x, y in edge)]
    made["buildings"] = folder / "buildings.geojson"
    geopandas.GeoDataFrame(geometry=shapes, crs="OGC:CRS84").to_file(made["buildings"])
    return made, there


@pytest.mark.parametrize("place", PLACES)
def test_the_hot_factory_comes_out_where_it_stands(place, home, tmp_path, service_name):
    lon, lat = PLACES[place]
    made, (there_lon, there_lat) = files(tmp_path, lon, lat)
    dx, dy = degrees(lat)
    bbox = lon - HALF_M * dx, lat - HALF_M * dy, lon + HALF_M * dx, lat + HALF_M * dy
    area = areas.create(home, f"town-{list(PLACES).index(place)}", place, bbox=bbox)
    ingest(home, area.id, [f"{key}={path}" for key, path in made.items()], date="2025-07-20")
    edition, _ = run(home, service_name, area.id)
    assert edition.manifest()["answered_percent"] > 99

    score = read(edition.folder / "score.tif")
    hot = score >= np.nanmax(score) - 1e-3
    rows, cols = np.nonzero(hot)
    easting = area.grid.west + (cols.mean() + 0.5) * area.grid.pixel_x
    northing = area.grid.north - (rows.mean() + 0.5) * area.grid.pixel_y
    found = transformer(area.crs, "OGC:CRS84").transform(easting, northing)
    assert GEOD.line_length([found[0], there_lon], [found[1], there_lat]) < 45

    units = geopandas.read_parquet(edition.folder / "units.parquet").to_crs("OGC:CRS84")
    factory = units.loc[units["area_m2"].idxmax()]
    middle = factory.geometry.centroid
    assert GEOD.line_length([middle.x, there_lon], [middle.y, there_lat]) < 1
    assert factory[f"{service_name}_score"] == units[f"{service_name}_score"].max()
    _assert_served(home, service_name, area, (there_lon, there_lat), bbox)


def _assert_served(home, service, area, there, bbox):
    """The answer at the factory is in its cell, hotter than the meadow; its tile has its colour."""
    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    with TestClient(create_app(Settings(home=home.root))) as client:

        def at(lon, lat):
            place = {"lon": lon, "lat": lat, "area": area.id}
            told = client.get(f"/services/{service}/at", params=place).json()
            return told["properties"]

        hot, cool = at(*there), at(bbox[0] + (there[0] - bbox[0]) / 4, there[1])
        assert shapely.Polygon(hot["cell"]).contains(shapely.Point(there))
        assert hot[f"{service}_score"] > cool[f"{service}_score"]
        (layer,) = (
            one
            for edition in client.get(f"/areas/{area.id}").json()["editions"]
            for one in edition["layers"]
            if edition["service"] == service and one["name"] == "score"
        )
        z = layer["maxzoom"]
        x = (there[0] + 180) / 360 * 2**z
        y = (1 - math.asinh(math.tan(math.radians(there[1]))) / math.pi) / 2 * 2**z
        tile = client.get(layer["url"].format(z=z, x=int(x), y=int(y)))
        assert tile.headers["content-type"] == "image/png"
        colour = _pixel(tile.content, int(x % 1 * 256), int(y % 1 * 256))
        assert colour[3] == 255, "transparent where the factory stands"


def _pixel(png, col, row):
    import io

    from PIL import Image

    return Image.open(io.BytesIO(png)).convert("RGBA").getpixel((col, row))
