import os
import sqlite3
import stat

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geoml.errors import BandNeeded, EmptySource, ForbiddenFormat, UnreadableFile
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
CRS = "EPSG:2154"


def frame(count=1, kind="polygon"):
    shapes = [shapely.box(650_000 + 20 * i, 6_860_000, 650_010 + 20 * i, 6_860_010)
              for i in range(count)]  # fmt: skip
    shapes = [one.centroid for one in shapes] if kind == "point" else shapes
    return geopandas.GeoDataFrame({"name": ["é"] * count}, geometry=shapes, crs=CRS)


def geopackage(path, **layers):
    for name, rows in layers.items():
        rows.to_file(path, layer=name, engine="pyogrio")
    return path


def read(path, layer=None, shapes=("polygon",)):
    return read_foreign(path, crs=CRS, drivers=DRIVERS, shapes=shapes, layer=layer)


def changed(path, *statements):
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def test_the_layers_are_listed_with_type_and_count(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(2), sheds=frame(3))
    with pytest.raises(BandNeeded) as caught:
        read(path)
    assert caught.value.expected == "one of houses (POLYGON, 2 rows), sheds (POLYGON, 3 rows)"
    assert caught.value.next_step == "choose one with KEY=a.gpkg:LAYER"


def test_the_only_layer_that_makes_sense_is_taken_and_told(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", trees=frame(5, "point"), houses=frame(2), old=frame(1))
    changed(path, "DELETE FROM old")
    found = read(path)
    assert found.rows == 2
    assert "layer houses taken" in found.told()
    assert read(path, shapes=("point",)).rows == 5


def test_tables_without_geometry_do_not_count(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(2))
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="styles", append=True)
    found = read(path)
    assert (found.rows, found.notes) == (2, ())
    with pytest.raises(BandNeeded, match="no layer 'styles'"):
        read(path, "styles")


@pytest.mark.parametrize(
    "name",
    ["rivers and lakes", "a:b", "été ☂", 'q"uo', "it's", 'x"; DROP TABLE houses; --', "a.b"],
)
def test_a_layer_may_have_any_name(tmp_path, name):
    path = geopackage(tmp_path / "a.gpkg", **{"houses": frame(1), name: frame(3)})
    assert read(path, name).rows == 3
    assert read(path, "houses").rows == 1


def test_a_name_is_compared_and_never_executed(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(1), sheds=frame(1))
    for name in ('houses"; DROP TABLE houses; --', "houses WHERE 1=1", "", "h%"):
        with pytest.raises(BandNeeded):
            read(path, name)
    assert read(path, "houses").rows == 1


def test_a_name_of_a_file_that_confuses_readers(tmp_path):
    for name in ("a!b.gpkg", "a#b?c=d.gpkg", "zip+file:x.gpkg", "été (1).gpkg", "data.zip"):
        assert read(geopackage(tmp_path / "x.gpkg", houses=frame(1)).rename(tmp_path / name)).rows


ENDLESS = (
    "CREATE VIEW endless AS WITH RECURSIVE c(fid, geom) AS (SELECT 1, NULL UNION ALL "
    "SELECT fid + 1, NULL FROM c) SELECT fid, geom FROM c"
)


def test_a_view_that_counts_for_ever_is_refused_at_once(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(1))
    changed(
        path,
        ENDLESS,
        "UPDATE gpkg_geometry_columns SET table_name = 'endless'",
        "UPDATE gpkg_contents SET table_name = 'endless'",
    )
    with pytest.raises(ForbiddenFormat, match="a view or a virtual table") as caught:
        read(path)
    assert "QGIS" in caught.value.next_step


def test_a_catalogue_that_is_a_view_is_refused(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(1))
    changed(
        path,
        "ALTER TABLE gpkg_geometry_columns RENAME TO other",
        "CREATE VIEW gpkg_geometry_columns AS SELECT * FROM other",
    )
    with pytest.raises(ForbiddenFormat, match="gpkg_geometry_columns"):
        read(path)


def test_triggers_do_not_fire_and_unknown_extensions_do_not_matter(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(2))
    changed(
        path,
        "CREATE TABLE log (what TEXT)",
        "CREATE TRIGGER spy AFTER UPDATE ON houses BEGIN INSERT INTO log VALUES ('fired'); END",
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
        "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL)",
        "INSERT INTO gpkg_extensions VALUES ('houses', NULL, 'acme_magic', 'x', 'read-write')",
    )
    before = path.read_bytes()
    assert read(path).rows == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("told", [1, 3, 900_000])
def test_the_count_that_another_program_left_behind_is_not_believed(tmp_path, told):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(2))
    changed(path, f"UPDATE gpkg_ogr_contents SET feature_count = {told}")
    found = read(path)
    assert (found.rows, len(found.geometries)) == (2, 2)


def test_a_huge_and_a_broken_geometry_are_counted(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(4))
    changed(
        path,
        "DROP TRIGGER IF EXISTS rtree_houses_geom_update6",
        "DROP TRIGGER IF EXISTS rtree_houses_geom_update7",
    )
    with sqlite3.connect(path) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE houses SET geom = zeroblob(20000000) WHERE fid = 1")
        database.execute("UPDATE houses SET geom = x'4750000102' WHERE fid = 2")
        database.execute("UPDATE houses SET geom = NULL WHERE fid = 3")
    database.close()
    found = read(path)
    assert (found.rows, len(found.geometries)) == (4, 1)
    assert found.null + found.unreadable == 3


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    path = changed(tmp_path / "a.gpkg", "CREATE TABLE a (b)")
    with pytest.raises(ForbiddenFormat, match="SQLite, no GeoPackage"):
        read(path)
    changed(path, f"PRAGMA application_id = {0x47504B47}")
    with pytest.raises(UnreadableFile, match="gpkg_contents"):
        read(path)


def test_a_geopackage_without_layers_says_what_it_has(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="numbers", driver="GPKG")
    with pytest.raises(EmptySource, match="numbers"):
        read(path)


def test_what_another_program_has_not_written_back_yet_is_read(tmp_path):
    """Rows in the write-ahead log of an open database are rows; and its folder stays as it is."""
    path = geopackage(tmp_path / "a.gpkg", houses=frame(3))
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("DELETE FROM rtree_houses_geom")
    for (name,) in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("DELETE FROM houses WHERE fid = 1")
    database.commit()
    before = sorted(one.name for one in tmp_path.iterdir())
    assert "a.gpkg-wal" in before
    assert read(path).rows == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == before
    database.close()


def test_nothing_is_written_beside_a_file(tmp_path):
    """A database in WAL mode makes SQLite write -shm and -wal files where it lies."""
    path = geopackage(tmp_path / "a.gpkg", houses=frame(2))
    changed(path, "PRAGMA journal_mode = WAL")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    seen = []
    try:
        assert read(path).rows == 2
        seen = os.listdir(tmp_path)  # noqa: PTH208
    finally:
        tmp_path.chmod(stat.S_IRWXU)
    assert seen == ["a.gpkg"]


def test_many_flipped_bits_give_rows_or_a_clear_error(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", houses=frame(30))
    whole = path.read_bytes()
    rng = np.random.default_rng(5)
    outcomes = {"rows": 0, "errors": 0}
    for _ in range(60):
        content = bytearray(whole)
        for at in rng.integers(100, len(whole), 200):
            content[at] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            found = read(path)
        except (UnreadableFile, EmptySource, ForbiddenFormat, BandNeeded) as error:
            assert error.where == str(path)  # noqa: PT017
            outcomes["errors"] += 1
        else:
            assert shapely.is_valid(found.geometries).all()
            outcomes["rows"] += 1
    assert outcomes["errors"] > 0
