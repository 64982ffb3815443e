from dataclasses import replace

import numpy as np
import pytest

from geoml.errors import InvalidArgument, NotEnoughData
from geoml.files import read_json
from geoml.learning.samples import join, some

FILES = {"calibration.json", "metrics.json", "card.md"}


def folder(tmp_path, name="model"):
    path = tmp_path / name
    path.mkdir()
    return path


def test_plain_files_and_a_manifest_that_says_what_was_done(service, trained):
    assert {file.name for file in trained.folder.iterdir()} == {*FILES, "model.txt"}
    manifest = trained.manifest
    assert manifest["champion"] == "lightgbm"
    assert manifest["accepted"] is True
    assert manifest["warnings"] == []
    assert manifest["synthetic"] is True
    assert manifest["areas"] == ["scene"]
    assert manifest["features_used"] == ["ndvi", "building_density", "water_distance", "elevation"]
    assert set(manifest["features_used"]) | set(manifest["features_missing"]) == {
        one.name for one in service.features
    }
    assert manifest["label"] == {"key": "lst", "quantity": "surface temperature"}
    assert (manifest["target"], manifest["unit"]) == ("dlst_k", "K")
    assert manifest["interval_level"] == 0.9


def test_the_headline_is_the_block_error_and_it_is_worse_than_the_random_one(trained):
    metrics = read_json(trained.folder / "metrics.json")
    table = {(one["candidate"], one["scheme"]): one for one in metrics["table"]}
    summary = trained.manifest["metrics"]
    assert summary["rmse_k"] == table["lightgbm", "block"]["rmse_k"]
    assert summary["random_rmse_k"] == table["lightgbm", "random"]["rmse_k"]
    assert summary["rmse_k"] > summary["random_rmse_k"]
    assert summary["rmse_k"] < summary["baseline_rmse_k"] < summary["mean_rmse_k"]
    assert metrics["worst_fold"]["rmse_k"] == max(one["rmse_k"] for one in metrics["folds"])
    assert metrics["worst_block"]["rmse_k"] >= summary["rmse_k"]
    assert metrics["validation"]["cells"] == len(trained.samples)
    assert metrics["holdout"] is None


def test_out_of_fold_coverage_keeps_the_promise(trained):
    for one in read_json(trained.folder / "metrics.json")["intervals"]:
        assert one["coverage_mean"] >= 0.88, one["pattern"]


@pytest.mark.usefixtures("quick")
def test_same_samples_meta_and_seed_give_the_same_bytes(service, samples, meta, tmp_path):
    made = [folder(tmp_path, name) for name in ("a", "b")]
    manifests = [service.train(samples, path, meta=meta, seed=5) for path in made]
    assert manifests[0] == manifests[1]
    for file in made[0].iterdir():
        assert file.read_bytes() == (made[1] / file.name).read_bytes(), file.name


@pytest.mark.usefixtures("quick")
def test_blocks_kept_out_are_reported_and_not_learned_from(service, samples, meta, tmp_path):
    where = folder(tmp_path)
    service.train(samples, where, meta=meta, holdout_share=0.5)
    metrics = read_json(where / "metrics.json")
    out = metrics["holdout"]
    assert out["cells"] + metrics["validation"]["cells"] == len(samples)
    assert out["rmse_k"] < 1
    assert out["coverage"] >= 0.85
    assert {one["candidate"] for one in out["table"]} >= {"lightgbm", "mean"}
    assert "kept out of everything" in (where / "card.md").read_text()


@pytest.mark.usefixtures("quick")
def test_the_line_serves_where_trees_do_not_beat_it(service, samples, meta, tmp_path):
    """Few cells, much noise, a truth that is a line: trees can only learn the noise."""
    rng = np.random.default_rng(0)
    few = some(samples, rng.random(len(samples)) < 0.4)
    line = -6 * few.features["ndvi"] + 5 * few.features["building_density"]
    noisy = replace(few, target=line + rng.normal(0, 2.5, len(few)))
    where = folder(tmp_path)
    manifest = service.train(noisy, where, meta=meta)
    assert manifest["champion"] == "linear"
    assert manifest["accepted"] is False
    assert manifest["features_used"] == ["ndvi", "building_density"]
    assert manifest["features_unused"] == ["water_distance", "elevation"]
    assert {file.name for file in where.iterdir()} == {*FILES, "linear.json"}
    assert "baseline" in [one["code"] for one in manifest["warnings"]]
    model = service.load(where, manifest)
    got = model.predict({"ndvi": np.array([0.2, 0.6, np.nan]), "elevation": np.ones(3)})
    assert got.target[0] > got.target[1]
    assert got.contributions["building_density"][0] == 0
    assert (got.lower[:2] < got.target[:2]).all()
    assert np.isnan(got.target[2])


@pytest.mark.usefixtures("quick")
def test_two_areas_are_also_validated_by_leaving_one_out(service, samples, meta, tmp_path):
    other = replace(samples, areas=("elsewhere",), target=samples.target + 1.0)
    where = folder(tmp_path)
    manifest = service.train(join([samples, other]), where, meta=meta)
    assert manifest["areas"] == ["scene", "elsewhere"]
    table = read_json(where / "metrics.json")["table"]
    trees = {one["scheme"]: one["rmse_k"] for one in table if one["candidate"] == "lightgbm"}
    assert trees["area"] > 0.9, "the other town is 1 K off, and nothing says so"


@pytest.mark.usefixtures("quick")
def test_a_town_without_buildings_data_trains_on_what_it_has(service, samples, meta, tmp_path):
    bare = replace(samples, features={n: samples.features[n] for n in ("ndvi", "elevation")})
    manifest = service.train(bare, folder(tmp_path), meta=meta)
    assert {*manifest["features_used"], *manifest["features_unused"]} == {"ndvi", "elevation"}
    assert "building_density" in manifest["features_missing"]


def test_too_few_cells_or_no_usable_feature_is_an_error(service, samples, meta, tmp_path):
    with pytest.raises(NotEnoughData, match="too few training cells"):
        service.train(some(samples, np.arange(len(samples)) < 60), tmp_path, meta=meta)
    bare = replace(samples, features={"elevation": samples.features["elevation"]})
    with pytest.raises(NotEnoughData, match="with elevation"):
        service.train(bare, tmp_path, meta=meta)


def test_an_undescribed_training_is_refused(service, samples, meta, tmp_path):
    meta.pop("label")
    with pytest.raises(InvalidArgument, match="without label"):
        service.train(samples, tmp_path, meta=meta)
