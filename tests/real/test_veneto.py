"""A flood that was observed: Veneto, autumn 2018, as polygons drawn from satellite images.

Copernicus Emergency Management Service (c) 2018 European Union, EMSR332.
"""

import numpy as np
import pytest
import shapely

from geoml.areas.area import load
from geoml.areas.sources import read_on_grid, sources
from geoml.paths import Home
from geoml.vector.read import read_geometries

pytestmark = [pytest.mark.slow, pytest.mark.real_data]
LICENCE = "Copernicus EMS (c) 2018 European Union, EMSR332"


@pytest.fixture(scope="module")
def ingested(real_data, geoml_in, tmp_path_factory):
    """(home, what ``geoml ingest`` answered): by the commands that a town would give."""
    root = tmp_path_factory.mktemp("veneto")
    file = real_data / "flood" / "emsr332-veneto" / "observed_event_merged.shp"

    geoml = geoml_in(root)
    geoml("area", "create", "veneto", "--name", "Veneto", "--bbox", "10.8,45.15,12.8,46.0",
          "--resolution", "100")  # fmt: skip
    told = geoml("ingest", "veneto", f"flood_extent={file}", "--licence", LICENCE)
    return Home(root), told["sources"][0]


def test_every_polygon_is_read_and_the_repairs_are_told(ingested):
    """The file tells 3,086 polygons twice; each is kept once."""
    _, told = ingested
    read, again = told["notes"]
    assert read == "observed_event_merged.shp: 5358 rows, 98 repaired"
    assert again == "3086 rows came twice: kept once"
    assert told["rows"] == 5358 - 3086


def test_the_licence_and_the_ground_it_speaks_of_are_in_its_item(ingested):
    home, _ = ingested
    source = sources(home, load(home, "veneto"))["flood_extent"]
    assert source.licence == LICENCE
    assert source.return_period_years is None  # an event that happened has none of itself
    assert 30 < source.coverage < 90


def test_cells_are_flooded_dry_or_unknown(ingested):
    """Many polygons are narrower than a cell of 100 m: a sixth of the flooded ground is lost."""
    home, _ = ingested
    area = load(home, "veneto")
    source = sources(home, area)["flood_extent"]
    values = read_on_grid(source, area.grid, area.grid.whole())
    assert set(np.unique(values[np.isfinite(values)])) == {0.0, 1.0}
    assert np.isfinite(values).mean() == pytest.approx(source.coverage / 100, abs=0.01)
    flooded_m2 = shapely.union_all(read_geometries(source.path)).area
    assert (values == 1).sum() * 100.0**2 == pytest.approx(0.83 * flooded_m2, rel=0.03)
