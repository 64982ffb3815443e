import geopandas
import numpy as np
import pytest
import shapely

from geoml.areas import keys
from geoml.areas.ingest.vectors import stage_vectors
from geoml.errors import EmptySource, NoOverlap
from geoml.vector.read import read_frame


@pytest.fixture
def stage(town, tmp_path):
    def run(key, *paths, layer=None):
        items = [{"path": str(path), "layer": layer} for path in paths]
        facts = stage_vectors(keys.get(key), items, town.grid, tmp_path)
        return facts, read_frame(tmp_path / facts["file"])

    return run


def test_rows_that_meet_the_area_are_kept_whole(stage, vector, square, town):
    edge, far = square(-50, 100, 100), square(90_000, 0)
    facts, frame = stage("buildings", vector([square(100, 100), edge, far]))
    assert len(frame) == facts["rows"] == 2
    assert frame.area.tolist() == pytest.approx([100.0, 10_000.0])
    assert "1 elsewhere" in facts["notes"][0]
    assert facts["extent"][0] == town.grid.west


def test_the_extent_is_that_of_the_file_and_not_only_of_the_area(stage, vector, square, town):
    """Open country inside a mapped region is known to be empty."""
    corners = [square(x, y) for x in (-9_000, 9e4) for y in (-9_000, 9e4)]
    facts, _ = stage("buildings", vector([square(500, 500), *corners]))
    assert facts["extent"] == pytest.approx(town.grid.bounds)
    assert facts["coverage_percent"] == 100.0


def test_beyond_the_hull_of_its_rows_a_file_says_nothing(stage, vector, square, town):
    """Footprints cut along a diagonal: the other half of the area is not empty, it is unknown."""
    size = town.grid.cols * 30.0
    steps = range(0, int(size), 50)
    shapes = [square(x, y) for x in steps for y in steps if x + y < size]
    facts, _ = stage("buildings", vector(shapes))
    cover = shapely.from_wkt(facts["cover"])
    assert facts["coverage_percent"] == pytest.approx(50, abs=2)
    assert cover.contains(square(100, 100))
    assert not cover.intersects(square(size - 100, size - 100))
    assert cover.within(shapely.box(*town.grid.bounds))


def test_two_files_cover_what_each_of_them_covers(stage, vector, square):
    """Two quarters 1 km apart: what lies between them is in neither file."""
    one, two = (vector([square(x, 0), square(x + 400, 400)], f"{x}.gpkg") for x in (0, 1_500))
    facts, _ = stage("buildings", one, two)
    cover = shapely.from_wkt(facts["cover"])
    assert cover.geom_type == "MultiPolygon"


def test_a_river_covers_no_ground_that_could_be_told(stage, vector, square):
    facts, _ = stage("water", vector([square(0, 0, 50)]))
    assert facts["cover"] is None


def test_files_of_one_key_are_merged_and_doubles_kept_once(stage, vector, square):
    one = vector([square(0, 0), square(50, 0)], "one.gpkg", name=["a", "b"])
    two = vector([square(50, 0), square(90, 0)], "two.geojson", name=["b", "c"])
    facts, frame = stage("zones", one, two)
    same = frame.geometry.iloc[1].symmetric_difference(square(50, 0)).area
    assert same < 1e-3
    assert frame["name"].tolist()[0] == "a"
    assert len(facts["notes"]) >= 2
    facts, frame = stage("zones", one, vector([square(50, 0)], "three.gpkg", name=["b"]))
    assert frame["name"].tolist() == ["a", "b"]
    assert facts["notes"][-1] == "1 rows came twice: kept once"


def test_broken_rows_are_repaired_or_dropped_and_counted(stage, vector, square, town):
    x, y = town.grid.west + 200, town.grid.north - 200
    bow = shapely.Polygon([(x, y), (x + 20, y + 20), (x + 20, y), (x, y + 20)])
    flat = shapely.Polygon([(x, y), (x + 20, y), (x + 10, y)])
    rows = [square(0, 0), bow, flat, None, square(0, 0).centroid]
    facts, frame = stage("buildings", vector(rows, "bad.geojson"))
    assert len(frame) == 2
    assert frame.area.tolist() == pytest.approx([100.0, 200.0], rel=1e-3)
    note = facts["notes"][0]
    assert "5 rows" in note
    assert "1 without geometry" in note
    assert "1 repaired" in note
    assert "2 dropped" in note


def test_no_usable_row_is_an_error_with_the_counts(stage, vector, square):
    path = vector([square(0, 0).centroid, None], "points.geojson")
    with pytest.raises(EmptySource, match="2 rows, 1 without geometry, 1 dropped") as caught:
        stage("buildings", path)
    assert caught.value.where == f"buildings={path}"
    assert "valid polygon" in caught.value.expected


def test_nothing_in_the_area_names_both_places(stage, vector, square):
    with pytest.raises(NoOverlap, match="lon/lat 3") as caught:
        stage("water", vector([square(90_000, 0)]))
    assert "lon/lat 2." in caught.value.expected


def test_water_may_be_lines_and_polygons(stage, vector, square, town):
    river = shapely.LineString(
        [(town.grid.west, town.grid.north), (town.grid.west + 99, town.grid.north - 99)]
    )
    _, frame = stage("water", vector([square(50, 50), river], "w.geojson"))
    assert sorted(frame.geom_type) == ["LineString", "Polygon"]


def test_every_format_gives_the_same_rows(stage, vector, square, town, tmp_path):
    shapes = [square(10, 10), square(40, 10)]
    areas = {}
    for name in ("a.gpkg", "a.geojson", "a.fgb", "a.shp", "a.parquet"):
        path = vector(shapes, name, height=[5.0, 6.0])
        _, frame = stage("buildings", path)
        areas[name] = sorted(zip(frame.area.round(0), frame["height_m"], strict=True))
        path.unlink()
    assert set(map(tuple, areas.values())) == {((100.0, 5.0), (100.0, 6.0))}


def test_another_crs_and_a_third_dimension(stage, square, tmp_path, town):
    deep = shapely.force_3d(square(10, 10), 5.0)
    frame = geopandas.GeoDataFrame(geometry=[deep], crs=town.crs).to_crs("EPSG:4326")
    path = tmp_path / "z.gpkg"
    frame.to_file(path, engine="pyogrio")
    _, kept = stage("buildings", path)
    assert not kept.geometry.has_z.any()
    assert kept.crs == town.crs
    assert kept.area[0] == pytest.approx(100, rel=1e-4)
    assert np.isnan(kept["height_m"][0])
