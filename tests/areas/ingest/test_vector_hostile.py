"""Hostile vectors through the whole of an ingestion: the real child process, under its limits."""

import json
import os
import sqlite3
import subprocess
import sys
import time

import geopandas
import pyarrow
import pytest
import shapely
from pyarrow import parquet

from geoml.areas import sources
from geoml.areas.ingest import ingest, process
from geoml.areas.ingest.process import Limits
from geoml.errors import BandNeeded, ForbiddenFormat, UnreadableFile
from geoml.vector.read import read_frame


def stored(home):
    folder = home.sources("town")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name != ".lock"}


def test_the_child_has_none_of_the_drivers_that_reach_elsewhere():
    listed = "import json, pyogrio; print(json.dumps(list(pyogrio.list_drivers())))"
    done = subprocess.run(
        [sys.executable, "-c", listed],
        env={**os.environ, **process._SET},
        capture_output=True,
        text=True,
        check=True,
    )
    drivers = set(json.loads(done.stdout))
    assert {"ESRI Shapefile", "FlatGeobuf", "GPKG", "OSM"} <= drivers
    assert drivers.isdisjoint({"OGR_VRT", "GDALG", "CSV", "GeoJSON", "WFS", "OAPIF", "HTTP", "GML"})


def test_a_single_site_is_a_source(home, town, vector, square):
    path = vector([square(100, 100).centroid], "one.geojson", name=["École"])
    report = ingest(home, "town", [f"sites={path}"])
    assert report.sources[0].rows == 1
    assert sources.sources(home, town)["sites"].coverage == 0.0


def test_an_error_leaves_the_earlier_source_as_it_was(home, town, vector, square):
    good = vector([square(100, 100)], "good.gpkg")
    ingest(home, "town", [f"buildings={good}"])
    before = stored(home)
    bad = vector([square(i, 100) for i in range(0, 900, 20)], "bad.fgb")
    with bad.open("r+b") as stream:
        stream.truncate(bad.stat().st_size // 2)
    for items in ([f"buildings={bad}"], [f"buildings={good}", f"water={bad}"]):
        with pytest.raises(UnreadableFile, match=r"bad\.fgb"):
            ingest(home, "town", items)
        assert stored(home) == before


def test_a_layer_is_chosen_behind_the_colon(home, town, tmp_path, square):
    path = tmp_path / "a.gpkg"
    for layer, count in (("rivers and lakes", 1), ("a:b", 2)):
        rows = geopandas.GeoDataFrame(
            geometry=[square(50 * i, 0) for i in range(count)], crs=town.crs
        )
        rows.to_file(path, layer=layer, engine="pyogrio")
    with pytest.raises(BandNeeded, match=r"rivers and lakes \(POLYGON, 1 rows\), a:b") as caught:
        ingest(home, "town", [f"water={path}"])
    assert "KEY=a.gpkg:LAYER" in caught.value.next_step
    for layer, count in (("rivers and lakes", 1), ("a:b", 2)):
        report = ingest(home, "town", [f"water={path}:{layer}"])
        assert report.sources[0].rows == count


def test_a_view_that_never_ends_is_refused_at_once(home, town, vector, square):
    path = vector([square(0, 0)], "a.gpkg")
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW endless AS WITH RECURSIVE c(fid, geom) AS (SELECT 1, NULL UNION ALL "
            "SELECT fid + 1, NULL FROM c) SELECT fid, geom FROM c"
        )
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            database.execute(f"UPDATE {table} SET table_name = 'endless'")
    database.close()
    started = time.monotonic()
    with pytest.raises(ForbiddenFormat, match="a view"):
        ingest(home, "town", [f"buildings={path}"])
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_rows_that_unpack_to_more_than_memory_end_in_an_error(home, town, tmp_path):
    """40,000 rows that all point at the same 30 MB of a dictionary: a file of a few kilobytes."""
    big = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([0] * 40_000, pyarrow.int32()),
        pyarrow.array([b"\0" * (30 << 20)], pyarrow.binary()),
    )
    column = {"encoding": "WKB", "geometry_types": []}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pyarrow.table({"geometry": big}).replace_schema_metadata(
        {b"geo": json.dumps(geo).encode()}
    )
    path = tmp_path / "bomb.parquet"
    parquet.write_table(table, path, compression="zstd")
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnreadableFile) as caught:
        ingest(home, "town", [f"buildings={path}"], limits=Limits(memory=3 << 30, wall_s=120))
    assert "bomb.parquet" in caught.value.where
    assert not list(home.sources("town").glob("*.parquet"))


def test_a_folder_that_cannot_be_written_to_is_read(home, town, vector, square, tmp_path):
    folder = tmp_path / "foreign"
    folder.mkdir()
    path = vector([square(0, 0)], "a.gpkg").rename(folder / "a.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
    database.close()
    folder.chmod(0o555)
    try:
        assert ingest(home, "town", [f"buildings={path}"]).sources[0].rows == 1
        assert [one.name for one in folder.iterdir()] == ["a.gpkg"]
    finally:
        folder.chmod(0o755)


def test_what_is_dropped_is_in_the_report_and_the_item(home, town, vector, square, tmp_path):
    path = vector([square(0, 0), None, square(50, 0).centroid], "a.geojson")
    told = json.loads(path.read_text())
    told["features"].append({"type": "Feature", "properties": {}, "geometry": "a text"})
    path.write_text(json.dumps(told))
    report = ingest(home, "town", [f"buildings={path}"])
    note = report.sources[0].notes[0]
    for words in ("4 rows", "1 without geometry", "1 dropped (geometries that cannot be read)"):
        assert words in note
    item = json.loads((home.sources("town") / "buildings.json").read_text())
    assert note in item["properties"]["geoml:notes"]
    frame = read_frame(home.sources("town") / "buildings.parquet")
    assert shapely.is_valid(frame.geometry.array).all()
