import hashlib

import numpy as np
import pystac
import pytest

from geoml.areas.ingest import ingest
from geoml.files import read_json


@pytest.fixture
def items(home, town, raster, vector, square):
    """The STAC items of a dated temperature and an undated vector."""
    lst = raster(np.full((80, 80), 300, np.float32), "lst.tif")
    ingest(home, "town", [f"lst={lst}"], date="2024-07-01T10:30:00Z", licence="CC-BY-4.0")
    ingest(home, "town", [f"zones={vector([square(0, 0, 600)])}"])
    folder = home.sources("town")
    return folder, {key: read_json(folder / f"{key}.json") for key in ("lst", "zones")}


def test_an_item_is_stac_and_tells_what_is_known(items):
    folder, documents = items
    item = pystac.Item.from_dict(documents["lst"])
    told = item.properties
    assert item.id == "town-lst"
    assert item.datetime.isoformat() == "2024-07-01T10:30:00+00:00"
    assert told["license"] == "CC-BY-4.0"
    assert told["geoml:unit"] == "K"
    assert told["geoml:quantity"] == "surface temperature"
    assert told["proj:code"] == "EPSG:2154"
    assert told["proj:transform"][0] == 30.0
    west, south, east, north = item.bbox
    assert -180 < west < 2.3 < 2.33 < east
    assert south < 48.8 < 48.82 < north
    data = folder / item.assets["data"].href
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    assert item.assets["data"].extra_fields["file:checksum"] == f"1220{digest}"
    assert item.assets["data"].extra_fields["file:size"] == data.stat().st_size


def test_an_item_without_a_date_has_an_interval_and_not_an_invented_day(items):
    told = items[1]["zones"]["properties"]
    assert told["datetime"] is None
    assert told["start_datetime"] < told["end_datetime"]
    assert "license" not in told
    assert pystac.Item.from_dict(items[1]["zones"]).datetime is None
