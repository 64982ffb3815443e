"""Every kind of collection that the tiny town publishes, asked over HTTP and known by heart."""

import json
from types import SimpleNamespace

import pytest
import shapely

from geoml import catalog
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.catalog.collections import find


@pytest.fixture(scope="session")
def api(doors):
    from starlette.testclient import TestClient

    app = create_app(Settings(home=doors.home.root))
    with TestClient(app, base_url="http://testserver") as client:
        yield client


@pytest.fixture(scope="session")
def known(kind_of_collection, town, api, doors):
    """One collection of each kind: its document, and all its features, by following ``next``."""
    kind = kind_of_collection
    headers = doors.staff if kind.section.audience == "staff" else {}
    path = f"/collections/{kind.id}"
    answer = api.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    features = []
    for page in pages(api, f"{path}/items?limit=10000", headers):
        features += page["features"]
    return SimpleNamespace(
        id=kind.id,
        path=path,
        items=f"{path}/items",
        headers=headers,
        pinned=kind.pinned,
        service=catalog.get(kind.service),
        document=answer.json(),
        opened=find(town, kind.id),
        features=features,
        shapes=shapely.from_geojson([json.dumps(one["geometry"]) for one in features]),
    )


@pytest.fixture
def collection(known, api):
    """The same; while a test has it, ``api`` asks as somebody who may see it."""
    api.headers.update(known.headers)
    yield known
    for name in known.headers:
        del api.headers[name]


@pytest.fixture(scope="session")
def follow(api):
    return lambda path, client=api: list(pages(client, path))


def pages(client, path, headers=None):
    """The pages from ``path`` on, along ``next``."""
    while path:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)


@pytest.fixture
def middle_box(collection):
    """A box around about a quarter of the collection's extent, and the ids that meet it."""
    west, south, east, north = collection.document["extent"]["spatial"]["bbox"][0]
    across, up = (east - west) / 4, (north - south) / 4
    box = (west + across, south + up, east - across, north - up)
    return box, meeting(collection, shapely.box(*box))


def meeting(collection, shape):
    """Ids of the features that meet a shape in longitude and latitude: brute force."""
    met = shapely.intersects(collection.shapes, shape)
    return {one["id"] for one, yes in zip(collection.features, met, strict=True) if yes}
