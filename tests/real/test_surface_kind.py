"""Alexandria, Virginia, from the air: the laser's surface, and the ground below it."""

import numpy as np
import pytest
import rasterio

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.features.surface_kind import plateaus, shows_buildings
from geoml.paths import Home

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "buildings" / "alexandria"


def elevation(path, coarser=1):
    with rasterio.open(path) as dataset:
        values, pixel = dataset.read(1, masked=True).filled(np.nan), dataset.res[0]
    rows, cols = (side // coarser for side in values.shape)
    blocks = values[: rows * coarser, : cols * coarser].reshape(rows, coarser, cols, coarser)
    return blocks.mean(axis=(1, 3)), pixel * coarser


@pytest.mark.parametrize("coarser", [1, 2, 3, 4, 5])
def test_the_surface_is_told_from_the_ground_up_to_cells_of_ten_metres(folder, coarser):
    surface, pixel = elevation(folder / "dsm.tif", coarser)
    ground, _ = elevation(folder / "dtm.tif", coarser)
    assert shows_buildings(surface, pixel, pixel)
    assert not shows_buildings(ground, pixel, pixel)
    share = [plateaus(one, pixel, pixel).mean() for one in (surface, ground)]
    assert share[0] > 5 * share[1]


def test_cells_of_twelve_metres_say_nothing(folder):
    surface, pixel = elevation(folder / "dsm.tif", 6)
    assert not shows_buildings(surface, pixel, pixel)


def notes(home, *items):
    report = ingest(home, "a", items)
    return [note for source in report.sources for note in source.notes if "surface" in note]


@pytest.mark.slow
def test_ingestion_warns_of_the_surface_and_not_of_the_ground(folder, tmp_path):
    home = Home(tmp_path)
    bbox = -77.0538, 38.8096, -77.0505, 38.8120
    areas.create(home, "a", "Alexandria", bbox=bbox, resolution_m=10.0)
    surface, ground = (f"dem={folder / name}.tif" for name in ("dsm", "dtm"))
    assert notes(home, surface)
    assert not notes(home, ground)
    assert notes(home, surface, f"buildings={folder / 'buildings.geojson'}")
    assert not notes(home, ground)  # judged by the footprints of the call before
