"""Every format has every row, opens in other programs, and repeats its bytes."""

import csv
import json

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from geoml.errors import InvalidArgument
from geoml.vector.export import FORMATS, write_export
from geoml.vector.fragments import Fragments, write_fragments
from geoml.vector.read import read_frame

COUNT, CHUNK = 250, 60
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", 'a "b", c', "é\n"]


@pytest.fixture(scope="module")
def frame():
    x = 842_000 + 10.0 * np.arange(COUNT)
    shapes = shapely.box(x, 6_519_000, x + 8, 6_519_008)
    shapes[7] = shapely.MultiPolygon(
        [shapes[7], shapely.box(842_070, 6_519_020, 842_075, 6_519_025)]
    )
    score = np.round(np.linspace(0, 100, COUNT), 3)
    score[4] = np.nan
    names = np.array([None] * COUNT, object)
    names[100:109] = HOSTILE  # none in the first chunk: its text column has no type of its own
    told = {"id": [f"b-{i}" for i in range(COUNT)], "score": score, "name": names}
    return geopandas.GeoDataFrame(told, geometry=shapes, crs="EPSG:2154")


@pytest.fixture(scope="module")
def write(frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    write_fragments(folder / "a.geojson", folder / "a.arrow", frame)
    store = Fragments(folder / "a.geojson", folder / "a.arrow")

    def pages():
        return (store.page(slice(at, at + CHUNK)) for at in range(0, COUNT, CHUNK))

    def frames():
        return (frame.iloc[at : at + CHUNK] for at in range(0, COUNT, CHUNK))

    def write(path, form):
        write_export(path, form, pages, frames, layer="units")
        return path

    return write


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_rows_give_the_same_bytes(tmp_path, write, form):
    one, two = (write(tmp_path / name / f"a{FORMATS[form].suffix}", form) for name in "xy")
    assert one.read_bytes() == two.read_bytes()
    assert [path.name for path in one.parent.iterdir()] == [one.name]


@pytest.mark.parametrize("form", ["geojson", "geojsonseq", "flatgeobuf", "gpkg"])
def test_gdal_reads_every_row(tmp_path, write, frame, form):
    found = pyogrio.read_dataframe(write(tmp_path / f"a{FORMATS[form].suffix}", form))
    found = found.set_index("id").loc[frame["id"]]
    assert found.crs.to_epsg() == (4326 if "json" in form else 2154)
    assert np.array_equal(found["score"], frame["score"], equal_nan=True)
    assert found["name"].dropna().tolist() == HOSTILE
    apart = shapely.hausdorff_distance(
        np.asarray(found.to_crs("EPSG:2154").geometry), np.asarray(frame.geometry)
    )
    assert apart.max() < 0.02


def test_geoparquet_is_what_geopandas_reads(tmp_path, write, frame):
    found = read_frame(write(tmp_path / "a.parquet", "geoparquet"))
    assert found.crs == frame.crs
    assert found["id"].tolist() == frame["id"].tolist()
    assert np.array_equal(found["score"], frame["score"], equal_nan=True)
    assert found["name"].dropna().tolist() == HOSTILE
    assert shapely.equals_exact(np.asarray(found.geometry), np.asarray(frame.geometry)).all()


def test_the_geojson_is_the_published_one(tmp_path, write, frame):
    write_fragments(tmp_path / "p.geojson", tmp_path / "p.arrow", frame)
    path = write(tmp_path / "a.geojson", "geojson")
    assert path.read_bytes() == (tmp_path / "p.geojson").read_bytes()


def test_a_sequence_has_a_separator_before_every_feature(tmp_path, write):
    texts = write(tmp_path / "a.geojsons", "geojsonseq").read_bytes().split(b"\x1e")
    assert texts[0] == b""
    assert len(texts) == COUNT + 1
    assert all(json.loads(one)["type"] == "Feature" and one.endswith(b"\n") for one in texts[1:])


def test_a_table_opens_in_a_spreadsheet_and_runs_nothing(tmp_path, write, frame):
    path = write(tmp_path / "a.csv", "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,score,name,lon,lat\r\n")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == COUNT
    told = [row["name"] for row in rows[100:109]]
    assert told == [f"'{one}" for one in HOSTILE[:6]] + HOSTILE[6:]
    assert rows[4]["score"] == ""
    places = geopandas.GeoSeries.from_xy(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows], crs=4326
    ).to_crs(2154)
    assert places.within(frame.geometry.buffer(0.02)).all()


def test_numbers_below_zero_stay_numbers(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"id": ["a"], "change": [-1.5]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326
    )
    write_export(tmp_path / "a.csv", "csv", lambda: [], lambda: [frame], layer="a")
    assert "a,-1.5,0.5,0.5" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("form", FORMATS)
def test_no_row_at_all_is_a_valid_file(tmp_path, frame, form):
    none = frame.iloc[:0]
    path = tmp_path / f"a{FORMATS[form].suffix}"
    write_export(path, form, lambda: [], lambda: [none], layer="units")
    assert path.is_file()
    if form in ("geojson", "gpkg", "flatgeobuf"):
        assert len(pyogrio.read_dataframe(path)) == 0
    if form == "geoparquet":
        assert len(read_frame(path)) == 0


def test_another_format_is_refused(tmp_path, write):
    with pytest.raises(InvalidArgument, match="kml"):
        write(tmp_path / "a.kml", "kml")
    assert list(tmp_path.iterdir()) == []
