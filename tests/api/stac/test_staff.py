"""What a service declares for staff is in no asset and no link of anybody else's catalogue."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from geoml import catalog
from geoml.catalog import services
from geoml.store import database, tokens


@pytest.fixture
def staff(history, tmp_path, monkeypatch):
    """Headers of a bearer who may read."""
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'geoml.db'}")
    given, _ = tokens.create(history.home, ["read"], timedelta(hours=1))
    yield {"authorization": f"Bearer {given}"}
    database.close()


def test_a_stranger_is_shown_the_manifest_alone(
    stac, history, service, staff, monkeypatch, no_network
):
    working, failing = services._found()
    hidden = replace(service, staff=frozenset({*service.units, "cells", *catalog.LAYERS}))
    found = (MappingProxyType({**working, service.name: hidden}), failing)
    monkeypatch.setattr(services, "_found", lambda: found)
    for path in (f"{history.path}/items/{history.item(history.ids[0])}", history.path):
        name = "assets" if "items/" in path else "item_assets"
        seen, shown = stac.get(path).json(), stac.get(path, headers=staff)
        assert set(seen[name]) == {"manifest"}
        assert {"score", "units", "manifest"} <= set(shown.json()[name])
        assert "public" not in shown.headers["cache-control"]
    item = stac.get(f"{history.path}/items?limit=1").json()["features"][0]
    assert not [one for one in item["links"] if one["rel"] == "tilejson"]
    assert not [one for one in item["stac_extensions"] if "web-map-links" in one]
