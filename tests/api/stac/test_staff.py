"""What a service declares for staff is in no asset and no link of anybody else's catalogue."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from geoml import catalog
from geoml.catalog import audience, services
from geoml.store import database, tokens


@pytest.fixture(scope="module")
def staff(history, tmp_path_factory):
    """Headers of a bearer who may read."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("operations") / "geoml.db"
        patch.setenv(database.VARIABLE, f"sqlite:///{file}")
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


@pytest.mark.parametrize("name", [one for one in catalog.names() if catalog.get(one).staff])
def test_what_a_service_keeps_for_staff_is_no_asset_of_others(stac, staff, name, no_network):
    """As it is declared: files of units are for staff when one kind is, the maps are not."""
    path = f"/stac/collections/{name}-town-editions/items?limit=1"
    (seen,) = stac.get(path).json()["features"]
    (shown,) = stac.get(path, headers=staff).json()["features"]
    files = {key: one["href"].rpartition("/")[2] for key, one in shown["assets"].items()}
    public = {
        key for key, file in files.items() if audience.of_file(catalog.get(name), file) == "public"
    }
    assert set(seen["assets"]) == public < set(files)
    assert "score" in public
    for key, asset in shown["assets"].items():
        assert stac.head(asset["href"]).status_code == (200 if key in public else 404), key
