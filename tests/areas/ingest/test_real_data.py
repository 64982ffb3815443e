"""Ingestion of real files; skipped where they are absent."""

import numpy as np
import pytest

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.keys import VECTOR_DRIVERS
from geoml.areas.sources import read_on_grid, sources
from geoml.areas.units import units
from geoml.errors import GeomlError
from geoml.vector.foreign import read_foreign

pytestmark = pytest.mark.real_data

LANDSAT = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5, "swir2": 8, "thermal": 6}


@pytest.fixture
def scene(home, real_data):
    folder = real_data / "heat" / "landsat7-pennsylvania-2002"

    def run(month: str, date: str, keys=tuple(LANDSAT)):
        area = areas.create(home, month, "Pennsylvania", bbox=(-76.297, 40.483, -76.193, 40.564))
        path = folder / f"etm_{month}_2002_8band.tif"
        items = [f"{key}={path}:{LANDSAT[key]}" for key in keys]
        items.append(f"dem={folder / 'dem.tif'}")
        ingest(home, month, items, sensor="landsat7", date=date)
        found = sources(home, area)
        return found, {k: read_on_grid(s, area.grid, area.grid.whole()) for k, s in found.items()}

    return run


def ndvi(bands):
    return (bands["nir"] - bands["red"]) / (bands["nir"] + bands["red"])


def test_ndvi_and_brightness_temperature_of_july(scene):
    """Without a cloud mask (blue is missing) the whole scene has the README's statistics."""
    _, bands = scene("july", "2002-07-20", ("red", "nir", "thermal"))
    assert np.nanmedian(ndvi(bands)) == pytest.approx(0.62, abs=0.01)
    low, mid, high = np.nanpercentile(bands["thermal"], [1, 50, 99])
    assert (low, mid, high) == pytest.approx((286.4, 296.5, 305.8), abs=0.3)


def test_clouds_and_shadows_of_july_go_and_the_land_stays(scene):
    found, bands = scene("july", "2002-07-20")
    assert 8 < found["nir"].masked_percent < 14  # clouds 4 %, shadows 4 %, rims
    assert np.nanmin(bands["thermal"]) > 290
    assert np.nanpercentile(bands["blue"], 99.9) < 0.2
    assert np.nanmedian(ndvi(bands)) > 0.62
    assert found["dem"].masked_percent is None


def test_november_is_clear(scene):
    found, bands = scene("nov", "2002-11-25")
    assert found["nir"].masked_percent < 2
    assert np.nanmedian(bands["thermal"]) < 290


def _outcome(path):
    """Usable rows, or the parts of the error."""
    shapes = ("polygon", "line")
    try:
        read = read_foreign(path, crs="OGC:CRS84", drivers=VECTOR_DRIVERS, shapes=shapes)
    except GeomlError as error:
        return error.as_dict()
    return len(read.geometries)


def test_every_hostile_file_ends_in_a_result_or_a_clear_error(real_data):
    files = [
        *real_data.glob("hostile/geojson/*/*.geojson"),
        *real_data.glob("hostile/vector/*"),
        *real_data.glob("buildings/*/*.pbf"),
    ]
    assert len(files) > 20
    told = [_outcome(path) for path in files]
    assert all(isinstance(one, int) or all(one.values()) for one in told)
    assert sum(isinstance(one, int) for one in told) >= 10


def test_buildings_of_alexandria_have_heights_and_ids(home, real_data):
    path = real_data / "buildings" / "alexandria" / "buildings.geojson"
    area = areas.create(home, "alx", "Alexandria", boundary_file=path, margin_m=100)
    report = ingest(home, "alx", [f"buildings={path}"])
    assert report.sources[0].rows == 84
    frame = units(home, area, "buildings")
    assert frame["id"].is_unique
    assert (frame["area_m2"] > 0).all()


def test_lakes_in_another_crs_fall_into_place(home, real_data):
    folder = real_data / "flood" / "wake-county"
    area = areas.create(home, "wake", "Wake", bbox=(-78.76, 35.70, -78.62, 35.80))
    layers = [path for path in sorted(folder.iterdir()) if path.stem in ("lakes", "streams")]
    water = [path for path in layers if path.suffix in (".shp", ".gpkg", ".geojson")]
    items = [f"dem={folder / 'elev_ned_30m.tif'}", *(f"water={path}" for path in water)]
    ingest(home, "wake", items)
    found = sources(home, area)
    assert found["water"].coverage > 95
    assert found["dem"].coverage == pytest.approx(100, abs=0.1)
