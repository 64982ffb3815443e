"""A client of the whole application over the tiny town."""

import pytest

from geoml.api.app import create_app
from geoml.api.settings import Settings


@pytest.fixture(scope="session")
def client(town):
    from starlette.testclient import TestClient

    with TestClient(create_app(Settings(home=town.root))) as client:
        yield client


@pytest.fixture(scope="session")
def row(service):
    """Features of one cell of the service's own scene: those that callers may be expected to know.

    The cell where the first of them is at its median: a place like many.
    """
    scene = service.scene()
    names = service.input_sets[0] if service.input_sets else tuple(scene.features)
    first = scene.features[names[0]].ravel()
    cell = int(first.argsort()[first.size // 2])
    return {name: round(float(scene.features[name].ravel()[cell]), 4) for name in names}


@pytest.fixture(scope="session")
def edition_of(client, service_name):
    """The current edition of the service under test in an area, from that area's document."""

    def find(area, client=client):
        editions = client.get(f"/areas/{area}").json()["editions"]
        return next(one for one in editions if one["service"] == service_name)

    return find


@pytest.fixture(scope="session")
def middle(town):
    """Longitude and latitude of the middle of the town."""
    from geoml.areas.area import load

    west, south, east, north = load(town, "town").grid.lonlat_bounds()
    return (west + east) / 2, (south + north) / 2
