import numpy as np
import pytest

from geoml.areas import cover
from geoml.areas.ingest import ingest
from geoml.areas.sources import forget, gathered, read_on_grid, sources
from geoml.areas.units import units
from geoml.errors import GridMismatch, InvalidArgument, NotFound, UnknownKey
from geoml.raster.grid import Window

NAN = np.nan


def block(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(2, 2)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("continuous", (1, 2, 3, 6), 3.0),
        ("continuous", (1, 2, NAN, NAN), 1.5),
        ("continuous", (1, NAN, NAN, NAN), NAN),
        ("count", (1, 2, 3, 6), 12.0),
        ("count", (1, 2, NAN, NAN), 3.0),
        ("count", (NAN, NAN, NAN, NAN), NAN),
        ("class", (7, 3, 7, 9), 7.0),
        ("class", (9, 3, 3, 9), 3.0),
        ("class", (5, 5, NAN, NAN), 5.0),
        ("class", (5, NAN, NAN, NAN), NAN),
    ],
)
def test_finer_cells_become_one(kind, values, expected):
    np.testing.assert_equal(gathered(block(*values), 2, kind), np.float32([[expected]]))


def test_blocks_stay_where_they_are():
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    expected = values.reshape(2, 2, 3, 2).mean(axis=(1, 3))
    np.testing.assert_array_equal(gathered(values, 2, "continuous"), expected)


def test_a_window_reads_as_the_same_part_of_the_whole(home, town, raster, monkeypatch):
    rng = np.random.default_rng(3)
    fine = rng.random((town.grid.rows * 3, town.grid.cols * 3)).astype(np.float32)
    ingest(home, "town", [f"dem={raster(fine * 100, pixel=10.0)}"])
    source = sources(home, town)["dem"]
    assert source.factor == 3
    whole = read_on_grid(source, town.grid, town.grid.whole())
    expected = (fine * 100).reshape(town.grid.rows, 3, town.grid.cols, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(whole, expected, rtol=1e-5)
    monkeypatch.setattr("geoml.areas.sources._CELLS_AT_ONCE", 100)
    window = Window(5, 7, 20, 11)
    np.testing.assert_array_equal(read_on_grid(source, town.grid, window), whole[window.slices])


def test_sources_say_what_they_are(home, town, raster, vector, square):
    dem = raster(np.full(town.grid.shape, 120, np.int16))
    ingest(
        home,
        "town",
        [f"zones={vector([square(300, 300, 600)])}", f"dem={dem}"],
        date="2024-06-01",
        licence="etalab-2.0",
    )
    found = sources(home, town)
    assert list(found) == ["dem", "zones"]  # the order of the keys, not of the call
    dem, zones = found["dem"], found["zones"]
    assert (dem.kind, dem.unit, dem.date, dem.licence) == (
        "continuous",
        "m",
        "2024-06-01",
        "etalab-2.0",
    )
    assert (dem.coverage, dem.factor, dem.extent, len(dem.sha256)) == (100.0, 1, None, 64)
    assert zones.kind == "vector"
    assert zones.extent == pytest.approx(square(300, 300, 600).bounds, abs=0.01)


def test_a_vector_cannot_be_read_on_a_grid(home, town, vector, square):
    ingest(home, "town", [f"zones={vector([square(300, 300, 600)])}"])
    with pytest.raises(InvalidArgument, match="vector"):
        read_on_grid(sources(home, town)["zones"], town.grid, town.grid.whole())


def test_polygons_of_a_flood_are_classes_where_they_speak_and_nothing_beyond(
    home, town, vector, raster, square
):
    """Half a cell or more is under water, less is dry; beyond the hull nobody looked."""
    flood = [square(300, 300, 60), square(360, 360, 15), square(600, 300, 30), square(300, 600, 30)]
    path = vector(flood, "flood.geojson")
    report = ingest(home, "town", [f"flood_extent={path}"], return_period=100)
    assert "return period 100 years" in report.sources[0].notes
    found = sources(home, town)["flood_extent"]
    assert (found.kind, found.return_period_years) == ("vector", 100)
    values = read_on_grid(found, town.grid, town.grid.whole())
    assert values[10:12, 10:12].tolist() == [[1, 1], [1, 1]]
    assert values[12, 12] == 0  # a quarter of it
    assert values[10, 15] == 0  # between two floods
    assert values[10, 20] == 1
    assert np.isnan(values[:10]).all()
    assert np.isnan(values[19, 19])  # outside the triangle of the three
    window = Window(5, 7, 20, 11)
    np.testing.assert_array_equal(read_on_grid(found, town.grid, window), values[window.slices])

    ingest(home, "town", [f"flood_extent={raster(np.ones(town.grid.shape, np.uint8))}"])
    found = sources(home, town)["flood_extent"]
    assert (found.kind, found.return_period_years) == ("class", None)
    assert not (home.sources("town") / "flood_extent.parquet").exists()
    assert (read_on_grid(found, town.grid, town.grid.whole()) == 1).all()


def test_who_vouches_for_the_ground_makes_the_rest_of_it_dry(home, town, vector, square):
    ingest(home, "town", [f"flood_extent={vector([square(300, 300, 60)])}"])
    found = cover.state(home, town, "flood_extent", None)
    values = read_on_grid(found, town.grid, town.grid.whole())
    assert np.isfinite(values).all()
    assert values.sum() == 4


def test_another_grid_is_refused(home, town, raster):
    ingest(home, "town", [f"dem={raster(np.ones(town.grid.shape, np.float32))}"])
    with pytest.raises(GridMismatch, match="ingest it again"):
        read_on_grid(sources(home, town)["dem"], town.grid.refine(2), Window(0, 0, 1, 1))


def test_an_area_without_sources_has_none(home, town):
    assert sources(home, town) == {}


def test_a_forgotten_source_leaves_no_file_and_the_others(home, town, raster, vector, square):
    dem = raster(np.ones(town.grid.shape, np.float32))
    zones = vector([square(300, 300, 600)])
    ingest(home, "town", [f"dem={dem}", f"zones={zones}"])
    ids = units(home, town, "zones")["id"].to_list()
    forget(home, town, "dem")
    assert list(sources(home, town)) == ["zones"]
    assert not [path for path in home.sources("town").iterdir() if "dem" in path.name]
    forget(home, town, "zones")
    assert sources(home, town) == {}
    ingest(home, "town", [f"zones={zones}"])
    assert units(home, town, "zones")["id"].to_list() == ids


def test_what_is_not_there_cannot_be_forgotten(home, town, raster):
    with pytest.raises(NotFound, match="none yet"):
        forget(home, town, "lst")
    ingest(home, "town", [f"dem={raster(np.ones(town.grid.shape, np.float32))}"])
    with pytest.raises(NotFound, match="expected one of dem"):
        forget(home, town, "lst")
    with pytest.raises(UnknownKey, match="did you mean lst"):
        forget(home, town, "lts")
    assert list(sources(home, town)) == ["dem"]
