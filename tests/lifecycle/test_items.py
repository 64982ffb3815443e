"""The item that is published with an edition."""

from types import SimpleNamespace

import numpy as np
import pystac
import pytest
import shapely

from geoml import catalog, editions
from geoml.areas.area import load
from geoml.clock import PIN
from geoml.files import read_json
from geoml.lifecycle.items import asset_key, asset_title, edition_item
from geoml.raster.cog import write

ABOUT = {
    "date": None, "model": "m@1", "reference": {}, "features_used": [], "synthetic": True,
    "code_version": "1.2.3",
}  # fmt: skip


@pytest.fixture
def item(town, service, tmp_path, monkeypatch):
    """Write one layer and its item; the item as it was written."""
    monkeypatch.setenv(PIN, "1800000000")
    area = load(town, "town")
    write(tmp_path / "score.tif", np.ones(area.grid.shape, np.float32), area.grid, units=("1",))

    def made(**about):
        edition_item(tmp_path, service, area, {**ABOUT, **about})
        (tmp_path / "edition.json").rename(tmp_path.parent / f"{tmp_path.name}.json")
        return read_json(tmp_path.parent / f"{tmp_path.name}.json")

    return SimpleNamespace(made=made, area=area)


def test_without_a_date_the_item_has_an_interval_and_no_invented_day(item):
    told = item.made()["properties"]
    assert told["datetime"] is None
    assert told["start_datetime"] == "1900-01-01T00:00:00Z"
    assert told["end_datetime"] == "2027-01-15T08:00:00Z"
    assert told["geoml:date_unknown"] is True


def test_with_a_date_the_same_inputs_give_the_same_item(item, monkeypatch):
    first = item.made(date="2025-07-20")
    monkeypatch.setenv(PIN, "1900000000")
    assert item.made(date="2025-07-20") == first
    assert first["properties"]["datetime"] == "2025-07-20T00:00:00Z"
    assert first["properties"]["processing:software"] == {"geoml": "1.2.3"}


def test_the_outline_is_that_of_the_grid_on_the_ground(item):
    found = pystac.Item.from_dict(item.made())
    outline = shapely.geometry.shape(found.geometry)
    assert list(outline.bounds) == pytest.approx(found.bbox, abs=1e-7)
    assert outline.exterior.is_ccw  # RFC 7946, 3.1.6
    box = shapely.box(*item.area.grid.lonlat_bounds())
    assert 0.9 < outline.area / box.area < 1.0  # turned against the meridians, so smaller
    assert box.buffer(1e-6).contains(outline)


def test_every_file_of_an_edition_has_a_key_and_a_title_of_its_own(town, service):
    edition = editions.current(town, service.name, "town")
    names = [name for name in edition.manifest()["files"] if name != "edition.json"]
    keys = list(map(asset_key, names))
    assert len(set(keys)) == len(names)
    stored = read_json(edition.folder / "edition.json")["assets"]
    assert {one["href"].removeprefix("./") for one in stored.values()} == set(names)
    assert set(keys) == set(stored)
    for key in keys:
        title = asset_title(service, key)
        assert title.fr != title.en or key == "score", key
        assert title.en != key, key
    assert set(catalog.LAYERS) <= set(keys)
