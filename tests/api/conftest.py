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
def middle(town):
    """Longitude and latitude of the middle of the town."""
    from geoml.areas.area import load

    west, south, east, north = load(town, "town").grid.lonlat_bounds()
    return (west + east) / 2, (south + north) / 2
