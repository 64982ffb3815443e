import geopandas
import pyarrow
import pyogrio
import pytest
import shapely

from geoml.errors import CorruptFile, InvalidArgument
from geoml.vector.read import read_frame, read_geometries, read_metadata
from geoml.vector.write import gdal_options, write_vector

SQUARE = shapely.box(650_000, 6_860_000, 650_010, 6_860_010)


@pytest.fixture
def frame():
    return geopandas.GeoDataFrame({"name": ["é"]}, geometry=[SQUARE], crs="EPSG:2154")


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson", ".fgb"])
def test_the_same_rows_give_the_same_bytes(tmp_path, frame, suffix):
    one, two = tmp_path / "one" / f"a{suffix}", tmp_path / "two" / f"a{suffix}"
    write_vector(one, frame)
    write_vector(two, frame)
    assert one.read_bytes() == two.read_bytes()
    assert [path.name for path in one.parent.iterdir()] == [f"a{suffix}"]


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".geojson"])
def test_other_programs_read_what_was_written(tmp_path, frame, suffix):
    path = tmp_path / f"a{suffix}"
    write_vector(path, frame)
    found = pyogrio.read_dataframe(path)
    assert found["name"].tolist() == ["é"]
    assert found.crs.to_epsg() == (4326 if suffix == ".geojson" else 2154)
    assert found.to_crs("EPSG:2154").area[0] == pytest.approx(100, rel=1e-3)


def test_geoparquet_keeps_rows_crs_and_metadata(tmp_path, frame):
    path = tmp_path / "a.parquet"
    write_vector(path, frame, metadata={"geoml:source": "1220ab"})
    assert read_frame(path).equals(frame)
    assert read_frame(path).crs == frame.crs
    assert list(read_geometries(path)) == [SQUARE]
    assert read_metadata(path)["geoml:source"] == "1220ab"


def test_another_suffix_is_refused(tmp_path, frame):
    with pytest.raises(InvalidArgument, match=r"\.kml"):
        write_vector(tmp_path / "a.kml", frame)


def test_a_failure_leaves_the_old_file(tmp_path, frame):
    path = tmp_path / "a.parquet"
    write_vector(path, frame)
    before = path.read_bytes()
    with pytest.raises(pyarrow.ArrowException):
        write_vector(path, frame.assign(odd=[object()]))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]


def test_a_file_of_ours_that_is_broken_says_so(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 no more")
    for reader in (read_frame, read_metadata):
        with pytest.raises(CorruptFile, match="ingest it again"):
            reader(path)


def test_gdal_options_are_put_back():
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    with gdal_options({name: "2000-01-01T00:00:00.000Z"}):
        assert pyogrio.get_gdal_config_option(name) == "2000-01-01T00:00:00.000Z"
    assert pyogrio.get_gdal_config_option(name) == before
