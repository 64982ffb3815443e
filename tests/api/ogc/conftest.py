"""Every kind of collection that the tiny town publishes, asked over HTTP and known by heart."""

import json
from types import SimpleNamespace

import pytest
import shapely

from geoml import catalog
from geoml.api.app import create_app
from geoml.api.settings import Settings

KINDS = ("units", "cells")


@pytest.fixture(scope="session")
def api(town):
    from starlette.testclient import TestClient

    with TestClient(create_app(Settings(home=town.root)), base_url="http://testserver") as client:
        yield client


@pytest.fixture(
    scope="session", params=[(s, k) for s in catalog.names() for k in KINDS], ids="-".join
)
def collection(request, api):
    """One collection: its document, and all its features, read by following ``next``."""
    service, kind = request.param
    name = f"{service}-town" + ("-cells" if kind == "cells" else "")
    answer = api.get(f"/collections/{name}")
    if answer.status_code == 404:
        pytest.skip(f"the tiny town publishes no {kind} of {service}")
    features = []
    for page in pages(api, f"/collections/{name}/items?limit=10000"):
        features += page["features"]
    return SimpleNamespace(
        id=name,
        path=f"/collections/{name}",
        items=f"/collections/{name}/items",
        document=answer.json(),
        features=features,
        shapes=shapely.from_geojson([json.dumps(one["geometry"]) for one in features]),
        entry=api.app.state.shelf.get(name),
    )


@pytest.fixture(scope="session")
def follow(api):
    return lambda path, client=api: list(pages(client, path))


def pages(client, path):
    """The pages from ``path`` on, along ``next``."""
    while path:
        answer = client.get(path)
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
