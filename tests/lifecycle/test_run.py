"""From files to an edition: what is in it, what it repeats, what it refuses."""

import numpy as np
import pystac
import pytest

from geoml import catalog, editions
from geoml.files import read_json
from geoml.lifecycle.features import refresh
from geoml.lifecycle.run import is_current, run
from geoml.paths import Home
from geoml.raster.cog import open_cog, read, read_grid

WANTED = {
    "edition.json", "units.parquet", "target.tif", "inputs.tif",
    *(f"{layer}{end}" for layer in ("score", "lower", "upper", "applicability")
      for end in (".tif", "-web.tif")),
    *(f"tiles-{layer}.pmtiles" for layer in ("score", "lower", "upper", "applicability", "units")),
    "units.geojson", "units-index.arrow", "cells-index.arrow",
}  # fmt: skip


@pytest.fixture(scope="module")
def edition(town, service_name):
    return editions.current(town, service_name, "town")


def test_an_edition_holds_every_file_and_each_is_sealed(edition):
    manifest = edition.manifest()
    assert set(manifest["files"]) == WANTED
    edition.verify()
    assert manifest["features_missing"] == ["ndbi", "albedo"]
    assert manifest["sources"]["lst"]["date"] == "2025-07-20"
    assert manifest["reference"]["mode"] in {"ring", "vegetated", "area"}
    assert manifest["synthetic"] is True


def test_the_stac_item_is_valid_by_its_own_rules_and_lists_the_files(edition):
    item = pystac.Item.from_dict(read_json(edition.folder / "edition.json"))
    assert item.datetime.isoformat().startswith("2025-07-20")
    assert {asset.href.removeprefix("./") for asset in item.assets.values()} == WANTED - {
        "edition.json"
    }


def test_scores_lie_between_their_bounds_and_in_range(edition):
    score, lower, upper = (read(edition.folder / f"{n}.tif") for n in ("score", "lower", "upper"))
    known = np.isfinite(score)
    assert known.mean() > 0.95
    assert (lower[known] <= score[known]).all()
    assert (score[known] <= upper[known]).all()
    assert lower[known].min() >= 0
    assert upper[known].max() <= 100


def test_the_score_is_the_anchored_target(edition, service):
    target, score = read(edition.folder / "target.tif"), read(edition.folder / "score.tif")
    assert np.allclose(service.score.score(target), score, atol=1e-3, equal_nan=True)


def test_the_map_knows_the_answer_that_was_put_in(edition, town):
    """The town was made as 300 - 8 ndvi + 4 density - river: the score must follow it."""
    target = read(edition.folder / "target.tif")
    label = read(town.sources("town") / "lst.tif")
    known = np.isfinite(target) & np.isfinite(label)
    assert np.corrcoef(target[known], label[known])[0, 1] > 0.9


def test_inputs_carry_the_names_of_the_features(edition):
    with open_cog(edition.folder / "inputs.tif") as dataset:
        assert list(dataset.descriptions) == edition.manifest()["features_used"]


def test_the_same_inputs_give_the_same_bytes(town, edition, service_name):
    """Everything but the time repeats: the same inputs publish the same content."""
    again, notes = run(town, service_name, "town", force=True)
    editions.point(town, edition)
    assert notes == ()
    assert again.manifest()["content_sha256"] == edition.manifest()["content_sha256"]


def test_nothing_is_computed_twice(town, service_name):
    report = refresh(town, "town")
    assert report.computed == ()
    assert is_current(town, service_name, "town")


def test_an_edition_is_not_current_when_its_area_was_made_again(town, tmp_path, service_name):
    import shutil

    home = Home(tmp_path / "home")
    shutil.copytree(town.root, home.root)
    assert is_current(home, service_name, "town")
    shutil.rmtree(home.features("town"))
    assert not is_current(home, service_name, "town")


def test_units_have_their_ids_and_scores(edition, town, service_name):
    import geopandas

    units = geopandas.read_parquet(edition.folder / "units.parquet")
    stable = [
        geopandas.read_parquet(town.units("town") / f"{kind}.parquet")["id"]
        for kind in catalog.get(service_name).units
    ]
    assert set(units["id"]) == {one for ids in stable for one in ids}
    assert units[f"{service_name}_score"].between(0, 100).all()
    assert (units["lower"] <= units[f"{service_name}_score"] + 1e-6).all()


def test_the_web_copy_is_on_the_grid_of_web_maps(edition):
    assert read_grid(edition.folder / "score-web.tif").crs == "EPSG:3857"
    assert read_grid(edition.folder / "score.tif").crs == "EPSG:2154"
