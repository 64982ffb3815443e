"""Vector tiles: what GDAL reads in them is what the collection says."""

import gzip
import json
import math

import geopandas
import pytest

from geoml import catalog
from geoml.catalog.sections import sections

TMS = "WebMercatorQuad"


def public():
    """A collection of all units and one of some, where others are for staff: the tiles differ."""
    found = {}
    for name in catalog.names():
        units = sections(catalog.get(name))[0]
        found.setdefault(units.kinds is None, f"{name}-town")
    return list(found.values())


@pytest.fixture(scope="module", params=public())
def name(request):
    return request.param


@pytest.fixture(scope="module")
def path(api, name):
    found = f"/collections/{name}/tiles/{TMS}"
    assert api.get(found).status_code == 200
    return found


@pytest.fixture(scope="module")
def limits(api, path):
    return api.get(path).json()["tileMatrixSetLimits"]


@pytest.fixture(scope="module")
def features(api, name):
    answer = api.get(f"/collections/{name}/items?limit=10000").json()
    assert answer["numberMatched"] == len(answer["features"])
    return {one["id"]: one["properties"] for one in answer["features"]}


def tiles(api, path, one):
    for row in range(one["minTileRow"], one["maxTileRow"] + 1):
        for col in range(one["minTileCol"], one["maxTileCol"] + 1):
            answer = api.get(f"{path}/{one['tileMatrix']}/{row}/{col}")
            if answer.status_code == 200:
                yield row, col, answer.content


@pytest.fixture
def read(tmp_path):
    """A tile as GDAL's MVT driver reads it, in units of the tile."""

    def table(tile):
        (tmp_path / "tile.mvt").write_bytes(tile)
        return geopandas.read_file(tmp_path / "tile.mvt", layer="units")

    return table


def test_every_unit_is_in_the_tiles_of_the_highest_zoom(api, path, limits, features, read):
    found = {}
    for _, _, tile in tiles(api, path, limits[-1]):
        table = read(tile).drop(columns="geometry")
        for row in json.loads(table.to_json(orient="records")):
            found[row["id"]] = row
    assert set(found) == set(features)
    for fid, row in found.items():
        for name in set(row) & set(features[fid]) - {"mvt_id"}:
            told, drawn = features[fid][name], row[name]
            assert drawn == told or math.isclose(drawn, told, abs_tol=1e-6), (fid, name)


def test_fields_are_declared(api, path, limits, read):
    (layer,) = api.get(f"{path}?f=tilejson").json()["vector_layers"]
    assert layer["id"] == "units"
    _, _, tile = next(tiles(api, path, limits[-1]))
    assert set(read(tile).columns) - {"geometry", "mvt_id"} <= set(layer["fields"])
    (told,) = api.get(path).json()["layers"]
    assert set(told["propertiesSchema"]["properties"]) == set(layer["fields"])


def test_tiles_leave_as_they_lie_unless_the_client_cannot_take_that(api, path, limits):
    row, col, plain = next(tiles(api, path, limits[-1]))
    place = f"{path}/{limits[-1]['tileMatrix']}/{row}/{col}"
    with api.stream("GET", place, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(raw)
    assert gzip.decompress(raw) == plain
    with api.stream("GET", place, headers={"accept-encoding": "identity"}) as bare:
        assert b"".join(bare.iter_raw()) == plain
    assert "content-encoding" not in bare.headers
    assert bare.headers["etag"] != packed.headers["etag"]
    assert "accept-encoding" in bare.headers["vary"].lower()


def test_a_tile_without_units_has_no_content(api, path, limits):
    answers = [
        api.get(f"{path}/{limits[-1]['tileMatrix']}/{row}/{col}")
        for row in range(limits[-1]["minTileRow"], limits[-1]["maxTileRow"] + 1)
        for col in range(limits[-1]["minTileCol"], limits[-1]["maxTileCol"] + 1)
    ]
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert all(bool(answer.content) == (answer.status_code == 200) for answer in answers)


def test_head_says_what_get_says(api, path, limits):
    row, col, plain = next(tiles(api, path, limits[-1]))
    place = f"{path}/{limits[-1]['tileMatrix']}/{row}/{col}"
    asked = {"accept-encoding": "identity"}
    head = api.head(place, headers=asked)
    assert not head.content
    assert int(head.headers["content-length"]) == len(plain)


def test_an_edition_of_before_gets_its_tiles_once(town, tmp_path, path, limits, api):
    """It is immutable: they are made beside it, and are the same."""
    import shutil

    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    home = tmp_path / "home"
    shutil.copytree(town.root, home, ignore=shutil.ignore_patterns("cache"))
    for archive in home.glob("editions/*/*/*/tiles-units.pmtiles"):
        archive.unlink()
    row, col, tile = next(tiles(api, path, limits[-1]))
    place = f"{path}/{limits[-1]['tileMatrix']}/{row}/{col}"
    with TestClient(create_app(Settings(home=home))) as client:
        assert client.get(place).content == tile
        (made,) = home.glob("cache/*/*/*/tiles-units*.pmtiles")
        before = made.stat().st_mtime_ns
        assert client.get(place).content == tile
        assert made.stat().st_mtime_ns == before
    assert not list(home.glob("editions/*/*/*/tiles-units.pmtiles"))
