"""Searching: the same answers for GET and POST, exact filters, pages that do not slip."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from geoml.api.ogc.moments import interval
from geoml.api.stac import query

from .conftest import publish_again  # isort: skip

HERE, ELSEWHERE = [4.8, 45.7, 4.9, 45.8], [10.0, 10.0, 11.0, 11.0]
POINT = {"type": "Point", "coordinates": [4.86, 45.75]}
AROUND = {"type": "Polygon", "coordinates": [[[4, 45], [6, 45], [6, 46], [4, 46], [4, 45]]]}
FAR = {"type": "LineString", "coordinates": [[10, 10], [11, 11]]}


def found(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    assert document["numberReturned"] == len(document["features"])
    return [one["id"] for one in document["features"]]


def ask(client, body):
    """The ids that a search finds, the same by POST and by GET."""
    spoken = {
        name: value
        if isinstance(value, str)
        else json.dumps(value)
        if isinstance(value, dict)
        else ",".join(map(str, value))
        if isinstance(value, list)
        else str(value)
        for name, value in body.items()
    }
    posted = found(client.post("/stac/search", json=body))
    assert posted == found(client.get("/stac/search", params=spoken))
    return posted


def test_all_items_are_found_by_collection_and_editions_from_the_newest(stac, history):
    every = ask(stac, {"limit": 250})
    editions = [history.item(one) for one in reversed(history.ids)]
    assert [one for one in every if one in editions] == editions
    assert {"town-lst", "town-buildings"} <= set(every)


@pytest.mark.parametrize(
    ("body", "some"),
    [
        ({"bbox": HERE}, True),
        ({"bbox": [4.8, 45.7, -100, 4.9, 45.8, 9000]}, True),
        ({"bbox": ELSEWHERE}, False),
        ({"bbox": [170, -90, 4.9, 90]}, True),  # across the antimeridian, as far as here
        ({"bbox": [170, -90, -170, 90]}, False),
        ({"intersects": AROUND}, True),
        ({"intersects": FAR}, False),
        ({"intersects": {"type": "GeometryCollection", "geometries": [FAR, AROUND]}}, True),
        ({"datetime": "2025-07-20T00:00:00Z"}, True),
        ({"datetime": "2025-07-20T01:00:00+01:00/.."}, True),
        ({"datetime": "../2025-07-19T23:59:59Z"}, False),
        ({"datetime": "2030-01-01T00:00:00Z/"}, False),
        ({"ids": ["town-lst"]}, True),
        ({"ids": ["town-lst"], "bbox": ELSEWHERE}, False),
        ({"ids": ["nobody"]}, False),
    ],
    ids=str,
)
def test_a_criterion_finds_all_or_none_of_a_small_town(stac, body, some):
    every = ask(stac, {"limit": 250})
    wanted = [one for one in every if one in body.get("ids", every)] if some else []
    assert ask(stac, {**body, "limit": 250}) == wanted


def test_collections_limit_a_search(stac, history):
    assert ask(stac, {"collections": [history.collection], "limit": 250}) == [
        history.item(one) for one in reversed(history.ids)
    ]
    both = ask(stac, {"collections": ["town-sources", history.collection], "limit": 250})
    assert "town-lst" in both
    assert history.item(history.ids[0]) in both


def test_null_is_as_if_left_out(stac):
    body = {"bbox": None, "datetime": None, "limit": 250}
    assert found(stac.post("/stac/search", json=body)) == ask(stac, {"limit": 250})


@pytest.mark.parametrize(
    ("name", "said", "posted"),
    [
        ("bbox", "0,0,1", [0, 0, 1]),
        ("bbox", "0,0,1,x", [0, 0, 1, "x"]),
        ("bbox", "0,0,1,nan", "0,0,1,1"),
        ("bbox", "0,5,1,1", [0, 5, 1, 1]),
        ("bbox", "0,0,1,91", [0, 0, 1, 91]),
        ("bbox", "-181,0,1,1", [-181, 0, 1, 1]),
        ("bbox", "[0,0,1,1]", [True, 0, 1, 1]),
        ("bbox", "0,0,9,1,1,2", [0, 0, 9, 1, 1, 2]),
        ("datetime", "2025-07-20", "2025-07-20"),
        ("datetime", "../..", "../.."),
        ("datetime", "yesterday", 20250720),
        ("datetime", "2025-07-20T00:00:00Z/P1D", "2025-07-20T00:00:00Z/P1D"),
        ("datetime", "2026-01-01T00:00:00Z/2025-01-01T00:00:00Z", ""),
        ("limit", "0", 0),
        ("limit", "-1", -1),
        ("limit", "ten", "10"),
        ("limit", "1.5", 1.5),
        ("ids", "a b", ["a b"]),
        ("ids", "a,,b", ["a", ""]),
        ("ids", "", "town-lst"),
        ("collections", "twn-sources", ["twn-sources"]),
        ("intersects", "POINT (1 2)", "POINT (1 2)"),
        ("intersects", "{}", {}),
        ("intersects", '{"type":"Point"}', {"type": "Point"}),
        ("intersects", '{"type":"Point","coordinates":[]}', {"type": "Point", "coordinates": []}),
        (
            "intersects",
            '{"type":"Point","coordinates":[200,0]}',
            {"type": "Point", "coordinates": [200, 0]},
        ),
        (
            "intersects",
            '{"type":"Feature","geometry":null,"properties":null}',
            {"type": "Feature", "geometry": POINT, "properties": {}},
        ),
        ("intersects", "[" * 9_000, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
        ("token", "5", 5),
        ("token", "~", "a~b~c"),
        ("sortby", "id", [{"field": "id", "direction": "asc"}]),
        ("collection", "town-sources", ["town-sources"]),
    ],
)
def test_what_cannot_be_asked_is_told_as_a_problem(stac, name, said, posted):
    for answer in (
        stac.get("/stac/search", params={name: said}),
        stac.post("/stac/search", json={name: posted}),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 1000
    assert name in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b'{"limit": 1, "limit": 2}', "application/json", 400),
        (b'{"bbox": [0, 0, NaN, 1]}', "application/json", 400),
        (b'{"bbox": [0, 0, 1e999, 1]}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"limit": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"limit=1", "application/x-www-form-urlencoded", 415),
    ],
    ids=repr,
)
def test_a_body_that_is_none_is_refused(stac, body, kind, status):
    answer = stac.post("/stac/search", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_bbox_and_intersects_exclude_one_another(stac):
    body = {"bbox": HERE, "intersects": POINT}
    assert stac.post("/stac/search", json=body).status_code == 400
    query = {"bbox": "0,0,1,1", "intersects": json.dumps(POINT)}
    assert stac.get("/stac/search", params=query).status_code == 400


def test_a_limit_above_the_most_is_read_as_the_most(stac):
    assert ask(stac, {"limit": 1_000_000}) == ask(stac, {"limit": 250})


def test_parameters_that_a_route_does_not_have_are_refused(stac, history):
    for path in (
        "/stac?f=html",
        "/stac/conformance?x=1",
        "/stac/collections?limit=1",
        f"{history.path}?bbox=0,0,1,1",
        f"{history.path}/items?ids=a",
        "/stac/collections/town-sources/items/town-lst?bbox=0,0,1,1",
    ):
        assert stac.get(path).status_code == 400, path
    assert stac.post("/stac/search?limit=1", json={}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/stac/collections/nope",
        "/stac/collections/nope-sources",
        "/stac/collections/nope-town-editions",
        "/stac/collections/-editions",
        "/stac/collections/..%2f..-sources",
        "/stac/collections/nope-sources/items",
        "/stac/collections/town-sources/items/nope",
        "/stac/nope",
    ],
)
def test_what_is_not_there_is_404(stac, path):
    answer = stac.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_by_get_and_by_post_hold_every_item_once(stac, limit):
    every = ask(stac, {"limit": 250})
    path, pages = f"/stac/search?limit={limit}&bbox=4,45,5,46", []
    while path:
        document = stac.get(path).json()
        assert document["numberMatched"] == len(every)
        pages.append(document["features"])
        path = next((one["href"] for one in document["links"] if one["rel"] == "next"), None)
    assert [one["id"] for page in pages for one in page] == every
    assert all(len(page) == limit for page in pages[:-1])
    body, posted = {"limit": limit, "bbox": [4, 45, 5, 46]}, []
    while body:
        document = stac.post("/stac/search", json=body).json()
        posted += [one["id"] for one in document["features"]]
        body = next((one["body"] for one in document["links"] if one["rel"] == "next"), None)
    assert posted == every


def test_what_is_published_between_two_pages_repeats_and_hides_nothing(fresh, service_name, link):
    publish_again(fresh.home, service_name, epoch=1_900_000_000)
    path = f"/stac/collections/{service_name}-town-editions/items?limit=1"
    first = fresh.get(path).json()
    publish_again(fresh.home, service_name, epoch=1_900_100_000)
    second = fresh.get(link(first, "next")).json()
    assert (first["numberMatched"], second["numberMatched"]) == (2, 3)
    seen = [one["id"] for page in (first, second) for one in page["features"]]
    assert len(set(seen)) == 2
    assert link(second, "next") is None
    gone = f"{path}&token={service_name}-town-editions~zzz"
    assert len(fresh.get(gone).json()["features"]) == 1


def test_a_page_links_to_its_collection_and_to_itself(stac, history, link):
    document = stac.get(f"{history.path}/items?limit=2").json()
    assert link(document, "collection") == f"http://testserver{history.path}"
    assert stac.get(link(document, "self")).json() == document


def entry(west, south, east, north, when="2025-07-20T00:00:00Z"):
    return SimpleNamespace(
        id=f"{west}", outline=shapely.box(west, south, east, north), interval=interval(when)
    )


def test_a_box_across_the_antimeridian_finds_both_sides_and_not_the_middle():
    sides = (entry(179, 0, 179.9, 1), entry(-179.9, 0, -179, 1), entry(0, 0, 1, 1))
    group = SimpleNamespace(entries=sides)
    values = query.from_body({"bbox": [178, -5, -178, 5]})
    assert [one.id for _, one in query.chosen([group], values)] == ["179", "-179.9"]


def test_a_search_is_exact_where_brute_force_is():
    rng = np.random.default_rng(4)
    west, south = rng.uniform(-170, 160, 300), rng.uniform(-80, 70, 300)
    group = SimpleNamespace(
        entries=[entry(w, s, w + 3, s + 3) for w, s in zip(west, south, strict=True)]
    )
    for _ in range(20):
        a, b = rng.uniform(-170, 100), rng.uniform(-80, 40)
        c, d = a + rng.uniform(0, 70), b + rng.uniform(0, 40)
        got = {one.id for _, one in query.chosen([group], query.from_body({"bbox": [a, b, c, d]}))}
        meets = (west <= c) & (west + 3 >= a) & (south <= d) & (south + 3 >= b)
        assert got == {f"{one}" for one in west[meets]}
