"""Hostile and broken GeoJSON: an error that says why, or a feature that is counted as lost."""

import json

import numpy as np
import pytest
import shapely

from geoml.errors import ForbiddenFormat, MissingCrs, UnreadableFile
from geoml.vector import jsonstream
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
RING = [[2.30, 48.80], [2.31, 48.80], [2.31, 48.81], [2.30, 48.80]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **members):
    return {"type": "FeatureCollection", **members, "features": list(features)}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.fixture
def geojson(tmp_path):
    def write(content):
        path = tmp_path / "a.geojson"
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode()
        path.write_bytes(content)
        return path

    return write


def everything(names):
    return list(names)


# GeoJSON: what is broken as a whole


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "ends too early"),
        ('{"type": "FeatureCollection", "features": [', "ends too early"),
        (json.dumps(collection(feature(SQUARE)))[:-2], "ends too early"),
        (json.dumps(collection(feature(SQUARE))) + "xyz", "more text after its end"),
        ((json.dumps(feature(SQUARE)) + "\n") * 2, "a sequence of texts"),
        ('{"type": "FeatureCollection"}', "a list of features"),
        ('{"type": "FeatureCollection", "features": {}}', r"no \[ where"),
        ('{"type": "featurecollection", "features": []}', "needs that type"),
        ('{"features": [], "features": [], "type": "FeatureCollection"}', "comes twice"),
        ('{"type": "Feature", "type": "Feature", "geometry": null}', "comes twice"),
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, '
            '"geometry": null}]}',
            "a member twice",
        ),
        ('{"type": "Banana"}', "'Banana', which is none of GeoJSON"),
        ('{"a": 1}', "none of GeoJSON"),
        ('{"type": "FeatureCollection" "features": []}', "no comma"),
        ('{"type": "FeatureCollection", "features": [], "crs": {}}', "only after its features"),
        ('{"type": "Polygon", "coordinates": ' + "[" * 100_000, "lists within lists"),
        ('{"type": "FeatureCollection", "features": [' + '{"a":' * 100_000, "lists within lists"),
        (b'{"type": "Feature", "geometry": null, "properties": {"n": "\xe9"}}', "not UTF-8"),
    ],
)
def test_what_is_no_geojson_is_an_error_that_says_why(read, geojson, content, says):
    path = geojson(content)
    with pytest.raises(UnreadableFile, match=says) as caught:
        read(path)
    assert caught.value.where == str(path)


def test_topojson_esri_json_and_utf_16_are_other_formats(read, geojson):
    for content, got in (
        ({"type": "Topology", "objects": {}}, "TopoJSON"),
        ({"geometryType": "esriGeometryPolygon", "features": []}, "Esri JSON"),
        (json.dumps(collection()).encode("utf-16"), "UTF-16"),
        ("[1, 2, 3]", "unknown"),
        (b"", "empty"),
    ):
        with pytest.raises((ForbiddenFormat, UnreadableFile), match=got):
            read(geojson(content))


def test_one_value_without_end_is_not_held_for_ever(read, geojson, monkeypatch):
    monkeypatch.setattr(jsonstream, "_CHUNK", 1 << 10)
    monkeypatch.setattr(jsonstream, "_MOST", 1 << 14)
    with pytest.raises(UnreadableFile, match="one value of more than"):
        read(geojson('{"type": "FeatureCollection", "features": ["' + "x" * 100_000))


# GeoJSON: what is broken in one feature


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "a feature",
        {"type": "feature", "geometry": SQUARE},
        {"type": "Feature", "properties": {}},
        {"type": "Feature", "properties": 2, "geometry": SQUARE},
        feature("a text"),
        feature({"type": "Polygon"}),
        feature({"type": "polygon", "coordinates": [RING]}),
        feature({"coordinates": [RING]}),
        feature(polygon(RING[:3])),  # not closed
        feature(polygon(RING[:2])),
        feature(polygon([["2.30", "48.80"], *RING[1:3], ["2.30", "48.80"]])),
        feature(polygon([[True, False], *RING[1:3], [True, False]])),
        feature(polygon([[], *RING])),
        feature(polygon([[2.3], *RING])),
        feature(polygon([[1, 2, 3, 4, 5], *RING])),
        feature(polygon([None, *RING])),
        feature(polygon(RING, "hole")),
        feature({"type": "Polygon", "coordinates": RING}),
        feature({"type": "Polygon", "coordinates": [[RING]]}),
        feature({"type": "MultiPolygon", "coordinates": [RING]}),
        feature({"type": "GeometryCollection", "geometries": [None]}),
        feature({"type": "GeometryCollection"}),
    ],
    ids=lambda one: json.dumps(one)[:60],
)
def test_a_broken_feature_is_counted_and_the_others_are_read(read, geojson, broken):
    found = read(geojson(collection(feature(SQUARE), broken)))
    assert (found.rows, len(found.geometries), found.unreadable) == (2, 1, 1)
    assert "1 dropped (geometries that cannot be read)" in found.told()


@pytest.mark.parametrize(
    "place",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "9" * 400,
        "9" * 5_000,
        "1e10",
        "95.0",  # beyond the pole
    ],
)
def test_a_coordinate_that_is_nowhere_costs_its_feature_only(read, geojson, place):
    ring = f"[[2.3, {place}], [2.31, 48.8], [2.31, 48.81], [2.3, {place}]]"
    text = json.dumps(collection(feature(SQUARE), feature("HERE")))
    text = text.replace('"HERE"', f'{{"type": "Polygon", "coordinates": [{ring}]}}')
    found = read(geojson(text))
    assert (found.rows, len(found.geometries)) == (2, 1)
    assert found.unreadable + found.dropped == 1
    assert np.isfinite(found.extent).all()


def test_across_the_date_line_uncut_is_no_strip_around_the_globe(read, geojson):
    across = [[177.9, -18.3], [-179.8, -18.3], [-179.8, -16.1], [177.9, -16.1], [177.9, -18.3]]
    found = read(geojson(collection(feature(SQUARE), feature(polygon(across)))))
    assert (len(found.geometries), found.dropped) == (1, 1)


def test_null_and_empty_geometries_are_counted(read, geojson):
    empty = {"type": "Polygon", "coordinates": []}
    found = read(geojson(collection(feature(SQUARE), feature(None), feature(empty))))
    assert (found.rows, found.null, len(found.geometries)) == (3, 2, 1)


def test_no_feature_at_all_is_no_row(read, geojson):
    found = read(geojson(collection()))
    assert (found.rows, found.extent, found.told()) == (0, None, "no row")


def test_shapes_that_are_not_wanted_are_counted(read, geojson):
    line = {"type": "LineString", "coordinates": RING[:2]}
    point = {"type": "Point", "coordinates": RING[0]}
    path = geojson(collection(feature(SQUARE), feature(line), feature(point)))
    assert read(path).dropped == 2
    assert read(path, ("polygon", "line")).dropped == 1


def test_heights_and_measures_are_left_out(read, geojson):
    deep = [[*position, 5.0, 1.0] for position in RING]
    found = read(geojson(feature(polygon(deep))))
    assert not shapely.has_z(found.geometries).any()


def test_a_legacy_crs_member_is_heeded(read, geojson):
    box = shapely.geometry.mapping(shapely.box(650_000, 6_860_000, 650_010, 6_860_010))
    for name in ("urn:ogc:def:crs:EPSG::2154", "EPSG:2154"):
        crs = {"type": "name", "properties": {"name": name}}
        found = read(geojson(collection(feature(box), crs=crs)))
        assert found.geometries[0].area == pytest.approx(100.0)
    for crs in ({"type": "name"}, 7, {"type": "name", "properties": {"name": "EPSG:1"}}):
        with pytest.raises(MissingCrs):
            read(geojson(collection(feature(box), crs=crs)))


def test_a_byte_order_mark_does_not_matter(read, geojson):
    text = json.dumps(collection(feature(SQUARE))).encode()
    assert read(geojson(b"\xef\xbb\xbf" + text)).rows == 1


def test_attributes_differ_from_feature_to_feature(read, geojson, monkeypatch):
    monkeypatch.setattr("geoml.vector.geojson.BATCH", 2)
    rows = [
        feature(SQUARE, n=1, name="a"),
        feature(SQUARE, n=None),
        feature(SQUARE, name="\ud800", other=[1]),
        {"type": "Feature", "properties": None, "geometry": SQUARE},
        feature(SQUARE, n=10**30),
    ]
    found = read(geojson(collection(*rows)), choose=everything)
    assert found.rows == 5
    assert {len(values) for values in found.columns.values()} == {5}
    assert found.columns["name"][:2].tolist() == ["a", None]
    assert found.columns["name"][2] == "?"
    assert found.columns["other"][2] == "[1]"


def test_a_hundred_thousand_coordinates_in_one_ring(read, geojson):
    angle = np.linspace(0, 2 * np.pi, 100_000)
    ring = np.column_stack([2.3 + 0.01 * np.cos(angle), 48.8 + 0.01 * np.sin(angle)])
    ring[-1] = ring[0]
    found = read(geojson(feature(polygon(ring.tolist()))))
    assert shapely.get_num_coordinates(found.geometries[0]) == len(ring)


def test_a_long_edge_bends_as_the_globe_does(geojson):
    """The border on the 49th parallel is 28 degrees long: straight here is not straight there."""
    line = {"type": "LineString", "coordinates": [[-123.0, 49.0], [-95.0, 49.0]]}
    found = read_foreign(
        geojson(feature(line)), crs="EPSG:32614", drivers=DRIVERS, shapes=("line",)
    )
    from pyproj import Transformer

    x, y = Transformer.from_crs(4326, 32614, always_xy=True).transform(-100.987, 49.0)
    assert found.geometries[0].distance(shapely.Point(x, y)) < 0.5


def test_edges_around_the_globe_do_not_fill_the_memory(geojson):
    line = {"type": "LineString", "coordinates": [[0, 10], [150, 10]] * 10_000}
    found = read_foreign(geojson(feature(line)), crs="EPSG:3857", drivers=DRIVERS, shapes=("line",))
    assert shapely.get_num_coordinates(found.geometries[0]) < 1_000_000


# What GDAL would take for something else


def test_the_text_of_a_virtual_layer_in_another_format_opens_nothing(read, tmp_path):
    victim = tmp_path / "victim.geojson"
    victim.write_text(json.dumps(collection(feature(SQUARE))))
    layer = (
        "<OGRVRTDataSource><OGRVRTLayer name='victim'>"
        f"<SrcDataSource>{victim}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()
    for name, start in (
        ("a.fgb", b"fgb\x03fgb\x01\x01\x01\x01\x01"),
        ("a.geojson", b'{"type": "FeatureCollection"}'),
        ("b.geojson", b'{"type": "FeatureCollection", "x": "' + b" " * 5_000),
    ):
        path = tmp_path / name
        path.write_bytes(start + layer)
        with pytest.raises((ForbiddenFormat, UnreadableFile)):
            read(path)


def test_a_pipeline_of_gdal_is_not_run(read, geojson):
    told = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}
    with pytest.raises(ForbiddenFormat, match="pipeline"):
        read(geojson(told))
    with pytest.raises(UnreadableFile, match="none of GeoJSON"):
        read(geojson({"x": " " * 5_000, **told}))
