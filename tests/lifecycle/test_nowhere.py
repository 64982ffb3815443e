"""A feature that sources allow and no cell knows is missing, not used."""

import shutil

import numpy as np
import pytest

from geoml import modelstore
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.lifecycle.features import _percent, feature_index, known_features, refresh
from geoml.lifecycle.run import _usable
from geoml.lifecycle.statement import statement
from geoml.paths import Home
from geoml.raster.cog import read, write


@pytest.fixture
def apart(town, little, tmp_path):
    """A home with an area whose two bands nowhere lie together; buildings are everywhere."""
    shutil.copytree(town.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    areas.create(home, "apart", "Apart", bbox=little.bbox)
    items = [f"buildings={little.files['buildings']}"]
    for key, columns in (("red", slice(0, 40)), ("nir", slice(80, None))):
        values = np.full(little.grid.shape, np.nan, np.float32)
        values[:, columns] = read(little.files[key])[:, columns]
        write(tmp_path / f"{key}.tif", values, little.grid, units=("1",))
        items.append(f"{key}={tmp_path / key}.tif")
    ingest(home, "apart", items, date="2025-07-20")
    refresh(home, "apart")
    return home


def test_what_is_known_nowhere_here_is_missing(apart, service):
    area, ref = areas.load(apart, "apart"), modelstore.champion(apart, service.name)
    index = feature_index(apart, "apart")
    nowhere = {name for name, entry in index.items() if entry["coverage_percent"] == 0}
    assert "ndvi" in nowhere
    assert set(known_features(index)) == set(index) - nowhere
    names = _usable(apart, service, modelstore.open_model(service, ref), area)
    said = statement(apart, service, area, ref, names)
    declared = {one.name for one in service.features}
    assert not nowhere & {*said["features_used"], *said["features_unused"]}
    assert nowhere & declared <= set(said["features_missing"])
    assert "building_density" in said["features_used"]
    (warning,) = [one for one in said["warnings"] if one["code"] == "missing"]
    assert service.feature("ndvi").title.within().en in warning["en"]


def test_one_cell_of_a_million_is_not_nowhere(apart):
    area = areas.load(apart, "apart")
    assert _percent(0, area) == 0
    cells = area.grid.rows * area.grid.cols
    assert _percent(cells, area) == 100
    assert 0 < _percent(1, area) < 0.1
