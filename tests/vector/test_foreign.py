import json
import math
import sqlite3
import struct
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geoml.errors import BandNeeded, EmptySource, MissingCrs, OversizedHeader, UnreadableFile
from geoml.vector import ogr
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
CRS = "EPSG:2154"
X, Y = 650_000.0, 6_860_000.0


def square(x: float, y: float = 0.0, size: float = 10.0) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + x + size, Y + y + size)


def frame(*shapes, crs=CRS, **columns):
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def read(path, **options):
    shapes = options.pop("shapes", ("polygon",))
    return read_foreign(path, crs=CRS, drivers=DRIVERS, shapes=shapes, **options)


def test_rows_and_chosen_columns_stay_together(tmp_path):
    path = tmp_path / "a.gpkg"
    rows = frame(square(0), square(0).centroid, square(100), name=["a", "b", "c"], n=[1, 2, 3])
    rows.to_file(path, engine="pyogrio")
    found = read(path, choose=lambda fields: [f for f in fields if f == "name"])
    assert found.columns["name"].tolist() == ["a", "c"]
    assert list(found.columns) == ["name"]
    assert (found.rows, found.dropped, found.null) == (3, 1, 0)


def test_what_lies_elsewhere_is_counted_and_still_tells_the_extent(tmp_path):
    path = tmp_path / "a.gpkg"
    frame(square(0), square(5_000)).to_file(path, engine="pyogrio")
    found = read(path, within=(X - 50, Y - 50, X + 50, Y + 50))
    assert len(found.geometries) == found.elsewhere == 1
    assert found.extent[2] == pytest.approx(X + 5_010)
    assert found.told() == "2 rows, 1 elsewhere"


def test_a_large_file_is_read_by_its_index_with_the_same_result(tmp_path, monkeypatch):
    path = tmp_path / "a.gpkg"
    frame(*(square(x) for x in range(0, 2_000, 20))).to_file(path, engine="pyogrio")
    within = (X + 100, Y, X + 150, Y + 50)
    whole = read(path, within=within)
    monkeypatch.setattr(ogr, "READ_WHOLE", 10)
    part = read(path, within=within)
    assert shapely.equals(part.geometries, whole.geometries).all()
    assert (part.rows, part.elsewhere) == (whole.rows, whole.elsewhere) == (100, 97)


def test_layers_must_be_chosen_when_there_are_several(tmp_path):
    path = tmp_path / "a.gpkg"
    frame(square(0)).to_file(path, layer="houses", engine="pyogrio")
    frame(square(50), square(90)).to_file(path, layer="sheds", engine="pyogrio")
    with pytest.raises(BandNeeded, match=r"houses \(POLYGON, 1 rows\), sheds") as caught:
        read(path)
    assert "KEY=a.gpkg:LAYER" in caught.value.next_step
    with pytest.raises(BandNeeded, match="no layer 'barns'"):
        read(path, layer="barns")
    assert read(path, layer="sheds").rows == 2


def test_no_crs_and_no_place_on_earth_are_refused(tmp_path):
    nowhere = tmp_path / "nowhere.shp"
    frame(square(0)).to_file(nowhere, engine="pyogrio")
    nowhere.with_suffix(".prj").unlink()
    moon = tmp_path / "moon.fgb"
    frame(square(0), crs="ESRI:104903").to_file(moon, engine="pyogrio")
    for path, got in ((nowhere, "none"), (moon, "no place on Earth")):
        with pytest.raises(MissingCrs) as caught:
            read(path)
        assert got in caught.value.got
        assert caught.value.where == str(path)


def test_a_table_without_geometries_is_an_empty_source(tmp_path):
    import pyogrio

    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, driver="GPKG")
    with pytest.raises(EmptySource, match="no layer with geometries"):
        read(path)


def test_coordinates_that_are_nowhere_are_dropped(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[1e10, 0], [1e10, 1e10], [0, 1e10], [1e10, 0]]
    good = [[2.3, 48.8], [2.31, 48.8], [2.31, 48.81], [2.3, 48.8]]
    rows = [{"type": "Polygon", "coordinates": [one]} for one in (ring, good)]
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = read(path)
    assert (found.rows, len(found.geometries)) == (2, 1)
    assert all(map(math.isfinite, found.extent))


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.parquet", "a.geojson"])
def test_a_truncated_file_is_unreadable(tmp_path, name):
    path = tmp_path / name
    rows = frame(*(square(x) for x in range(0, 4_000, 20)))
    if name.endswith("parquet"):
        rows.to_parquet(path)
    else:
        rows.to_file(path, engine="pyogrio")
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert caught.value.where == str(path)
    assert caught.value.got


def test_a_parquet_file_without_geometry_is_unreadable(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(UnreadableFile, match="geo metadata"):
        read(path)


def test_too_many_rows_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(ogr, "MAX_ROWS", 1)
    for name in ("a.gpkg", "a.parquet"):
        path = tmp_path / name
        rows = frame(square(0), square(50))
        rows.to_parquet(path) if name == "a.parquet" else rows.to_file(path, engine="pyogrio")
        with pytest.raises(OversizedHeader, match="2 rows"):
            read(path)


def test_a_zipped_shapefile_is_read_with_its_names(tmp_path):
    frame(square(0), nom=["Écluse"]).to_file(tmp_path / "a.shp", engine="pyogrio")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("a.[!z]*"):
            archive.write(part, part.name)
    found = read(path, choose=lambda fields: fields)
    assert found.columns["nom"].tolist() == ["Écluse"]


def test_curves_are_drawn_as_lines_and_heights_dropped(tmp_path):
    """A circle of radius 10 m as a curve polygon, which no library here writes: by hand."""
    path = tmp_path / "a.gpkg"
    frame(square(0)).to_file(path, engine="pyogrio", layer="a", SPATIAL_INDEX="NO")
    points = [(X + 10, Y), (X, Y + 10), (X - 10, Y), (X, Y - 10), (X + 10, Y)]
    arc = struct.pack("<BII", 1, 1008, len(points))  # CircularString Z
    arc += b"".join(struct.pack("<ddd", *point, 7.0) for point in points)
    blob = b"GP\0\x01" + struct.pack("<i", 2154) + struct.pack("<BII", 1, 1010, 1) + arc
    with sqlite3.connect(path) as database:
        database.execute("UPDATE a SET geom = ?", (blob,))
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
    database.close()
    found = read(path)
    circle = found.geometries[0]
    assert circle.area == pytest.approx(math.pi * 100, rel=0.01)
    assert not circle.has_z
    assert np.isfinite(shapely.get_coordinates(circle)).all()
