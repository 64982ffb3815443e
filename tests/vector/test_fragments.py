"""Pages of ready-made features are valid GeoJSON, say what the table says, are found exactly."""

import json

import geopandas
import numpy as np
import pandas
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import CorruptFile
from geoml.vector.fragments import Fragments, emitted, hilbert_order, outline, write_fragments

WORLD = (-180.0, -90.0, 180.0, 90.0)


def scattered(count, seed=3):
    """Little houses near Lyon, each turned by its own angle; the third has no score."""
    rng = np.random.default_rng(seed)
    x, y = 842_000 + 3000 * rng.random(count), 6_519_000 + 3000 * rng.random(count)
    side, turn = 10 + 200 * rng.random(count) ** 4, rng.random(count) * np.pi
    corners = turn[:, None] + np.arange(4) * np.pi / 2
    xy = np.stack([x[:, None] + side[:, None] * np.cos(corners),
                   y[:, None] + side[:, None] * np.sin(corners)], axis=-1)  # fmt: skip
    score = np.round(100 * rng.random(count), 3)
    score[2:3] = np.nan
    frame = {"id": [f"b-{i}" for i in range(count)], "score": score, "floors": np.arange(count)}
    frame["name"] = [None if i % 3 else f'n° {i} «é»\n",\n' for i in range(count)]
    return hilbert_order(
        geopandas.GeoDataFrame(frame, geometry=shapely.polygons(xy), crs="EPSG:2154")
    )


def written(folder, frame):
    write_fragments(folder / "a.geojson", folder / "a.arrow", frame)
    return Fragments(folder / "a.geojson", folder / "a.arrow")


@pytest.fixture(scope="module")
def houses():
    return scattered(700)


@pytest.fixture(scope="module")
def store(houses, tmp_path_factory):
    return written(tmp_path_factory.mktemp("fragments"), houses)


def features(page):
    return json.loads(b"[" + page + b"]")


def test_the_file_is_one_feature_collection_with_one_feature_a_line(tmp_path, houses):
    written(tmp_path, houses)
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    whole = json.loads(text)
    assert whole["type"] == "FeatureCollection"
    assert [one["id"] for one in whole["features"]] == houses["id"].tolist()
    assert len(text.splitlines()) == len(houses) + 2
    assert geopandas.read_file(tmp_path / "a.geojson").crs.to_epsg() == 4326


def test_a_page_says_what_the_table_says(store, houses):
    for row, feature in enumerate(features(store.page(slice(None)))):
        told, kept = feature["properties"], houses.iloc[row]
        assert feature["type"] == "Feature"
        assert feature["id"] == kept["id"]
        assert told["name"] == (None if pandas.isna(kept["name"]) else kept["name"])
        assert told["floors"] == kept["floors"]
        assert told["score"] == (None if np.isnan(kept["score"]) else kept["score"])
        assert set(told) == {"score", "floors", "name"}


def test_geometries_are_those_of_geopandas_to_a_centimetre(store, houses):
    told = [shapely.geometry.shape(one["geometry"]) for one in features(store.page(slice(None)))]
    apart = shapely.hausdorff_distance(told, np.asarray(houses.to_crs("OGC:CRS84").geometry))
    assert np.max(apart) <= 1e-7
    assert all(one.exterior.is_ccw for one in told)
    assert shapely.equals_exact(told, store.geometries(np.arange(len(houses)))).all()
    coordinates = shapely.get_coordinates(told)
    assert (coordinates == np.round(coordinates, 7)).all()


@pytest.mark.parametrize("size", [1, 7, 100, 699, 700, 5000])
def test_pages_join_to_the_whole(store, size):
    pages = [store.page(slice(at, at + size)) for at in range(0, len(store), size)]
    assert b",\n".join(pages) == store.page(slice(None))


@given(st.sets(st.integers(0, 699), max_size=60).map(sorted))
def test_any_rows_are_the_slices_of_one(store, rows):
    wanted = [store.page(slice(row, row + 1)) for row in rows]
    assert store.page(np.array(rows, np.intp)) == b",\n".join(wanted)


def test_a_page_beyond_the_end_is_empty(store):
    assert store.page(slice(700, 800)) == b""
    assert store.page(np.empty(0, np.intp)) == b""


LON, LAT = st.floats(4.83, 4.89), st.floats(45.73, 45.78)
BOX = st.tuples(LON, LAT, LON, LAT).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@settings(max_examples=150)
@given(st.lists(BOX, min_size=1, max_size=3))
def test_a_search_finds_what_shapely_finds(store, houses, boxes):
    shown = emitted(houses.geometry)
    wanted = np.zeros(len(houses), bool)
    for box in boxes:
        wanted |= shapely.intersects(shown, outline(box))
    assert store.search(boxes).tolist() == np.flatnonzero(wanted).tolist()


def test_the_search_is_not_one_of_boxes_alone(store, houses):
    """The corner of a turned house's box is outside of the house."""
    shown = emitted(houses.geometry)
    bounds = shapely.bounds(shown)
    corners = [(west, south, west, south) for west, south, _, _ in bounds]
    missed = sum(row not in store.search([corner]) for row, corner in enumerate(corners))
    assert missed > 600


def test_a_point_a_line_and_a_corner_are_boxes(store, houses):
    x, y = shapely.get_coordinates(emitted(houses.geometry)[5])[0]
    assert 5 in store.search([(x, y, x, y)])
    assert 5 in store.search([(x, -90.0, x, 90.0)])
    assert 5 in store.search([(-180.0, y, 180.0, y)])


def test_the_world_and_both_sides_of_the_antimeridian(store):
    everything = list(range(len(store)))
    assert store.search([WORLD]).tolist() == everything
    assert store.search([(0.0, -90.0, 180.0, 90.0), (-180.0, -90.0, -177.0, 90.0)]).tolist() == (
        everything
    )
    assert store.search([(177.0, 65.0, 180.0, 70.0), (-180.0, 65.0, -177.0, 70.0)]).size == 0
    assert store.search([(-180.0, 89.0, 180.0, 90.0), (-180.0, -90.0, 180.0, -89.0)]).size == 0


def test_units_at_both_sides_of_the_antimeridian_and_at_the_poles(tmp_path):
    places = [(179.95, 67.0), (-179.95, 67.0), (10.0, 89.9), (10.0, -89.9)]
    shapes = [shapely.box(x - 0.04, y - 0.04, x + 0.04, y + 0.04) for x, y in places]
    ids = ["east", "west", "north", "south"]
    store = written(tmp_path, geopandas.GeoDataFrame({"id": ids}, geometry=shapes, crs=4326))

    def found(*boxes):
        return [ids[row] for row in store.search(boxes)]

    assert found((177.0, 65.0, 180.0, 70.0), (-180.0, 65.0, -177.0, 70.0)) == ["east", "west"]
    assert found((-180.0, 80.0, 180.0, 90.0)) == ["north"]
    assert found((-180.0, -90.0, 180.0, -80.0)) == ["south"]


def test_one_unit_none_and_one_without_a_geometry(tmp_path):
    one = scattered(1)
    assert written(tmp_path, one).search([WORLD]).tolist() == [0]
    none = written(tmp_path, one.iloc[:0])
    assert len(none) == 0
    assert none.page(slice(None)) == b""
    assert none.search([WORLD]).size == 0
    assert json.loads((tmp_path / "a.geojson").read_bytes())["features"] == []
    lost = written(tmp_path, one.set_geometry([None], crs="EPSG:2154"))
    assert features(lost.page(slice(None)))[0]["geometry"] is None
    assert lost.search([WORLD]).size == 0


def test_many_chunks_give_the_bytes_of_one(tmp_path, houses, monkeypatch):
    written(tmp_path, houses)
    once = (tmp_path / "a.geojson").read_bytes()
    monkeypatch.setattr("geoml.vector.fragments._AT_ONCE", 64)
    store = written(tmp_path, houses)
    assert (tmp_path / "a.geojson").read_bytes() == once
    assert features(store.page(slice(63, 66)))[1]["id"] == houses["id"].iloc[64]
    assert store.search([WORLD]).size == len(houses)


def test_the_same_rows_give_the_same_bytes(tmp_path, houses):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, houses)
    for name in ("a.geojson", "a.arrow"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_order_is_along_the_curve_and_does_not_depend_on_the_order_given(houses):
    shuffled = houses.sample(frac=1, random_state=1)
    assert hilbert_order(shuffled)["id"].tolist() == houses["id"].tolist()
    steps = houses.geometry.centroid.distance(houses.geometry.centroid.shift(), align=False)
    assert steps.mean() < 400  # of a town of 3 km: neighbours in the file are near on the ground


@pytest.mark.parametrize("damage", ["short", "no index", "another index"])
def test_files_that_do_not_belong_together_are_refused(tmp_path, houses, damage):
    written(tmp_path, houses)
    body, index = tmp_path / "a.geojson", tmp_path / "a.arrow"
    if damage == "short":
        body.write_bytes(body.read_bytes()[:-1])
    elif damage == "no index":
        index.write_bytes(b"ARROW1")
    else:
        write_fragments(tmp_path / "b.geojson", index, houses.iloc[:10])
    with pytest.raises(CorruptFile, match="one feature a line"):
        Fragments(body, index)
