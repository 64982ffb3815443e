"""Pages of one edition never mix with those of another; tags spare what the client has."""

import shutil

import geopandas
import pytest
from starlette.testclient import TestClient

from geoml import editions
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.files import read_json, write_json
from geoml.paths import Home
from geoml.vector.fragments import write_fragments
from geoml.vector.write import write_vector


@pytest.fixture
def moving(town, tmp_path, service_name):
    """A copy of the town that can publish: the client, the old edition, and ``publish()``."""
    home = Home(tmp_path / "home")
    shutil.copytree(town.root / "editions", home.root / "editions")
    shutil.copytree(town.root / "areas", home.root / "areas")
    old = editions.current(home, service_name, "town")

    def publish():
        name = "20990101T000000Z-0123456789"
        folder = old.folder.parent / name
        shutil.copytree(old.folder, folder)
        units = geopandas.read_parquet(folder / "units.parquet").iloc[::2].reset_index(drop=True)
        write_vector(folder / "units.parquet", units)
        write_fragments(folder / "units.geojson", folder / "units-index.arrow", units)
        manifest = read_json(folder / "manifest.json")
        write_json(folder / "manifest.json", {**manifest, "edition": name})
        editions.point(home, editions.find(home, service_name, "town", name))

    with TestClient(create_app(Settings(home=home.root))) as client:
        yield client, old, publish


def test_a_new_edition_does_not_mix_into_the_pages_of_the_old(moving, service_name, follow):
    client, old, publish = moving
    items = f"/collections/{service_name}-town/items"
    first = client.get(f"{items}?limit=1000").json()
    publish()
    (rest,) = [one["href"] for one in first["links"] if one["rel"] == "next"]
    every = [first, *follow(rest, client)]
    ids = [one["id"] for page in every for one in page["features"]]
    assert len(set(ids)) == len(ids) == first["numberMatched"]
    assert {page["numberMatched"] for page in every} == {first["numberMatched"]}
    now = client.get(f"{items}?limit=1").json()["numberMatched"]
    assert now == -(-first["numberMatched"] // 2)
    pinned = client.get(f"/collections/{service_name}-town@{old.id}/items?limit=1")
    assert pinned.json()["numberMatched"] == first["numberMatched"]
    assert "immutable" in pinned.headers["cache-control"]


def test_pages_of_an_edition_that_was_deleted_are_gone(moving, service_name):
    client, old, publish = moving
    items = f"/collections/{service_name}-town/items"
    first = client.get(f"{items}?limit=1000").json()
    (following,) = [one["href"] for one in first["links"] if one["rel"] == "next"]
    publish()
    shutil.rmtree(old.folder)
    answer = client.get(following)
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert "without `start`" in answer.json()["detail"]
    assert client.get(items).status_code == 200


@pytest.mark.parametrize("start", ["", "0", "x.1", "20250101T000000Z-0123456789.-1", "../x.1"])
def test_a_start_that_no_link_said_is_400(api, collection, start):
    assert api.get(collection.items, params={"start": start}).status_code == 400


def test_a_page_beyond_the_last_is_empty(api, collection):
    edition = collection.document["edition"]
    page = api.get(f"{collection.items}?start={edition}.999999999999").json()
    assert page["features"] == []
    assert page["numberMatched"] == len(collection.features)
    assert [one for one in page["links"] if one["rel"] == "next"] == []


def test_304_is_answered_before_anything_is_read(api, collection, monkeypatch):
    paths = [f"{collection.items}?limit=5", f"{collection.items}/{collection.features[0]['id']}"]
    tags = [api.get(path).headers["etag"] for path in paths]
    assert all(tag.startswith('W/"') for tag in tags)

    def forbidden(*_args, **_options):
        raise AssertionError("features were read")

    monkeypatch.setattr(type(collection.opened), "page", forbidden)
    monkeypatch.setattr(type(collection.opened), "row", forbidden)
    for path, tag in zip(paths, tags, strict=True):
        answer = api.get(path, headers={"if-none-match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag


def test_tags_differ_by_what_is_asked(api, collection):
    asked = ["", "?limit=2", "?limit=2&f=html", "?crs=http://www.opengis.net/def/crs/EPSG/0/3857"]
    tags = [api.get(f"{collection.items}{one}").headers["etag"] for one in asked]
    french = api.get(collection.items, headers={"accept-language": "fr"}).headers["etag"]
    assert len({*tags, french}) == len(asked) + 1


def test_the_rows_of_a_question_are_found_once(api, collection, middle_box, monkeypatch):
    box = ",".join(f"{value:.6f}" for value in middle_box[0])
    first = api.get(f"{collection.items}?limit=2&bbox={box}").json()
    (following,) = [one["href"] for one in first["links"] if one["rel"] == "next"]

    def forbidden(*_args, **_options):
        raise AssertionError("searched again")

    monkeypatch.setattr(type(collection.opened), "search", forbidden)
    assert api.get(following).json()["numberMatched"] == first["numberMatched"]
