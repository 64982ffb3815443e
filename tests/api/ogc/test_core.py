"""OGC API - Features Part 1 (17-069r4): one test for each abstract test, by its id.

``test_core_<name>`` is /conf/core/<name> of annex A; each runs against every collection.
"""

import json
from datetime import datetime

import pytest
import shapely

from geoml.api.ogc import licences
from geoml.api.ogc.conformance import CLASSES

FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"


def rels(document, rel):
    return [one for one in document["links"] if one["rel"] == rel]


def parameters(api, path):
    operation = api.get("/api").json()["paths"][path]["get"]
    return {one["name"]: one for one in operation["parameters"]}


ITEMS = "/collections/{collectionId}/items"


def test_core_http(api, collection):
    for path in ("/", "/conformance", "/collections", collection.path, collection.items):
        assert api.get(path).status_code == 200
        assert api.head(path).status_code == 200
        assert api.put(path).status_code == 405


def test_core_root_op_and_success(api):
    document = api.get("/").json()
    for rel, kind in (
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        ("service-doc", "text/html"),
        ("conformance", "application/json"),
        ("data", "application/json"),
    ):
        (link,) = rels(document, rel)
        assert link["type"] == kind
        assert api.get(link["href"]).headers["content-type"].startswith(kind)


def test_core_api_definition_op_and_success(api):
    (link,) = rels(api.get("/").json(), "service-desc")
    answer = api.get(link["href"], headers={"accept": link["type"]})
    assert answer.headers["content-type"] == link["type"]
    assert answer.json()["openapi"].startswith("3.0.")


def test_core_conformance_op_and_success(api):
    told = api.get("/conformance").json()["conformsTo"]
    assert {FEATURES + one for one in ("core", "geojson", "html", "oas30")} <= set(told)
    assert told == list(CLASSES)


def test_core_fc_md_op_and_success(api, collection):
    document = api.get("/collections").json()
    assert {one["rel"]: one["type"] for one in document["links"]} == {
        "self": "application/json",
        "alternate": "text/html",
    }
    listed = {one["id"]: one for one in document["collections"]}
    if collection.pinned:
        assert collection.id not in listed  # lists name what is served now
        return
    assert listed[collection.id] == {
        **collection.document,
        "links": [
            one for one in collection.document["links"] if one["rel"] not in {"self", "alternate"}
        ],
    }


def test_core_fc_md_items_links(collection):
    links = rels(collection.document, "items")
    assert {one["type"] for one in links} == {"application/geo+json", "text/html"}
    assert all(one["href"].split("?")[0].endswith(collection.items) for one in links)


def test_core_fc_md_extent_is_rounded_outward(collection):
    west, south, east, north = collection.document["extent"]["spatial"]["bbox"][0]
    x, y, to_x, to_y = shapely.total_bounds(collection.shapes)
    assert west <= x < to_x <= east
    assert south <= y < to_y <= north
    assert max(x - west, y - south, east - to_x, north - to_y) < 0.01
    ((start, end),) = collection.document["extent"]["temporal"]["interval"]
    assert (start, end) == ("2025-07-20T00:00:00Z", "2025-07-20T23:59:59Z")


def test_core_sfc_md_op_and_success(api, collection):
    found = collection.document
    assert found["id"] == collection.id
    assert found["itemType"] == "feature"
    assert found["numberOfFeatures"] == len(collection.features) > 0
    for one in found["links"]:
        assert one["rel"], one
        assert one["type"], one
        assert one["rel"] == "license" or api.get(one["href"]).status_code == 200, one


def test_core_fc_md_license(collection):
    """/rec/core/fc-md-license, and hreflang where a document is in one language."""
    (licence,) = rels(collection.document, "license")
    assert licence["href"] == "https://spdx.org/licenses/CC0-1.0.html"
    told = {one["rel"]: one.get("hreflang") for one in collection.document["links"]}
    assert {told[rel] for rel in ("self", "alternate", "items", "queryables")} == {"en"}


def test_a_licence_of_nobody_is_told_by_the_manifest():
    found = licences.links(["CC0-1.0", "Licence maison"], "/m.json")
    assert [(one["href"], one["title"]) for one in found] == [
        ("https://spdx.org/licenses/CC0-1.0.html", "CC0-1.0"),
        ("/m.json", "Licence maison"),
    ]
    assert licences.links([], "/m.json") == []


def test_core_fc_op(api, collection):
    answer = api.get(collection.items)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["features"] == collection.features[:100]


def test_core_fc_response(api, collection, follow):
    every = follow(f"{collection.items}?limit=777")
    for page in every:
        assert page["numberMatched"] == len(collection.features)
        assert page["numberReturned"] == len(page["features"]) <= 777
    assert sum(page["numberReturned"] for page in every) == every[0]["numberMatched"]
    ids = [one["id"] for page in every for one in page["features"]]
    assert len(set(ids)) == len(ids)


def test_core_fc_links(api, collection, follow):
    every = follow(f"{collection.items}?limit=1000")
    for number, page in enumerate(every):
        kinds = {one["rel"]: one["type"] for one in page["links"]}
        assert kinds["self"] == "application/geo+json"
        assert kinds["alternate"] == "text/html"
        assert kinds["collection"] == "application/json"
        assert ("next" in kinds) == (number < len(every) - 1)
        assert ("prev" in kinds) == (number > 0)
        assert api.get(rels(page, "self")[0]["href"]).json()["features"] == page["features"]


def test_core_fc_time_stamp(api, collection):
    told = datetime.fromisoformat(api.get(collection.items).json()["timeStamp"])
    assert told.utcoffset().total_seconds() == 0


def test_core_fc_bbox_definition(api, collection):
    found = parameters(api, ITEMS)["bbox"]
    assert (found["in"], found["required"]) == ("query", False)
    assert (found["style"], found["explode"]) == ("form", False)
    schema = found["schema"]
    assert (schema["type"], schema["minItems"], schema["maxItems"]) == ("array", 4, 6)
    assert schema["items"] == {"type": "number"}


def test_core_fc_bbox_response(collection, follow, middle_box):
    (west, south, east, north), expected = middle_box
    assert 0 < len(expected) < len(collection.features)
    for text in (f"{west},{south},{east},{north}", f"{west},{south},-50,{east},{north},9000"):
        every = follow(f"{collection.items}?limit=1000&bbox={text}")
        assert {one["id"] for page in every for one in page["features"]} == expected
        assert every[0]["numberMatched"] == len(expected)


@pytest.mark.parametrize(
    "box", ["177,65,-177,70", "-180,-90,180,90", "-180,85,180,90", "0,-90,0,-90"]
)
def test_core_fc_bbox_at_the_antimeridian_and_the_poles(api, collection, box):
    answer = api.get(f"{collection.items}?bbox={box}")
    assert answer.status_code == 200
    everywhere = box == "-180,-90,180,90"
    assert answer.json()["numberMatched"] == (len(collection.features) if everywhere else 0)


def test_core_fc_bbox_around_the_world_the_other_way(collection, api):
    west, south, east, north = collection.document["extent"]["spatial"]["bbox"][0]
    beyond = f"{east + 1},{south - 1},{west - 1},{north + 1}"
    around = f"{west - 1},{south - 1},{(west - 2)},{north + 1}"  # all but one degree
    assert api.get(f"{collection.items}?bbox={beyond}").json()["numberMatched"] == 0
    found = api.get(f"{collection.items}?bbox={around}").json()["numberMatched"]
    assert found == len(collection.features)


@pytest.mark.parametrize(
    "box",
    ["", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "0,91,1,92", "0,10,1,5", "0,0,9,1,1,2",
     "0,0,181,1", "-181,0,1,1", "-180.0001,0,1,1", "0,0,180.0000001,1", "0,-90.0001,1,1",
     "nan,0,1,1", "0,0,inf,1", "0,0,1e999,1", "0 ,0,1,1", "0;0;1;1",
     "0,0,1,1,", "\u0660,0,1,1", "0x1,0,1,1", "1_0,0,11,1"],
)  # fmt: skip
def test_core_query_param_invalid_bbox(api, collection, box):
    answer = api.get(collection.items, params={"bbox": box})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "bbox" in answer.json()["detail"]


def test_core_fc_limit_definition(api, collection):
    found = parameters(api, ITEMS)["limit"]
    assert (found["in"], found["required"], found["explode"]) == ("query", False, False)
    assert found["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}


@pytest.mark.parametrize("limit", [1, 7, 10_000])
def test_core_fc_limit_response(api, collection, limit):
    page = api.get(f"{collection.items}?limit={limit}").json()
    assert page["features"] == collection.features[:limit]


@pytest.mark.parametrize("limit", ["10001", "999999999999999999"])
def test_core_fc_limit_response_above_the_maximum_is_the_maximum(api, collection, limit):
    page = api.get(f"{collection.items}?limit={limit}").json()
    assert page["numberReturned"] == min(10_000, len(collection.features))


@pytest.mark.parametrize(
    "limit", ["unlimited", "0", "-1", "1e3", "", "5.0", " 5", "\u0663", "9" * 19]
)
def test_core_query_param_invalid_limit(api, collection, limit):
    answer = api.get(collection.items, params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("limit")


def test_core_fc_time_definition(api, collection):
    found = parameters(api, ITEMS)["datetime"]
    assert (found["in"], found["required"], found["explode"]) == ("query", False, False)
    assert found["schema"]["type"] == "string"


@pytest.mark.parametrize(
    ("asked", "met"),
    [("2025-07-20", True), ("2025-07-20T12:00:00Z", True), ("2025-07-19T23:30:00-02:00", True),
     ("2025-07-01/2025-07-31", True), ("../2025-07-20", True), ("2025-07-20/..", True),
     ("/2025-07-20", True), ("2025-07-20/", True), ("2025-07-19/P2D", True),
     ("P2D/2025-07-20", True), ("2025-06-01/P1M", False), ("2025-07-18/P1D", False),
     ("2025-07-21", False), ("../2025-07-19T23:59:59Z", False), ("2025-07-21/..", False)],
)  # fmt: skip
def test_core_fc_time_response(api, collection, asked, met):
    answer = api.get(collection.items, params={"datetime": asked})
    assert answer.status_code == 200
    assert answer.json()["numberMatched"] == (len(collection.features) if met else 0)


@pytest.mark.parametrize(
    "asked",
    ["", "/", "..", "../..", "now", "2025", "2025-13-01", "2025-02-30", "2025-07-20T12:00:00",
     "2025-07-21/2025-07-20", "a/b", "2025-07-20/P", "2025-07-20/PT", "P1D/P1D",
     "2025-07-20/P99999Y", "9999-12-31/P1D", "0000-01-01", "2025-07-20/2025-07-21/2025-07-22"],
)  # fmt: skip
def test_core_query_param_invalid_datetime(api, collection, asked):
    answer = api.get(collection.items, params={"datetime": asked})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("datetime")


def test_core_query_param_unknown(api, collection):
    for path in ("/", "/conformance", "/collections", collection.path, collection.items):
        answer = api.get(f"{path}?colour=red")
        assert answer.status_code == 400
        assert "colour" in answer.json()["detail"]
    assert "bbox" in api.get(f"{collection.items}?bobx=1,2,3,4").json()["next_step"]
    assert api.get(f"{collection.items}?limit=1&limit=2").status_code == 400


def test_core_bbox_and_datetime_together(api, collection, middle_box):
    box, expected = middle_box
    told = {"bbox": ",".join(map(str, box)), "datetime": "2025-07-20"}
    assert api.get(collection.items, params=told).json()["numberMatched"] == len(expected)
    told["datetime"] = "2024-07-20"
    assert api.get(collection.items, params=told).json()["numberMatched"] == 0


def test_core_properties(api, collection):
    """17-069r4, 7.15.5: a parameter for each property, with its name and its value."""
    sample = collection.features[len(collection.features) // 2]["properties"]
    for field in collection.opened.fields:
        value = sample[field.name]
        if value is None:
            continue
        expected = [one for one in collection.features if one["properties"][field.name] == value]
        page = api.get(collection.items, params={field.name: value, "limit": 10_000}).json()
        assert page["features"] == expected[:10_000]
        assert page["numberMatched"] == len(expected)
        if field.type != "string":
            assert api.get(collection.items, params={field.name: "much"}).status_code == 400


def test_core_f_op_and_success_and_links(api, collection):
    feature = collection.features[-1]
    answer = api.get(f"{collection.items}/{feature['id']}")
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert {name: found[name] for name in feature} == feature
    kinds = {one["rel"]: one["type"] for one in found["links"]}
    assert kinds["self"] == "application/geo+json"
    assert kinds["alternate"] == "text/html"
    assert kinds["collection"] == "application/json"
    for one in found["links"]:
        assert api.get(one["href"]).status_code == 200


@pytest.mark.parametrize("name", ["none", "..%2f..%2fetc%2fpasswd", "%00", "a-b@c", "-cells", "@"])
def test_unknown_collections_and_features_are_404(api, collection, name):
    for below in ("", "/items", "/queryables", "/items/x"):
        wanted = {400, 404} if "%00" in name else {404}
        assert api.get(f"/collections/{name}{below}").status_code in wanted
    assert api.get(f"{collection.items}/{name}").status_code in {404}


def test_a_copy_of_what_is_not_there_is_no_copy(api, collection):
    """RFC 9110, 13.2.1: a precondition changes nothing where the answer is no success."""
    there, any_copy = collection.features[0]["id"], {"if-none-match": "*"}
    for path, status in (
        (f"{collection.items}/{there}", 304),
        (f"{collection.items}/nobody", 404),
        (f"{collection.items}?limit=3", 304),
        (f"{collection.items}?filter=nothing=1", 400),
    ):
        assert api.get(path, headers=any_copy).status_code == status, path
        tag = api.get(path).headers.get("etag", '"none"')
        assert api.get(path, headers={"if-none-match": tag}).status_code == status, path


def test_geojson_content(api, collection):
    """/conf/geojson/content: RFC 7946, rings right-handed, coordinates in degrees."""
    page = api.get(f"{collection.items}?limit=50").json()
    assert page["type"] == "FeatureCollection"
    for one in page["features"]:
        assert one["type"] == "Feature"
        shape = shapely.from_geojson(json.dumps(one["geometry"]))
        assert shape.is_valid
        for part in shapely.get_parts(shape):
            assert part.exterior.is_ccw


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("*/*", "application/geo+json"), ("application/json", "application/json"),
     ("text/html", "text/html; charset=utf-8"), ("text/*", "text/html; charset=utf-8"),
     ("text/html;q=0.5, application/geo+json;q=0.6", "application/geo+json"),
     ("text/html, application/xhtml+xml, */*;q=0.8", "text/html; charset=utf-8"),
     ("application/geo+json;q=0, */*", "application/json")],
)  # fmt: skip
def test_the_accept_header_decides_where_f_is_silent(api, collection, accept, kind):
    answer = api.get(collection.items, headers={"accept": accept})
    assert answer.headers["content-type"] == kind
    assert "Accept" in answer.headers["vary"]
    told = api.get(f"{collection.items}?f=json", headers={"accept": "text/html"})
    assert told.headers["content-type"] == "application/geo+json"


def test_what_is_not_offered_is_406_and_a_wrong_f_400(api, collection):
    for path in ("/", "/conformance", "/collections", collection.path, collection.items):
        answer = api.get(path, headers={"accept": "image/png"})
        assert answer.status_code == 406
        assert answer.headers["content-type"] == "application/problem+json"
        assert api.get(f"{path}?f=xml").status_code == 400


def test_head_has_the_headers_of_get(api, collection):
    for path in (collection.items, f"{collection.items}/{collection.features[0]['id']}"):
        get, head = api.get(path), api.head(path)
        assert head.content == b""
        assert head.headers["etag"] == get.headers["etag"]
        assert head.headers["content-length"] == get.headers["content-length"]
