import geopandas
import pytest
import shapely

from geoml.errors import ForbiddenFormat, OversizedHeader, UnreadableFile
from geoml.vector import formats
from geoml.vector.formats import recognised

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
FRAME = geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:2154")


def made(folder, name):
    path = folder / name
    if path.suffix == ".parquet":
        FRAME.to_parquet(path)
    else:
        FRAME.to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.gpkg", "GPKG"),
        ("a.geojson", "GeoJSON"),
        ("a.fgb", "FlatGeobuf"),
        ("a.shp", "ESRI Shapefile"),
        ("a.parquet", "Parquet"),
    ],
)
def test_a_format_is_told_by_its_content(tmp_path, name, driver):
    assert recognised(made(tmp_path, name), DRIVERS) == driver


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", "virtual layer"),
        (b"<?xml version='1.0'?><kml/>", "XML"),
        (b"SQLite format 3\0" + b"\0" * 100, "SQLite"),
        (b'{"type": "Topology", "objects": {}}', "TopoJSON"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x88", "OSM PBF"),
        (b"%PDF-1.7", "PDF"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector"}', "GDAL pipeline"),
        (b'{"a": 1}<OGRVRTDataSource/>', "virtual layer"),
        ('{"type": "Feature"}'.encode("utf-16"), "UTF-16"),
        (b'\x1e{"type": "Feature"}\n', "text sequence"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"name,x,y\n", "unknown"),
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_another_format_is_refused_whatever_its_name(tmp_path, content, got, suffix):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(ForbiddenFormat) as caught:
        recognised(path, DRIVERS)
    assert got in caught.value.got
    assert "GeoPackage" in caught.value.expected
    assert caught.value.where == str(path)


def test_a_driver_that_the_key_does_not_allow_is_refused(tmp_path):
    with pytest.raises(ForbiddenFormat):
        recognised(made(tmp_path, "a.gpkg"), ("GeoJSON",))


def test_too_large_a_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "MAX_BYTES", 100)
    with pytest.raises(OversizedHeader, match="QGIS: Clip"):
        recognised(made(tmp_path, "a.gpkg"), DRIVERS)


def test_nothing_to_read(tmp_path):
    (tmp_path / "empty.gpkg").touch()
    for name, says in (("empty.gpkg", "an empty file"), ("none.gpkg", "no file of that name")):
        with pytest.raises(UnreadableFile, match=says):
            recognised(tmp_path / name, DRIVERS)
    with pytest.raises(UnreadableFile):
        recognised(tmp_path, DRIVERS)
