"""What is read, how often, and what happens when it changes, breaks or is not there."""

import pytest
from starlette.testclient import TestClient

from geoml import editions
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.api.stac import entries
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.sources import forget
from geoml.files import read_json, write_json

from .conftest import publish_again  # isort: skip


@pytest.fixture
def read(monkeypatch):
    """Names of the items that were read from the disk."""
    seen = []

    def noted(path):
        seen.append(path.parent.name)
        return read_json(path)

    monkeypatch.setattr(entries, "read_json", noted)
    return seen


def test_an_edition_is_read_once_whatever_is_asked(fresh, service_name, read):
    for epoch in range(1_900_000_000, 1_900_000_005):
        publish_again(fresh.home, service_name, epoch=epoch)
    for _ in range(3):
        fresh.get("/stac/search?limit=250")
        fresh.get("/stac/collections")
    path = f"/stac/collections/{service_name}-town-editions/items"
    assert fresh.get(path).json()["numberMatched"] == 6
    assert len(read) == len(set(read))
    read.clear()
    new = publish_again(fresh.home, service_name, epoch=1_900_000_009)
    assert fresh.get(path).json()["numberMatched"] == 7
    assert read == [new.id]


def test_rolling_back_shows_at_once(fresh, service_name):
    publish_again(fresh.home, service_name)
    path = f"/stac/collections/{service_name}-town-editions/items"

    def current():
        found = fresh.get(path).json()["features"]
        return [one["properties"]["geoml:current"] for one in found]

    before = fresh.get(path).headers["etag"]
    assert current() == [True, False]
    editions.rollback(fresh.home, service_name, "town")
    assert current() == [False, True]
    assert fresh.get(path).headers["etag"] != before


def test_an_edition_that_cannot_be_read_is_left_out_and_told(fresh, service_name, caplog):
    broken = publish_again(fresh.home, service_name)
    (broken.folder / "edition.json").write_text("{")
    found = fresh.get(f"/stac/collections/{service_name}-town-editions/items").json()
    assert found["numberMatched"] == 1
    assert broken.id in caplog.text
    assert fresh.get("/stac/collections/town-sources/items").is_success


def test_a_source_that_was_replaced_or_forgotten_is_no_longer_linked(fresh, service_name, little):
    path = f"/stac/collections/{service_name}-town-editions/items"

    def linked():
        (item,) = fresh.get(path).json()["features"]
        return {one["title"] for one in item["links"] if one["rel"] == "derived_from"}

    every = linked()
    assert {"dem", "water"} <= every
    area = areas.load(fresh.home, "town")
    forget(fresh.home, area, "water")
    assert linked() == every - {"water"}
    assert fresh.get("/stac/collections/town-sources/items/town-water").status_code == 404
    ingest(fresh.home, "town", [f"dem={little.files['lst']}"])  # another file under the same key
    assert linked() == every - {"water", "dem"}


def test_a_source_without_a_date_has_an_open_interval_and_free_text_is_no_licence(fresh, little):
    ingest(fresh.home, "town", [f"dem={little.files['dem']}"], licence="Licence Ouverte 2.0")
    told = fresh.get("/stac/collections/town-sources/items/town-dem").json()["properties"]
    assert told["datetime"] is None
    assert told["start_datetime"] < told["end_datetime"]
    assert (told["license"], told["geoml:licence"]) == ("other", "Licence Ouverte 2.0")
    collection = fresh.get("/stac/collections/town-sources").json()
    assert collection["license"] == "other"
    ((start, end),) = collection["extent"]["temporal"]["interval"]
    assert start is None
    assert end == told["end_datetime"]
    (source,) = (one for one in fresh.get("/areas/town").json()["sources"] if one["key"] == "dem")
    assert source["licence"] == "Licence Ouverte 2.0"


def test_items_of_before_say_each_grid_themselves(fresh, service_name):
    edition = editions.current(fresh.home, service_name, "town")
    item = read_json(edition.folder / "edition.json")
    grid = {}
    for asset in item["assets"].values():
        for name in ("proj:code", "proj:shape", "proj:transform", "bands", "raster:bands"):
            if name in asset:
                grid.setdefault(name, asset.pop(name))
    score = read_json(edition.folder / "manifest.json")["files"]["score.tif"]
    item["properties"] |= {"proj:shape": [112, 116], "proj:transform": [30, 0, 0, 0, -30, 0]}
    write_json(edition.folder / "edition.json", item)
    path = f"/stac/collections/{service_name}-town-editions/items"
    (found,) = fresh.get(path).json()["features"]
    assert "proj:shape" not in found["properties"]
    assert found["assets"]["score"]["proj:shape"] == [112, 116]
    assert found["assets"]["score"]["file:checksum"] == f"1220{score}"
    assert found["assets"]["score-web"]["proj:code"] == "EPSG:3857"
    assert "proj:shape" not in found["assets"]["score-web"]


def test_with_no_area_the_catalogue_is_empty_and_stands(tmp_path):
    with TestClient(create_app(Settings(home=tmp_path / "none"))) as client:
        assert not [one for one in client.get("/stac").json()["links"] if one["rel"] == "child"]
        assert client.get("/stac/collections").json()["collections"] == []
        for answer in (client.get("/stac/search"), client.post("/stac/search", json={})):
            assert answer.json()["features"] == []
            assert answer.json()["numberMatched"] == 0


def test_an_area_without_sources_has_an_empty_collection(fresh, little):
    areas.create(fresh.home, "bare", "Nuville", bbox=little.bbox)
    collection = fresh.get("/stac/collections/bare-sources").json()
    assert collection["extent"]["temporal"]["interval"] == [[None, None]]
    assert len(collection["extent"]["spatial"]["bbox"][0]) == 4
    assert fresh.get("/stac/collections/bare-sources/items").json()["features"] == []


def test_head_etag_and_304(stac, history):
    item = f"{history.path}/items/{history.item(history.ids[0])}"
    for path in ("/stac", "/stac/collections", history.path, item, "/stac/search?limit=2"):
        got, head = stac.get(path), stac.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == got.headers["etag"]
        same = stac.get(path, headers={"if-none-match": got.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
    assert "etag" not in stac.post("/stac/search", json={}).headers
