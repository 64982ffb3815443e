"""OGC API - Features Part 3 (19-079r2) with CQL2 text (21-065r2): what is selected, and bounds."""

import subprocess
import sys
from itertools import chain
from urllib.parse import unquote

import pytest
import shapely

from geoml.api.ogc import cql2
from geoml.api.ogc.conformance import CLASSES
from geoml.errors import InvalidArgument


def ids(api, collection, text, **more):
    """Ids of what a filter selects, over all pages."""
    told = {"filter": text, "limit": 10_000, **more}
    answer = api.get(collection.items, params=told)
    found = set()
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found |= {one["id"] for one in page["features"]}
        following = [one["href"] for one in page["links"] if one["rel"] == "next"]
        if not following:
            assert page["numberMatched"] == len(found)
            return found
        answer = api.get(following[0])


def expected(collection, test):
    return {one["id"] for one in collection.features if test(one["properties"])}


@pytest.fixture
def score(collection):
    """The name of the score of a collection, and a value that about half of it exceeds."""
    name = f"{collection.id.partition('-')[0]}_score"
    known = sorted(one["properties"][name] for one in collection.features
                   if one["properties"][name] is not None)  # fmt: skip
    return name, known[len(known) // 2]


def literal(kind, box):
    """Geometries of every kind, of which the last corner of the box is what all of them meet."""
    west, south, east, north = box
    ring = f"(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    line = f"({west} {south},{east} {north})"
    return {
        "POINT": f"POINT({east} {north})",
        "LINESTRING": f"LINESTRING{line}",
        "POLYGON": f"POLYGON{ring}",
        "MULTIPOINT": f"MULTIPOINT(({west} {south}),({east} {north}))",
        "MULTILINESTRING": f"MULTILINESTRING({line})",
        "MULTIPOLYGON": f"MULTIPOLYGON({ring})",
        "GEOMETRYCOLLECTION": f"GEOMETRYCOLLECTION(POLYGON{ring},LINESTRING{line})",
        "BBOX": f"BBOX({west},{south},{east},{north})",
    }[kind]


FLAT = {
    "cql2-text": ["{name} > {half}"],
    "basic-cql2": [
        "{name} = {half} OR {name} <> {half}", "{name} >= {half} AND NOT {name} > {half}",
        "{name} < {half}", "{name} <= {half}", "{name} IS NOT NULL", "{name} IS NULL", "TRUE",
    ],
    "advanced-comparison-operators": [
        "{name} BETWEEN {half} AND 100", "{name} IN ({half}, 3)", "'zones' LIKE 'zon%'",
    ],
    "case-insensitive-comparison": ["CASEI('ZONES') = CASEI('zones') AND {name} > {half}"],
}  # fmt: skip
SHAPES = {
    "basic-spatial-functions": ["POINT", "BBOX"],
    "basic-spatial-functions-plus": [
        "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
        "GEOMETRYCOLLECTION", "BBOX",
    ],
}  # fmt: skip
"""Conformance class of CQL2 -> what it must be able to say. ``PYTHON`` says the same of a row."""
PYTHON = {
    "{name} > {half}": lambda value, half: value > half,
    "{name} = {half} OR {name} <> {half}": lambda value, half: True,
    "{name} >= {half} AND NOT {name} > {half}": lambda value, half: value == half,
    "{name} < {half}": lambda value, half: value < half,
    "{name} <= {half}": lambda value, half: value <= half,
    "{name} IS NOT NULL": lambda value, half: True,
    "{name} BETWEEN {half} AND 100": lambda value, half: half <= value <= 100,
    "{name} IN ({half}, 3)": lambda value, half: value in (half, 3),
    "CASEI('ZONES') = CASEI('zones') AND {name} > {half}": lambda value, half: value > half,
}


def test_each_class_of_cql2_that_is_claimed_has_its_cases():
    claimed = {one.rpartition("/")[2] for one in CLASSES if "/cql2/" in one}
    assert claimed == {*FLAT, *SHAPES}


def assert_selects(api, collection, text, wanted):
    """The exact number, and nothing else on the first page: all pages would take long."""
    told = {"filter": text, "filter-lang": "cql2-text", "limit": 200}
    page = api.get(collection.items, params=told).json()
    assert page["numberMatched"] == len(wanted)
    assert {one["id"] for one in page["features"]} <= wanted


@pytest.mark.parametrize("text", [text for texts in FLAT.values() for text in texts])
def test_a_class_of_cql2_selects_what_python_would(api, collection, score, text):
    name, half = score
    test = PYTHON.get(text)
    if text.endswith("IS NULL"):
        wanted = expected(collection, lambda p: p[name] is None)
    elif test is None:  # true of every row
        wanted = {one["id"] for one in collection.features}
    else:
        wanted = expected(collection, lambda p: p[name] is not None and test(p[name], half))
    assert_selects(api, collection, text.format(name=name, half=half), wanted)


@pytest.mark.parametrize("kind", sorted({*chain(*SHAPES.values())}))
def test_a_class_of_cql2_knows_every_geometry(api, collection, middle_box, kind):
    west, south, _, _ = middle_box[0]
    corner = collection.shapes[len(collection.shapes) // 2].centroid
    text = literal(kind, (west, south, corner.x, corner.y))
    plain = text if kind != "BBOX" else shapely.box(west, south, corner.x, corner.y).wkt
    met = shapely.intersects(collection.shapes, shapely.from_wkt(plain))
    wanted = {one["id"] for one, yes in zip(collection.features, met, strict=True) if yes}
    assert wanted
    assert_selects(api, collection, f"S_INTERSECTS(geometry, {text})", wanted)


def test_queryables_are_the_properties(api, collection):
    answer = api.get(f"{collection.path}/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    document = answer.json()
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert unquote(document["$id"]).endswith(f"{collection.path}/queryables")
    names = [one.name for one in collection.opened.fields]
    assert [*names, "geometry"] == list(document["properties"])
    assert document["properties"]["geometry"]["format"] == "geometry-any"
    assert set(collection.features[0]["properties"]) == set(names)


def test_comparisons_and_logic(api, collection, score):
    name, half = score
    over = expected(collection, lambda p: p[name] is not None and p[name] > half)
    under = expected(collection, lambda p: p[name] is not None and p[name] <= half)
    unknown = expected(collection, lambda p: p[name] is None)
    every = {one["id"] for one in collection.features}
    assert ids(api, collection, f"{name} > {half}") == over
    assert ids(api, collection, f"NOT {name} > {half}") == under  # unknown is not selected
    assert ids(api, collection, f"{name} IS NULL") == unknown
    assert ids(api, collection, f"{name} IS NOT NULL OR {name} IS NULL") == every
    assert ids(api, collection, f"{name} > {half} AND {name} <= {half}") == set()
    assert ids(api, collection, f"{name} BETWEEN {half} AND 1000") == expected(
        collection, lambda p: p[name] is not None and p[name] >= half
    )
    assert ids(api, collection, f"{name} * 2 - 1 > 2 * {half} - 1") == over
    assert ids(api, collection, f"{name} / 0 > 1") == set()
    assert ids(api, collection, "TRUE") == every
    assert ids(api, collection, f"{name} IN ({half}, -1)") == expected(
        collection, lambda p: p[name] == half
    )


def test_text(api, collection):
    if "kind" not in collection.features[0]["properties"]:
        pytest.skip("these features have no text")
    kind = collection.features[0]["properties"]["kind"]
    of = expected(collection, lambda p: p["kind"] == kind)
    for text in (f"kind = '{kind}'", f"kind LIKE '{kind[:4]}%'", f"kind LIKE '_{kind[1:]}'",
                 f"CASEI(kind) = CASEI('{kind.upper()}')", f"kind IN ('a', '{kind}')",
                 f"NOT kind <> '{kind}'"):  # fmt: skip
        assert ids(api, collection, text) == of
    assert ids(api, collection, "kind = 'it''s; DROP TABLE units'") == set()


def test_geometry(api, collection, middle_box):
    (west, south, east, north), met = middle_box
    ring = f"({west} {south},{east} {south},{east} {north},{west} {north},{west} {south})"
    assert ids(api, collection, f"S_INTERSECTS(geometry, POLYGON({ring}))") == met
    assert (
        ids(api, collection, f"S_INTERSECTS(geometry, BBOX({west},{south},{east},{north}))") == met
    )
    every = {one["id"] for one in collection.features}
    assert ids(api, collection, f"S_DISJOINT(geometry, POLYGON({ring}))") == every - met
    within = shapely.within(collection.shapes, shapely.box(west, south, east, north))
    inside = {one["id"] for one, yes in zip(collection.features, within, strict=True) if yes}
    assert ids(api, collection, f"S_WITHIN(geometry, POLYGON({ring}))") == inside


def test_filter_crs_and_its_axis_order(api, collection, middle_box):
    (west, south, east, north), met = middle_box
    box = f"S_INTERSECTS(geometry, BBOX({south},{west},{north},{east}))"
    uri = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert ids(api, collection, box, **{"filter-crs": uri}) == met


EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


@pytest.mark.parametrize("side", ["east", "west", "far"])
def test_a_box_across_the_antimeridian_is_two(api, collection, side):
    middle = collection.shapes[len(collection.shapes) // 2].centroid.x
    west, east, land = {
        "east": (middle, -170, shapely.box(middle, -90, 180, 90)),
        "west": (170, middle, shapely.box(-180, -90, middle, 90)),
        "far": (179, -179, shapely.Point()),
    }[side]
    met = shapely.intersects(collection.shapes, land)
    wanted = {one["id"] for one, yes in zip(collection.features, met, strict=True) if yes}
    assert bool(wanted) == (side != "far")
    box = f"S_INTERSECTS(geometry, BBOX({west},-90,{east},90))"
    assert ids(api, collection, box) == wanted
    box = f"S_INTERSECTS(geometry, BBOX(-90,{west},90,{east}))"
    assert ids(api, collection, box, **{"filter-crs": EPSG.format(4326)}) == wanted


@pytest.mark.parametrize(
    ("box", "code"), [("9,0,-9,1", 3857), ("0,190,1,-170", 4326), ("9,0,-9,1", 4326)]
)
def test_other_boxes_upside_down_are_400(api, collection, box, code):
    told = {"filter": f"S_INTERSECTS(geometry, BBOX({box}))", "filter-crs": EPSG.format(code)}
    answer = api.get(collection.items, params=told)
    assert (answer.status_code, "lower first" in answer.text) == (400, True)


def test_a_filter_with_everything_else(api, collection, score, middle_box):
    name, half = score
    box, met = middle_box
    over = expected(collection, lambda p: p[name] is not None and p[name] > half)
    told = {"bbox": ",".join(map(str, box)), "datetime": "2025-07-20"}
    assert ids(api, collection, f"{name} > {half}", **told) == over & met


BAD = [
    "", " ", "nonsense", "kind =", "kind", "1", "no_such = 1", "foo(kind) = 1", "kind > 1",
    "applicability = 'a'", "S_INTERSECTS(geometry, POINT(1))", "S_INTERSECTS(kind, BBOX(0,0,1,1))",
    "S_INTERSECTS(geometry, BBOX(0,0,1))", "S_INTERSECTS(geometry, kind)",
    "S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "S_BUFFER(geometry, 1) = 1",
    "T_AFTER(kind, DATE('2020-01-01'))", "applicability = 1e400", "kind LIKE 1", "A_EQUALS(a, b)",
    "applicability IN ()", "CASEI(applicability) = 'a'", "(" * 200 + "TRUE" + ")" * 200,
    "NOT " * 500 + "TRUE", "x" * 5000, "applicability = " + "-" * 500 + "1", "1 = 1 = 1",
    "applicability" + " + 1" * 900 + " = 2", "a=1" + " AND a=1" * 490,
    "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 150, "'", '"', "kind = 'a", "\ud7ff(",
    "applicability IN (" + "1," * 300 + "1)", "applicability DIV 2 = 1", "applicability % 2 = 1",
    "applicability ^ 2 = 1", "S_INTERSECTS(geometry, POLYGON EMPTY)",
    "S_INTERSECTS(geometry, POINT EMPTY)", "S_DISJOINT(geometry, POINT Z EMPTY)",
    "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT EMPTY, POINT(1 1)))",
    "S_INTERSECTS(geometry, MULTIPOINT EMPTY)",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_filter_is_400(api, collection, text):
    answer = api.get(collection.items, params={"filter": text})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("filter")


def test_another_language_is_400(api, collection):
    told = {"filter": "TRUE", "filter-lang": "cql2-json"}
    assert api.get(collection.items, params=told).status_code == 400


DEEP = [
    "({n}a=1{m})", "{not}a=1", "a={minus}1", "a=1{and}", "a{eq}", "a{plus}=1",
    "S_INTERSECTS(g,{gc}",
]  # fmt: skip


@pytest.mark.parametrize("shape", DEEP, ids=range(len(DEEP)))
def test_no_filter_within_the_bounds_breaks_the_parser(shape):
    """In another process, with a small stack: a crash of native code cannot be caught."""
    code = f"""
import threading
from geoml.api.ogc import cql2
from geoml.api.ogc.conformance import CLASSES
from geoml.errors import InvalidArgument
def ask():
    for n in [*range(1, 60), 100, 300, 900, 1300, 1990, 3990]:
        text = {shape!r}.format(n="(" * n, m=")" * n, gc="GEOMETRYCOLLECTION(" * n, minus="-" * n,
            plus="+a" * n, eq="=a" * n, **{{"not": "NOT " * n, "and": " AND a=1" * n}})
        try:
            cql2.parsed(text)
        except InvalidArgument:
            pass
threading.stack_size(512 * 1024)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_the_bounds_are_told():
    with pytest.raises(InvalidArgument, match=f"{cql2.LONGEST} characters"):
        cql2.parsed("a = '" + "x" * cql2.LONGEST + "'")
