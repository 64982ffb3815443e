"""From a picture to an edition: what was seen, whose it is, what is told of it, and when again."""

from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import shapely

from geoml import catalog, editions, modelstore
from geoml.areas.area import load
from geoml.areas.ingest import ingest
from geoml.areas.units import units
from geoml.errors import NotEnoughData, UnknownModel
from geoml.lifecycle.republish import republish
from geoml.lifecycle.run import is_current, run
from geoml.lifecycle.segment_picture import _rounded
from geoml.lifecycle.segment_units import totals
from geoml.raster.cog import read, read_grid, write
from geoml.raster.grid import Grid
from geoml.vector.drawn import Drawing

LOOKING = tuple(name for name in catalog.names() if catalog.get(name).segmentation)


@pytest.fixture(scope="module", params=LOOKING)
def service(request):
    return catalog.get(request.param)


@pytest.fixture(scope="module")
def edition(town, service):
    return editions.current(town, service.name, "town")


@pytest.fixture(scope="module")
def frame(edition):
    return geopandas.read_parquet(edition.folder / "units.parquet")


def test_units_are_the_buildings_that_the_town_knows(town, frame, service):
    known = units(town, load(town, "town"), "buildings").set_index("id")
    assert len(frame) == 16
    assert set(frame["kind"]) == {service.segmentation.unit}
    assert set(frame["id"]) == set(frame["building"]) <= set(known.index)
    there = known.loc[frame["id"]]
    shared = frame.geometry.reset_index(drop=True).intersection(
        there.geometry.reset_index(drop=True)
    )
    assert (shared.area / there["area_m2"].to_numpy()).min() > 0.8


def test_every_declared_column_is_told_of_every_unit(frame, service):
    for column in service.segmentation.columns:
        assert column.name in frame
    assert frame["why"].isna().all()
    assert frame["probability"].between(0.9, 1).all()
    target, low, high = (frame[one] for one in service.segmentation.answer)
    assert ((low < target) & (target < high)).all()
    score = service.score.score(target.to_numpy(float))
    np.testing.assert_allclose(frame[f"{service.name}_score"], score, atol=1e-3)


def test_rasters_hold_the_answer_of_the_unit_and_nothing_between_units(edition, frame, service):
    folder = edition.folder
    grid = read_grid(folder / "probability.tif")
    assert grid.pixel_x == 0.25
    index = Drawing(frame.geometry.to_numpy()).on(grid)
    values = np.append(frame[f"{service.name}_score"].to_numpy(), np.nan).astype(np.float32)
    np.testing.assert_array_equal(read(folder / "score.tif"), values[index])
    seen = read(folder / "probability.tif")
    assert seen.shape == grid.shape  # the picture alone, and not the whole town
    assert grid.rows * grid.cols < 1_000_000
    assert (seen[index >= 0] > 128).mean() > 0.95
    assert (seen[index < 0] > 128).mean() < 0.05


def test_the_edition_says_what_it_was_made_from_and_what_lacks(edition, service):
    told = edition.manifest()
    assert set(told["sources"]) == {"ortho", "dem", "buildings"}
    assert told["date"] == "2025-07-20"
    assert told["engine"] == "onnxruntime-f32"
    assert told["units"] == {service.segmentation.unit: 16}
    assert all(value > 0 for value in told["totals"].values())
    assert told["known"]["found"] == 16
    assert told["known"]["new"] == 0
    codes = [one["code"] for one in told["warnings"]]
    assert {"partial", "no_dsm"} <= set(codes)
    assert len(codes) == len(set(codes))
    counted = told["exposure"]["by_score"]["classes"]
    assert sum(one[service.segmentation.unit] for one in counted) == 16
    beside = geopandas.read_parquet(edition.folder / "known.parquet")
    assert (beside["status"] == "found").sum() == 16
    assert "missing" not in set(beside["status"])  # the rest of the town is not in the picture


def test_what_is_up_to_date_stays_and_a_forced_run_gives_the_same_bytes(home, service):
    before = editions.current(home, service.name, "town")
    assert is_current(home, service.name, "town")
    same, notes = run(home, service.name, "town")
    assert same == before
    assert "up to date" in notes[0]
    again, _ = run(home, service.name, "town", force=True)
    assert again != before
    assert again.manifest()["content_sha256"] == before.manifest()["content_sha256"]
    newest, fresh = republish(home, service.name, "town", force=True)
    assert fresh
    names = {"score.tif", "units.parquet", "tiles-probability.pmtiles", "probability-web.tif"}
    files = newest.manifest()["files"]
    assert {one: files[one] for one in names} == {
        one: again.manifest()["files"][one] for one in names
    }


@pytest.mark.slow
def test_a_surface_model_tells_how_roofs_lie(home, service, tmp_path):
    """Roofs that rise by 0.5 to the east: 26.6 degrees, facing west."""
    area = load(home, "town")
    before = geopandas.read_parquet(
        editions.current(home, service.name, "town").folder / "units.parquet"
    )
    west, south, _, north = before.total_bounds
    grid = Grid(area.crs, west - 10, north + 10, 1.0, 1.0, int(north - south + 20), 140)
    index = Drawing(before.geometry.to_numpy()).on(grid)
    _, col = np.mgrid[: grid.rows, : grid.cols].astype(float)
    height = 225 + np.where(index >= 0, 5 + 0.5 * (col % 30), 0)
    write(tmp_path / "dsm.tif", height.astype(np.float32), grid, units=("m",))
    ingest(home, "town", [f"dsm={tmp_path / 'dsm.tif'}"], date="2025-07-20")
    assert not is_current(home, service.name, "town")
    after, _ = run(home, service.name, "town")
    frame = geopandas.read_parquet(after.folder / "units.parquet").set_index("id")
    assert set(frame.index) == set(before["id"])
    measured = frame[frame["orientation"] == "measured"]
    assert len(measured) > 8
    assert measured["tilt_deg"].median() == pytest.approx(26.6, abs=2)
    assert abs(measured["azimuth_deg"].median() - 270) < 6
    assert "no_dsm" not in {one["code"] for one in after.manifest()["warnings"]}
    wide, narrow = (
        one.loc[measured.index, "upper"] - one.loc[measured.index, "lower"]
        for one in (before.set_index("id"), frame)
    )
    assert (narrow < wide).all()


def test_without_a_picture_it_says_what_to_ingest(home, add, service):
    add(home, "bare", ["dem"])
    with pytest.raises(NotEnoughData, match="ortho") as error:
        run(home, service.name, "bare")
    assert error.value.next_step == "geoml ingest bare ortho=FILE"


def test_without_a_model_it_says_how_to_train_one(home, service, monkeypatch):
    def none(*_):
        raise UnknownModel("no model is trained yet")

    monkeypatch.setattr(modelstore, "champion", none)
    with pytest.raises(UnknownModel) as error:
        run(home, service.name, "town")
    assert "--data" in error.value.next_step


def test_nobody_trains_it_on_an_area(home, service):
    from geoml.errors import InvalidArgument
    from geoml.lifecycle.train import train

    with pytest.raises(InvalidArgument) as error:
        train(home, service.name, ("town",))
    assert "--data" in error.value.next_step


def test_a_sum_of_nothing_known_is_unknown_and_not_zero(frame, service):
    summed = [one.name for one in service.segmentation.columns if one.summed]
    assert summed
    lost = frame.assign(**dict.fromkeys(summed, np.nan))
    assert set(totals(service.segmentation, lost).values()) == {None}
    assert set(totals(service.segmentation, frame.iloc[:0]).values()) == {0.0}


def test_outlines_that_are_rounded_stay_valid():
    """A corridor that is narrower than the last decimal would make a ring cross itself."""
    hour = shapely.Polygon([(0, 0), (4, 0), (2.004, 2), (4, 4), (0, 4), (1.996, 2)])
    crossing = shapely.Polygon([(0, 0), (4, 0), (2.004, 2), (4, 4), (0, 4), (2.0041, 2.0001)])
    found = geopandas.GeoDataFrame(geometry=[hour, crossing])
    picture = SimpleNamespace(crs=None, transform=None)
    for one in _rounded(found, picture, pixel=True):
        assert one.is_valid
        assert one.geom_type == "Polygon"
        assert one.area == pytest.approx(4, abs=0.1) or one.area == pytest.approx(8, abs=0.1)
        np.testing.assert_array_equal(
            shapely.get_coordinates(one).round(2), shapely.get_coordinates(one)
        )
