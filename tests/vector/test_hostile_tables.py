"""Hostile and broken GeoParquet, FlatGeobuf and Shapefile: every cut, every lie is found."""

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

CRS = "EPSG:2154"


def everything(names):
    return list(names)


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


def test_batches_give_all_rows_and_a_bbox_column_is_no_attribute(read, geoparquet, monkeypatch):
    monkeypatch.setattr("geoml.vector.geoparquet._BATCH", 2)
    found = read(geoparquet(), choose=everything)
    assert found.rows == 3
    assert found.columns.keys() == {"name"}
    assert found.columns["name"].tolist() == ["a", "b", "c"]


def test_wkb_that_is_none_is_counted(read, geoparquet):
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
def test_metadata_that_lie_are_refused(read, geoparquet, changes, error, says):
    with pytest.raises(error, match=says):
        read(geoparquet(**changes))


def test_a_table_is_no_geoparquet_and_has_no_layers(read, tmp_path, geoparquet):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"geometry": ["a"]}).to_parquet(path)
    with pytest.raises(UnreadableFile, match="no geo metadata"):
        read(path)
    with pytest.raises(BandNeeded, match="no layers"):
        read(geoparquet(), layer="a")


def test_flipped_bits_of_a_geoparquet_are_found(read, geoparquet):
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


def test_a_parquet_that_unpacks_without_end_is_refused(read, tmp_path, monkeypatch):
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
def test_whole_flatgeobufs_of_any_size_pass(read, flatgeobuf, count, index):
    assert read(flatgeobuf(count, SPATIAL_INDEX=index)).rows == count


@pytest.mark.parametrize("told", [1, 39, 41, 10**6, 2**40, 2**63])
def test_a_count_that_lies_is_refused(read, flatgeobuf, told):
    path = flatgeobuf(SPATIAL_INDEX="NO")
    content = bytearray(path.read_bytes())
    struct.pack_into("<Q", content, count_at(content, 40), told)
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        read(path)


def test_every_cut_of_a_flatgeobuf_is_found(read, flatgeobuf):
    path = flatgeobuf()
    whole = path.read_bytes()
    for length in range(12, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises((UnreadableFile, ForbiddenFormat)):
            read(path)


def test_an_index_that_lies_changes_nothing(read, flatgeobuf):
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
def test_every_cut_of_a_shapefile_is_found(read, shape, suffix):
    part = shape.with_suffix(suffix)
    whole = part.read_bytes()
    for length in range(4, len(whole) - 2, max(1, len(whole) // 25)):
        part.write_bytes(whole[:length])
        with pytest.raises((UnreadableFile, ForbiddenFormat)) as caught:
            read(shape)
        assert caught.value.where == str(shape)


def test_an_index_that_lies_is_refused(read, shape):
    index = shape.with_suffix(".shx")
    whole = index.read_bytes()
    first_again = 50
    for at, value in ((100, 10**6), (104, 4), (104, 2**30), (108, first_again)):
        content = bytearray(whole)
        struct.pack_into(">i", content, at, value)
        index.write_bytes(content)
        with pytest.raises(UnreadableFile):
            read(shape)


def test_a_table_of_other_rows_is_refused(read, shape):
    table = shape.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    for rows in (0, 19, 21, 2**31):
        struct.pack_into("<I", content, 4, rows)
        table.write_bytes(content)
        with pytest.raises(UnreadableFile):
            read(shape)


def test_rows_marked_as_deleted_are_no_rows(read, shape):
    table = shape.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    start, width = struct.unpack_from("<HH", content, 8)
    content[start + 3 * width] = ord("*")
    table.write_bytes(content)
    found = read(shape)
    assert (found.rows, len(found.geometries)) == (19, 19)


def test_a_memo_file_and_indices_beside_a_shapefile_have_no_say(read, shape):
    for suffix in (".dbt", ".sbn", ".sbx", ".qix", ".shp.xml", ".aux.xml"):
        shape.with_suffix(suffix).write_bytes(zlib.compress(b"lies") * 50)
    assert read(shape, within=(650_000, 6_860_000, 650_050, 6_860_100)).elsewhere == 17
