"""OGC API - Features Part 2 (18-058r1): one test for each abstract test, by its id."""

import json

import numpy as np
import pytest
import shapely
from pyproj import Transformer

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
LIMIT = 300


def offered(collection):
    return collection.document["crs"]


def name_of(uri):
    return "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.rpartition('/')[2]}"


def shapes(features):
    return shapely.from_geojson([json.dumps(one["geometry"]) for one in features])


def coordinates(features):
    return shapely.get_coordinates(shapes(features))


def authority(uri, xy):
    """Coordinates in the order of the authority, by PROJ itself."""
    move = Transformer.from_crs("OGC:CRS84", name_of(uri), always_xy=False)
    return np.column_stack(move.transform(xy[:, 0], xy[:, 1]))


def test_crs_crs_uri(api, collection):
    assert offered(collection)[0] == CRS84
    assert {CRS84, f"{EPSG}4326", f"{EPSG}3857", f"{EPSG}2154"} <= set(offered(collection))
    assert set(offered(collection)) <= set(api.get("/collections").json()["crs"])


def test_crs_storage_crs(collection):
    assert collection.document["storageCrs"] == f"{EPSG}2154"
    assert collection.document["storageCrs"] in offered(collection)


def test_crs_default_crs(api, collection):
    answer = api.get(collection.items)
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    one = api.get(f"{collection.items}/{collection.features[0]['id']}")
    assert one.headers["content-crs"] == f"<{CRS84}>"


def test_crs_crs_parameter_and_transform(api, collection):
    lonlat = collection.features[:LIMIT]
    for uri in offered(collection):
        answer = api.get(collection.items, params={"crs": uri, "limit": LIMIT})
        assert answer.headers["content-crs"] == f"<{uri}>"
        features = answer.json()["features"]
        assert [one["id"] for one in features] == [one["id"] for one in lonlat]
        assert [one["properties"] for one in features] == [one["properties"] for one in lonlat]
        slack = 3e-7 if uri in {CRS84, f"{EPSG}4326"} else 0.05  # of a degree, of a metre
        near = shapely.transform(shapes(lonlat), lambda xy, uri=uri: authority(uri, xy))
        assert shapely.hausdorff_distance(shapes(features), near).max() < slack


def test_crs_axis_order_of_4326_is_latitude_first(api, collection):
    west, south, east, north = collection.document["extent"]["spatial"]["bbox"][0]
    page = api.get(collection.items, params={"crs": f"{EPSG}4326"}).json()
    first, second = coordinates(page["features"]).T
    assert south <= first.min() <= first.max() <= north
    assert west <= second.min() <= second.max() <= east


def test_crs_crs_parameter_of_one_feature(api, collection):
    one = collection.features[0]
    answer = api.get(f"{collection.items}/{one['id']}", params={"crs": f"{EPSG}2154"})
    assert answer.headers["content-crs"] == f"<{EPSG}2154>"
    assert answer.json()["links"]
    near = authority(f"{EPSG}2154", coordinates([one]))
    assert np.allclose(coordinates([answer.json()]).mean(axis=0), near.mean(axis=0), atol=0.05)


def test_crs_bbox_crs_parameter(api, collection, middle_box):
    """The same box in each CRS; in a projected one the answer is exact in that CRS."""
    (west, south, east, north), lonlat = middle_box
    ways = {CRS84: (west, south, east, north), f"{EPSG}4326": (south, west, north, east)}
    for uri, box in ways.items():
        told = {"bbox": ",".join(map(str, box)), "bbox-crs": uri, "limit": 10_000}
        found = {one["id"] for one in api.get(collection.items, params=told).json()["features"]}
        assert found == lonlat
    for uri in sorted(set(offered(collection)) - set(ways)):
        moved = authority(uri, shapely.get_coordinates(collection.shapes))
        low, high = np.quantile(moved, 0.3, axis=0), np.quantile(moved, 0.7, axis=0)
        box = np.round([*low, *high], 2)
        there = shapely.transform(collection.shapes, lambda xy, uri=uri: authority(uri, xy))
        sure = shapely.intersects(there, shapely.box(*np.add(box, [0.1, 0.1, -0.1, -0.1])))
        may = shapely.intersects(there, shapely.box(*np.add(box, [-0.1, -0.1, 0.1, 0.1])))
        told = {"bbox": ",".join(map(str, box)), "bbox-crs": uri, "limit": 10_000}
        found = {one["id"] for one in api.get(collection.items, params=told).json()["features"]}
        ids = np.array([one["id"] for one in collection.features])
        assert set(ids[sure]) <= found <= set(ids[may])
        assert 0 < len(found) < len(ids)


def test_crs_bbox_crs_parameter_default(api, collection, middle_box):
    box, expected = middle_box
    page = api.get(collection.items, params={"bbox": ",".join(map(str, box))}).json()
    assert page["numberMatched"] == len(expected)


UNKNOWN = [
    "EPSG:2154",
    "http://www.opengis.net/def/crs/EPSG/0/27700",
    "http://www.opengis.net/def/crs/EPSG/0/2154 ",
    "http://127.0.0.1:9/crs",
    "/etc/passwd",
    "+proj=merc +nadgrids=/etc/passwd",
    "",
]


@pytest.mark.parametrize("parameter", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize("uri", UNKNOWN)
def test_crs_crs_and_bbox_crs_parameter_invalid(api, collection, parameter, uri, monkeypatch):
    def forbidden(*_args, **_options):
        raise AssertionError("the text of a client reached PROJ")

    assert api.get(collection.items).status_code == 200
    monkeypatch.setattr("pyproj.CRS.from_user_input", forbidden)
    monkeypatch.setattr("pyproj.CRS.__init__", forbidden)
    answer = api.get(collection.items, params={parameter: uri, "bbox": "0,0,1,1"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(parameter)


@pytest.mark.parametrize("box", ["10,0,5,1", "0,10,1,5", "0,0,1e9,1", "nan,0,1,1"])
def test_a_box_that_is_none_in_a_projected_crs(api, collection, box):
    told = {"bbox": box, "bbox-crs": f"{EPSG}2154"}
    assert api.get(collection.items, params=told).status_code == 400


@pytest.mark.parametrize("box", ["-9e7,-9e7,9e7,9e7", "-2e7,-2e7,2e7,2e7"])
def test_a_box_of_all_the_plane_answers(api, collection, box):
    for uri in (f"{EPSG}2154", f"{EPSG}3857"):
        told = {"bbox": box, "bbox-crs": uri}
        answer = api.get(collection.items, params=told)
        assert answer.json()["numberMatched"] == len(collection.features)
