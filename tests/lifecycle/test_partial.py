"""Towns that are known in part, and towns that are hardly one: plain statements, no invention."""

import json

import geopandas
import numpy as np
import pytest
import shapely

from geoml import editions, modelstore
from geoml.areas import area as areas
from geoml.areas import cover
from geoml.areas.ingest import ingest
from geoml.errors import NoOverlap, NotEnoughData
from geoml.features import registry
from geoml.files import read_json
from geoml.lifecycle.features import refresh
from geoml.lifecycle.run import run
from geoml.lifecycle.train import train
from geoml.paths import Home
from geoml.raster.cog import read
from geoml.raster.webgrid import tiles_of


@pytest.fixture
def empty(tmp_path):
    """A home where nothing was ever trained."""
    return Home(tmp_path / "empty")


def codes(edition):
    return {one["code"] for one in edition.manifest()["warnings"] if "code" in one}


def fill(home, area, little, *keys):
    return ingest(home, area, [f"{key}={little.files[key]}" for key in keys], date="2025-07-20")


def wide(little, west=0.0, south=0.0, east=0.0, north=0.0):
    """The little town's box, grown by shares of its own size."""
    w, s, e, n = little.bbox
    return w - west * (e - w), s - south * (n - s), e + east * (e - w), n + north * (n - s)


@pytest.fixture
def sixty(home, little):
    """An area of which the files cover the western 60 %; (home, what ingestion reported)."""
    areas.create(home, "sixty", "Soixante", bbox=wide(little, east=2 / 3))
    return home, fill(home, "sixty", little, "red", "nir", "lst", "buildings")


@pytest.mark.slow
def test_an_area_known_to_60_percent_says_so_at_every_step(sixty, service_name):
    home, report = sixty
    told = {one.key: one.coverage_percent for one in report.sources}
    assert told["red"] == pytest.approx(60, abs=5)
    assert told["buildings"] < told["red"]
    features = refresh(home, "sixty")
    assert features.coverage["ndvi"] == pytest.approx(told["red"], abs=0.2)
    edition, _ = run(home, service_name, "sixty")
    manifest = edition.manifest()
    score = read(edition.folder / "score.tif")
    known = 100 * np.isfinite(score).mean()
    assert manifest["answered_percent"] == pytest.approx(known, abs=0.1)
    assert known == pytest.approx(told["red"], abs=3)
    assert manifest["features_coverage_percent"]["ndvi"] == features.coverage["ndvi"]
    assert manifest["sources"]["red"]["coverage_percent"] == told["red"]
    (partial,) = [one for one in manifest["warnings"] if one["code"] == "partial"]
    assert f"Only {known:.0f}% of this area" in partial["en"]
    assert f"Seuls {known:.0f} % de ce territoire" in partial["fr"]
    model = modelstore.champion(
        home, service_name, modelstore.champion_key(areas.load(home, "sixty"))
    )
    assert f"`ndvi` {features.coverage['ndvi']:g} %" in (model.folder / "card.md").read_text()


@pytest.mark.slow
def test_nothing_is_drawn_or_answered_where_nothing_is_known(sixty, service_name):
    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    home, _ = sixty
    edition, _ = run(home, service_name, "sixty")
    area = areas.load(home, "sixty")
    for layer in ("score", "lower", "upper", "applicability", "target"):
        values = read(edition.folder / f"{layer}.tif")
        assert np.isnan(values[:, int(0.7 * area.grid.cols) :]).all(), layer
    with TestClient(create_app(Settings(home=home.root))) as client:
        west, south, east, north = area.grid.lonlat_bounds()

        def at(share):
            place = {"lon": west + share * (east - west), "lat": (south + north) / 2}
            return client.get(f"/services/{service_name}/at", params={**place, "area": "sixty"})

        inside, outside = at(0.3), at(0.9)
        assert outside.status_code == 404
        assert "no answer in this cell" in outside.json()["detail"]
        said = [one["en"] for one in inside.json()["properties"]["warnings"]]
        assert any(text.startswith("Only ") for text in said)
        assert any(text.startswith("Map made without these data: ") for text in said)
        assert inside.json()["properties"]["reference"]["relative_to_area"] is True


@pytest.mark.slow
def test_units_without_data_have_no_score_and_say_why(home, little, tmp_path, service_name):
    """Houses on both sides of the edge of the images, and nobody says that the file is whole."""
    areas.create(home, "sixty", "Soixante", bbox=wide(little, east=2 / 3))
    area = areas.load(home, "sixty")
    west, south, east, north = area.grid.bounds
    middle = (south + north) / 2
    houses = [shapely.box(x, middle, x + 20, middle + 20) for x in np.linspace(west, east, 9)[1:-1]]
    path = tmp_path / "houses.gpkg"
    geopandas.GeoDataFrame(geometry=houses, crs=area.crs).to_file(path)
    ingest(home, "sixty", [f"zones={path}"])
    fill(home, "sixty", little, "red", "nir")
    edition, _ = run(home, service_name, "sixty")
    units = geopandas.read_parquet(edition.folder / "units.parquet").sort_values("area_m2")
    dark = units[units[f"{service_name}_score"].isna()]
    assert 0 < len(dark) < len(units) == 7
    assert (dark["why"] == "unknown here: ndvi").all()
    assert units.loc[units["why"].isna(), f"{service_name}_score"].notna().all()


def test_footprints_cut_along_a_line_leave_the_other_half_unknown(home, little, tmp_path):
    """As in New York: a density of 0 in the half that was never mapped would be learned."""
    whole = geopandas.read_file(little.files["buildings"])
    x, y = whole.centroid.x - little.grid.west, little.grid.north - whole.centroid.y
    cut = tmp_path / "cut.gpkg"
    whole[x + y < little.grid.cols * 30].to_file(cut)
    areas.create(home, "cut", "Cut", bbox=little.bbox)
    area = areas.load(home, "cut")
    ingest(home, "cut", [f"buildings={cut}"])
    refresh(home, "cut")
    density = read(home.features("cut") / "building_density.tif")
    beyond = np.add.outer(np.arange(area.grid.rows), np.arange(area.grid.cols)) > 130
    assert np.isnan(density[beyond]).all()
    assert np.nanmax(density) > 0.4

    cover.state(home, area, "buildings", None)
    report = refresh(home, "cut")
    assert "building_density" in report.computed
    assert report.coverage["building_density"] == 100.0
    density = read(home.features("cut") / "building_density.tif")
    assert (density[beyond] == 0).all()
    assert refresh(home, "cut").computed == ()


def test_water_is_far_only_where_water_is_mapped(home, little):
    areas.create(home, "wet", "Wet", bbox=little.bbox)
    area = areas.load(home, "wet")
    fill(home, "wet", little, "water")
    assert refresh(home, "wet").coverage["water_distance"] == 100.0
    west, south, east, north = little.bbox
    half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
    cover.state(home, area, "water", half)
    assert refresh(home, "wet").coverage["water_distance"] == pytest.approx(50, abs=2)


@pytest.mark.slow
@pytest.mark.parametrize("side_m", [1, 80])
def test_a_hamlet_of_a_few_cells_takes_the_model_of_another_town(
    home, little, service_name, side_m
):
    """1 x 1 to 3 x 3 cells: every step works or refuses in words."""
    grid = little.grid
    from geoml.raster.grid import Grid

    spot = Grid(grid.crs, grid.west + 1_801, grid.north - 1_801, side_m, side_m, 1, 1)
    areas.create(home, "hamlet", "Hameau", bbox=spot.lonlat_bounds())
    area = areas.load(home, "hamlet")
    assert 1 <= max(area.grid.shape) <= 4
    fill(home, "hamlet", little, "red", "nir", "lst", "dem", "buildings")
    refresh(home, "hamlet")
    with pytest.raises(NotEnoughData, match="--model champion"):
        train(home, service_name, ("hamlet",))
    edition, notes = run(home, service_name, "hamlet")
    assert "not trained here" in notes[0]
    manifest = edition.manifest()
    assert manifest["trained_here"] is False
    assert "learned_elsewhere" in codes(edition)
    assert manifest["answered_percent"] > 0
    assert tiles_of(area.grid, manifest["web"]["maxzoom"]).cols >= 1
    again, notes = run(home, service_name, "hamlet", model="champion")
    assert again == edition
    assert notes == ("up to date: nothing to publish (--force publishes again)",)


def test_a_hamlet_in_an_empty_home_is_told_to_train_elsewhere_first(empty, little, service_name):
    west, south, _, _ = little.bbox
    areas.create(empty, "hamlet", "Hameau", bbox=(west, south, west + 0.001, south + 0.001))
    fill(empty, "hamlet", little, "red", "nir", "lst")
    with pytest.raises(NotEnoughData, match="train on a larger area first") as caught:
        run(empty, service_name, "hamlet")
    assert f"geoml run {service_name} --area hamlet" in caught.value.next_step
    assert editions.current(empty, service_name, "hamlet") is None


@pytest.mark.slow
def test_a_model_can_be_chosen_by_its_version(home, little, service_name):
    areas.create(home, "other", "Autre", bbox=little.bbox)
    fill(home, "other", little, "red", "nir", "lst")
    version = modelstore.champion(home, service_name).version
    edition, _ = run(home, service_name, "other", model=f"{service_name}@{version}")
    assert edition.manifest()["model"] == f"{service_name}@{version}"
    assert edition.manifest()["trained_here"] is False


@pytest.mark.slow
def test_an_area_far_larger_than_its_sources(home, little, service_name):
    areas.create(home, "vast", "Vaste", bbox=wide(little, 4, 4, 4, 4), resolution_m=60)
    report = fill(home, "vast", little, "red", "nir", "buildings")
    assert all(one.coverage_percent < 2 for one in report.sources)
    edition, _ = run(home, service_name, "vast")
    assert 0 < edition.manifest()["answered_percent"] < 2
    assert "partial" in codes(edition)


def test_an_area_wholly_outside_its_sources_is_an_error_that_names_both_places(home, little):
    west, south, east, north = little.bbox
    areas.create(home, "far", "Loin", bbox=(west + 1, south, east + 1, north))
    for key in ("red", "buildings"):
        with pytest.raises(NoOverlap, match="nothing of it lies inside the area") as caught:
            fill(home, "far", little, key)
        assert "lon/lat" in caught.value.expected
        assert "lon/lat" in caught.value.got
    assert not list(home.sources("far").glob("*.*"))


@pytest.mark.slow
def test_the_line_through_building_density_serves_where_nothing_beats_it(
    home, little, service, tmp_path
):
    """Buildings alone, and a temperature that is a line of them under heavy noise."""
    from geoml.raster.cog import write

    areas.create(home, "noisy", "Bruit", bbox=little.bbox)
    area = areas.load(home, "noisy")
    fill(home, "noisy", little, "buildings")
    cover.state(home, area, "buildings", None)
    refresh(home, "noisy")
    density = read(home.features("noisy") / "building_density.tif")
    noise = np.random.default_rng(3).normal(0, 5, density.shape)
    label = tmp_path / "lst.tif"
    write(label, (300 + 6 * density + noise).astype(np.float32), area.grid, units=("K",))
    ingest(home, "noisy", [f"lst={label}"], date="2025-07-20")
    edition, _ = run(home, service.name, "noisy")
    manifest = edition.manifest()
    assert manifest["champion"] == "linear"
    assert manifest["features_used"] == ["building_density"]
    assert "baseline" in codes(edition)
    ref = modelstore.find(home, service.name, manifest["model"].partition("@")[2])
    metrics, card = read_json(ref.folder / "metrics.json"), (ref.folder / "card.md").read_text()
    assert metrics["baseline"]["features"] == ["building_density"]
    block = {o["candidate"]: o["rmse_k"] for o in metrics["table"] if o["scheme"] == "block"}
    assert block[service.accept.baseline] <= block["lightgbm"]
    assert "is a straight line through `building_density`." in card
    assert "(building density) is served" in card
    assert "A straight line answers here" in card
    score, lowest = read(edition.folder / "score.tif"), np.nanargmin(density)
    assert score.ravel()[np.nanargmax(density)] > score.ravel()[lowest]


@pytest.mark.slow
def test_what_a_map_lacks_is_said_in_both_languages(home, little, service, service_name):
    areas.create(home, "bare", "Nue", bbox=little.bbox)
    fill(home, "bare", little, "buildings")
    edition, _ = run(home, service_name, "bare")
    manifest = edition.manifest()
    (said,) = [one for one in manifest["warnings"] if one["code"] == "missing"]
    lacking = [service.feature(name) for name in manifest["features_missing"]]
    for feature in lacking:
        derived = set(registry.get(feature.name).needs) & set(manifest["features_missing"])
        assert (feature.title.within().en in said["en"]) is not bool(derived)
        assert (feature.title.within().fr in said["fr"]) is not bool(derived)
    assert json.dumps(said, ensure_ascii=False).count("NDVI") == 2


@pytest.mark.slow
def test_a_label_of_another_year_than_the_images_is_told(home, little, service_name):
    areas.create(home, "old", "Vieux", bbox=little.bbox)
    items = [f"{key}={little.files[key]}" for key in ("red", "nir")]
    ingest(home, "old", items, date="2025-07-20")
    ingest(home, "old", [f"lst={little.files['lst']}"], date="2021-07-01")
    edition, _ = run(home, service_name, "old")
    (said,) = [one for one in edition.manifest()["warnings"] if one["code"] == "dates_apart"]
    assert "2021-07-01 to 2025-07-20" in said["en"]
