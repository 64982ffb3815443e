"""What the documents say, held to STAC's own schemas, to its extensions, and to the files."""

import hashlib

import pystac
import pytest
import rasterio
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import RasterExtension
from pystac.extensions.version import VersionExtension
from pystac.validation.stac_validator import JsonSchemaSTACValidator
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings

TYPES = {"Catalog": "CATALOG", "Collection": "COLLECTION", "Feature": "ITEM"}


def check(document):
    """Raise where a document breaks the core schema; pystac brings it along."""
    kind = pystac.STACObjectType[TYPES[document["type"]]]
    JsonSchemaSTACValidator().validate_core(document, kind, document["stac_version"])


@pytest.fixture(scope="module")
def everything(stac):
    landing = stac.get("/stac").json()
    collections = stac.get("/stac/collections").json()["collections"]
    items = [
        item
        for one in collections
        for item in stac.get(f"/stac/collections/{one['id']}/items?limit=250").json()["features"]
    ]
    return [landing, *collections, *items]


@pytest.fixture(scope="module")
def edition(stac, history):
    return stac.get(f"{history.path}/items/{history.item(history.ids[1])}").json()


def test_every_document_keeps_the_core_schema(everything):
    kinds = [one["type"] for one in everything]
    assert kinds.count("Catalog") == 1
    assert kinds.count("Collection") >= 2
    assert kinds.count("Feature") >= 9  # six sources, three editions
    for one in everything:
        check(one)


def test_the_check_can_fail(edition):
    with pytest.raises(pystac.errors.STACValidationError):
        check({**edition, "bbox": None})


def test_every_link_leads_somewhere_and_has_its_type(stac, everything):
    links = {one["href"]: one for document in everything for one in document["links"]}
    for href, told in links.items():
        if told["rel"] == "search" and told["method"] == "POST":
            continue
        answer = stac.get(href)
        assert answer.status_code == 200, href
        found = answer.headers["content-type"].partition(";")[0]
        assert found == told["type"].partition(";")[0], href


def test_ids_are_unique_and_parents_know_their_children(everything):
    items = [(one["collection"], one["id"]) for one in everything if one["type"] == "Feature"]
    assert len(items) == len(set(items))
    collections = [one for one in everything if one["type"] == "Collection"]
    children = {one["href"] for one in everything[0]["links"] if one["rel"] == "child"}
    own = {link["href"] for one in collections for link in one["links"] if link["rel"] == "self"}
    assert children == own


def test_an_extent_holds_every_item(everything):
    for one in (one for one in everything if one["type"] == "Collection"):
        (box,) = one["extent"]["spatial"]["bbox"]
        inside = [item for item in everything if item.get("collection") == one["id"]]
        assert inside
        for item in inside:
            west, south, east, north = item["bbox"]
            assert box[0] <= west <= east <= box[2]
            assert box[1] <= south <= north <= box[3]


def test_a_raster_asset_is_what_its_file_is(stac, history, edition):
    item = pystac.Item.from_dict(edition)
    folder = history.home.root / "editions"
    names = [name for name, one in item.assets.items() if "geotiff" in one.media_type]
    assert {"score", "target", "inputs", "score-web"} <= set(names)
    for name in names:
        asset = item.assets[name]
        (path,) = folder.glob(f"*/town/{history.ids[1]}/{asset.href.rpartition('/')[2]}")
        placed, bands = ProjectionExtension.ext(asset), RasterExtension.ext(asset).bands
        with rasterio.open(path) as file:
            assert placed.code == f"EPSG:{file.crs.to_epsg()}", name
            assert placed.shape == [file.height, file.width], name
            assert placed.transform == pytest.approx(list(file.transform)[:6]), name
            assert [one.data_type for one in bands] == list(file.dtypes), name
            assert [one.unit for one in bands] == list(file.units), name
            assert len(asset.extra_fields["bands"]) == file.count, name
            assert str(bands[0].nodata).rstrip(".0") == str(file.nodata).rstrip(".0"), name


def test_a_web_raster_says_how_its_index_becomes_a_score(edition):
    (band,) = RasterExtension.ext(pystac.Item.from_dict(edition).assets["score-web"]).bands
    assert band.scale * 1 + band.offset == pytest.approx(0.2)  # the middle of the first level
    assert band.scale * 250 + band.offset == pytest.approx(99.8)


def test_an_asset_downloads_with_its_size_and_checksum(stac, edition):
    item = pystac.Item.from_dict(edition)
    sealed = {key: one for key, one in item.assets.items() if key != "manifest"}
    assert {"units", "units-geojson", "tiles-units"} <= set(sealed)
    for key, asset in sealed.items():
        answer, told = stac.get(asset.href), FileExtension.ext(asset)
        assert answer.status_code == 200, key
        assert told.size == len(answer.content), key
        assert told.checksum == "1220" + hashlib.sha256(answer.content).hexdigest(), key
        assert (
            answer.headers["content-type"].partition(";")[0] == asset.media_type.partition(";")[0]
        )


def test_versions_follow_one_another(stac, history):
    items = [stac.get(f"{history.path}/items/{history.item(one)}").json() for one in history.ids]
    versions = [VersionExtension.ext(pystac.Item.from_dict(one)).version for one in items]
    assert versions == list(history.ids)
    told = [
        {
            one["rel"]: one["href"].rpartition("/")[2]
            for one in item["links"]
            if "version" in one["rel"]
        }
        for item in items
    ]
    one, two, three = map(history.item, history.ids)
    served = {"latest-version": two}
    assert told == [
        {"successor-version": two, **served},
        {"predecessor-version": one, "successor-version": three, **served},
        {"predecessor-version": two, **served},
    ]
    current = [item["properties"]["geoml:current"] for item in items]
    assert current == [False, True, False]


def test_an_edition_names_the_sources_it_was_made_from(stac, edition):
    links = [one for one in edition["links"] if one["rel"] == "derived_from"]
    assert {one["title"] for one in links} == set(edition["properties"]["geoml:sources"])
    for one in links:
        source = stac.get(one["href"]).json()
        assert one["file:checksum"] == "1220" + source["properties"]["geoml:sha256"]


def test_a_source_is_metadata_and_says_so(stac):
    item = stac.get("/stac/collections/town-sources/items/town-lst").json()
    assert item["assets"] == {}
    told = item["properties"]
    assert told["geoml:downloadable"] is False
    assert "not for download" in told["description"]
    assert told["license"] == "CC0-1.0"
    assert told["geoml:unit"] == "K"
    assert ProjectionExtension.ext(pystac.Item.from_dict(item)).code == "EPSG:2154"
    assert not any("extensions.github.io/file" in one for one in item["stac_extensions"])


def test_in_french_for_those_who_ask(stac, history):
    path = "/stac/collections/town-sources"
    answer = stac.get(path, headers={"accept-language": "fr"})
    assert answer.json()["title"] == "Sources de Petiteville"
    assert answer.headers["content-language"] == "fr"
    assert "Accept-Language" in answer.headers["vary"]
    assert stac.get(path).json()["title"] == "Sources of Petiteville"


def test_behind_a_proxy_every_address_is_the_public_one(history):
    public = "https://gis.example.org/town/heat"
    app = create_app(Settings(home=history.home.root, public_url=public))
    with TestClient(app) as client:
        for prefix in ("", "/town/heat"):
            for path in ("/stac", "/stac/collections", "/stac/search?limit=3", history.path):
                document = client.get(prefix + path).json()
                texts = _hrefs(document)
                assert texts
                assert all(one.startswith(f"{public}/") for one in texts), path
            asset = client.get(f"{history.path}/items").json()["features"][0]["assets"]["score"]
            assert client.get(asset["href"].removeprefix("https://gis.example.org")).is_success


def _hrefs(node):
    if isinstance(node, dict):
        own = [node["href"]] if "href" in node else []
        return own + [href for one in node.values() for href in _hrefs(one)]
    return [href for one in node for href in _hrefs(one)] if isinstance(node, list) else []
