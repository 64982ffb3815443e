import json
import struct
import zlib

import geopandas
import numpy as np
import pandas as pd
import pyarrow
import pytest
import shapely
from pyarrow import parquet

from geoml.errors import (
    BandNeeded,
    DataError,
    ForbiddenFormat,
    MissingCrs,
    OversizedHeader,
    UnreadableFile,
)
from geoml.vector import jsonstream
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
CRS = "EPSG:2154"
RING = [[2.30, 48.80], [2.31, 48.80], [2.31, 48.81], [2.30, 48.80]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def read(path, shapes=("polygon",), **options):
    return read_foreign(path, crs=CRS, drivers=DRIVERS, shapes=shapes, **options)


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
def test_what_is_no_geojson_is_an_error_that_says_why(geojson, content, says):
    path = geojson(content)
    with pytest.raises(UnreadableFile, match=says) as caught:
        read(path)
    assert caught.value.where == str(path)


def test_topojson_esri_json_and_utf_16_are_other_formats(geojson):
    for content, got in (
        ({"type": "Topology", "objects": {}}, "TopoJSON"),
        ({"geometryType": "esriGeometryPolygon", "features": []}, "Esri JSON"),
        (json.dumps(collection()).encode("utf-16"), "UTF-16"),
        ("[1, 2, 3]", "unknown"),
        (b"", "empty"),
    ):
        with pytest.raises((ForbiddenFormat, UnreadableFile), match=got):
            read(geojson(content))


def test_one_value_without_end_is_not_held_for_ever(geojson, monkeypatch):
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
def test_a_broken_feature_is_counted_and_the_others_are_read(geojson, broken):
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
def test_a_coordinate_that_is_nowhere_costs_its_feature_only(geojson, place):
    ring = f"[[2.3, {place}], [2.31, 48.8], [2.31, 48.81], [2.3, {place}]]"
    text = json.dumps(collection(feature(SQUARE), feature("HERE")))
    text = text.replace('"HERE"', f'{{"type": "Polygon", "coordinates": [{ring}]}}')
    found = read(geojson(text))
    assert (found.rows, len(found.geometries)) == (2, 1)
    assert found.unreadable + found.dropped == 1
    assert np.isfinite(found.extent).all()


def test_across_the_date_line_uncut_is_no_strip_around_the_globe(geojson):
    across = [[177.9, -18.3], [-179.8, -18.3], [-179.8, -16.1], [177.9, -16.1], [177.9, -18.3]]
    found = read(geojson(collection(feature(SQUARE), feature(polygon(across)))))
    assert (len(found.geometries), found.dropped) == (1, 1)


def test_null_and_empty_geometries_are_counted(geojson):
    empty = {"type": "Polygon", "coordinates": []}
    found = read(geojson(collection(feature(SQUARE), feature(None), feature(empty))))
    assert (found.rows, found.null, len(found.geometries)) == (3, 2, 1)


def test_no_feature_at_all_is_no_row(geojson):
    found = read(geojson(collection()))
    assert (found.rows, found.extent, found.told()) == (0, None, "no row")


def test_shapes_that_are_not_wanted_are_counted(geojson):
    line = {"type": "LineString", "coordinates": RING[:2]}
    point = {"type": "Point", "coordinates": RING[0]}
    path = geojson(collection(feature(SQUARE), feature(line), feature(point)))
    assert read(path).dropped == 2
    assert read(path, ("polygon", "line")).dropped == 1


def test_heights_and_measures_are_left_out(geojson):
    deep = [[*position, 5.0, 1.0] for position in RING]
    found = read(geojson(feature(polygon(deep))))
    assert not shapely.has_z(found.geometries).any()


def test_a_legacy_crs_member_is_heeded(geojson):
    box = shapely.geometry.mapping(shapely.box(650_000, 6_860_000, 650_010, 6_860_010))
    for name in ("urn:ogc:def:crs:EPSG::2154", "EPSG:2154"):
        crs = {"type": "name", "properties": {"name": name}}
        found = read(geojson(collection(feature(box), crs=crs)))
        assert found.geometries[0].area == pytest.approx(100.0)
    for crs in ({"type": "name"}, 7, {"type": "name", "properties": {"name": "EPSG:1"}}):
        with pytest.raises(MissingCrs):
            read(geojson(collection(feature(box), crs=crs)))


def test_a_byte_order_mark_does_not_matter(geojson):
    text = json.dumps(collection(feature(SQUARE))).encode()
    assert read(geojson(b"\xef\xbb\xbf" + text)).rows == 1


def test_attributes_differ_from_feature_to_feature(geojson, monkeypatch):
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


def test_a_hundred_thousand_coordinates_in_one_ring(geojson):
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


def test_the_text_of_a_virtual_layer_in_another_format_opens_nothing(tmp_path):
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


def test_a_pipeline_of_gdal_is_not_run(geojson):
    told = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}
    with pytest.raises(ForbiddenFormat, match="pipeline"):
        read(geojson(told))
    with pytest.raises(UnreadableFile, match="none of GeoJSON"):
        read(geojson({"x": " " * 5_000, **told}))


# GeoParquet


@pytest.fixture
def geoparquet(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"name": ["a", "b", "c"]}, geometry=[shapely.box(x, 0, x + 1, 1) for x in (2, 4, 6)],
        crs="OGC:CRS84",
    )  # fmt: skip

    def write(*, wkb=None, **changes):
        path = tmp_path / "a.parquet"
        frame.to_parquet(path, write_covering_bbox=True)
        table = parquet.read_table(path)
        geo = json.loads(table.schema.metadata[b"geo"])
        geo["columns"]["geometry"] |= changes.pop("column", {})
        geo |= changes
        if wkb is not None:
            at = table.schema.get_field_index("geometry")
            table = table.set_column(at, "geometry", pyarrow.array(wkb, pyarrow.binary()))
        table = table.replace_schema_metadata({b"geo": json.dumps(geo).encode()})
        parquet.write_table(table, path, write_page_checksum=True)
        return path

    return write


def test_batches_give_all_rows_and_a_bbox_column_is_no_attribute(geoparquet, monkeypatch):
    monkeypatch.setattr("geoml.vector.geoparquet._BATCH", 2)
    found = read(geoparquet(), choose=everything)
    assert found.rows == 3
    assert found.columns.keys() == {"name"}
    assert found.columns["name"].tolist() == ["a", "b", "c"]


def test_wkb_that_is_none_is_counted(geoparquet):
    good = shapely.to_wkb(shapely.box(2, 0, 3, 1))
    found = read(geoparquet(wkb=[good, b"no WKB", None]))
    assert (found.rows, len(found.geometries), found.unreadable, found.null) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"column": {"crs": None}}, MissingCrs, "got none"),
        ({"column": {"crs": {"type": "Nonsense"}}}, MissingCrs, "PROJ does not know"),
        ({"column": {"encoding": "polygon"}}, UnreadableFile, "not as WKB"),
        ({"primary_column": "other"}, UnreadableFile, "broken geo metadata"),
        ({"primary_column": "name"}, UnreadableFile, "broken geo metadata"),
        ({"primary_column": ["geometry"]}, UnreadableFile, "broken geo metadata"),
        ({"columns": []}, UnreadableFile, "broken geo metadata"),
    ],
)
def test_metadata_that_lie_are_refused(geoparquet, changes, error, says):
    with pytest.raises(error, match=says):
        read(geoparquet(**changes))


def test_a_table_is_no_geoparquet_and_has_no_layers(tmp_path, geoparquet):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"geometry": ["a"]}).to_parquet(path)
    with pytest.raises(UnreadableFile, match="no geo metadata"):
        read(path)
    with pytest.raises(BandNeeded, match="no layers"):
        read(geoparquet(), layer="a")


def test_flipped_bits_of_a_geoparquet_are_found(geoparquet):
    path = geoparquet()
    whole = path.read_bytes()
    right = [one.wkb for one in read(path).geometries]
    rng = np.random.default_rng(2)
    found = 0
    for at in rng.integers(4, len(whole) - 8, 50):
        content = bytearray(whole)
        content[at] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            got = read(path).geometries
        except DataError:
            found += 1
        else:
            assert len(got) <= len(right)
    assert found > 10


def test_a_parquet_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    points = shapely.points(np.arange(2_000) / 1e4, 0)
    geopandas.GeoDataFrame(geometry=points, crs="OGC:CRS84").to_parquet(path)
    monkeypatch.setattr("geoml.vector.geoparquet.MAX_BYTES", 1_000)
    with pytest.raises(OversizedHeader, match="once unpacked"):
        read(path)


# FlatGeobuf


@pytest.fixture
def flatgeobuf(tmp_path):
    def write(count=40, **options):
        boxes = [shapely.box(650_000 + 20 * i, 6_860_000, 650_010 + 20 * i, 6_860_010)
                 for i in range(count)]  # fmt: skip
        frame = geopandas.GeoDataFrame(geometry=boxes, crs=CRS)
        path = tmp_path / "a.fgb"
        frame.to_file(path, engine="pyogrio", driver="FlatGeobuf", **options)
        return path

    return write


def count_at(content, count):
    """Where the header of a FlatGeobuf holds the number of rows."""
    found = content.index(struct.pack("<Q", count), 12)
    assert content.count(struct.pack("<Q", count), 12, found + 200) >= 1
    return found


@pytest.mark.parametrize("count", [1, 16, 17, 40, 300])
@pytest.mark.parametrize("index", ["YES", "NO"])
def test_whole_flatgeobufs_of_any_size_pass(flatgeobuf, count, index):
    assert read(flatgeobuf(count, SPATIAL_INDEX=index)).rows == count


@pytest.mark.parametrize("told", [1, 39, 41, 10**6, 2**40, 2**63])
def test_a_count_that_lies_is_refused(flatgeobuf, told):
    path = flatgeobuf(SPATIAL_INDEX="NO")
    content = bytearray(path.read_bytes())
    struct.pack_into("<Q", content, count_at(content, 40), told)
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        read(path)


def test_every_cut_of_a_flatgeobuf_is_found(flatgeobuf):
    path = flatgeobuf()
    whole = path.read_bytes()
    for length in range(12, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises((UnreadableFile, ForbiddenFormat)):
            read(path)


def test_an_index_that_lies_changes_nothing(flatgeobuf):
    path = flatgeobuf()
    content = bytearray(path.read_bytes())
    header = 12 + struct.unpack_from("<I", content, 8)[0]
    content[header : header + 800] = b"\xff" * 800
    path.write_bytes(content)
    assert read(path, within=(650_000, 6_860_000, 650_100, 6_860_100)).elsewhere == 35


# Shapefile


@pytest.fixture
def shape(tmp_path):
    boxes = [shapely.box(650_000 + 20 * i, 6_860_000, 650_010 + 20 * i, 6_860_010)
             for i in range(20)]  # fmt: skip
    frame = geopandas.GeoDataFrame({"n": range(20)}, geometry=boxes, crs=CRS)
    frame.to_file(tmp_path / "a.shp", engine="pyogrio")
    return tmp_path / "a.shp"


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_every_cut_of_a_shapefile_is_found(shape, suffix):
    part = shape.with_suffix(suffix)
    whole = part.read_bytes()
    for length in range(4, len(whole) - 2, max(1, len(whole) // 25)):
        part.write_bytes(whole[:length])
        with pytest.raises((UnreadableFile, ForbiddenFormat)) as caught:
            read(shape)
        assert caught.value.where == str(shape)


def test_an_index_that_lies_is_refused(shape):
    index = shape.with_suffix(".shx")
    whole = index.read_bytes()
    first_again = 50
    for at, value in ((100, 10**6), (104, 4), (104, 2**30), (108, first_again)):
        content = bytearray(whole)
        struct.pack_into(">i", content, at, value)
        index.write_bytes(content)
        with pytest.raises(UnreadableFile):
            read(shape)


def test_a_table_of_other_rows_is_refused(shape):
    table = shape.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    for rows in (0, 19, 21, 2**31):
        struct.pack_into("<I", content, 4, rows)
        table.write_bytes(content)
        with pytest.raises(UnreadableFile):
            read(shape)


def test_rows_marked_as_deleted_are_no_rows(shape):
    table = shape.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    start, width = struct.unpack_from("<HH", content, 8)
    content[start + 3 * width] = ord("*")
    table.write_bytes(content)
    found = read(shape)
    assert (found.rows, len(found.geometries)) == (19, 19)


def test_a_memo_file_and_indices_beside_a_shapefile_have_no_say(shape):
    for suffix in (".dbt", ".sbn", ".sbx", ".qix", ".shp.xml", ".aux.xml"):
        shape.with_suffix(suffix).write_bytes(zlib.compress(b"lies") * 50)
    assert read(shape, within=(650_000, 6_860_000, 650_050, 6_860_100)).elsewhere == 17
