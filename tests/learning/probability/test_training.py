from dataclasses import replace

import numpy as np
import pytest

from geoml.errors import InvalidArgument, NotEnoughData
from geoml.files import read_json, write_json
from geoml.learning.blocks import lay
from geoml.learning.probability.candidates import Frozen
from geoml.learning.probability.model import load, train
from geoml.learning.samples import join, some

FILES = {"calibration.json", "metrics.json", "card.md", "model.txt"}


def folder(tmp_path, name="model"):
    path = tmp_path / name
    path.mkdir()
    return path


def shipped(folder):
    write_json(folder / "model.json", {"frozen": True})
    return {"features_used": ["height"], "frozen": True, "score_kind": "index"}


FROZEN = Frozen(lambda features: np.exp(-features["height"]), shipped)


def test_plain_files_and_a_manifest_that_says_what_was_learned(trained):
    assert {file.name for file in trained.folder.iterdir()} == FILES
    manifest = trained.manifest
    assert manifest["champion"] == "lightgbm"
    assert manifest["score_kind"] == "probability"
    assert manifest["accepted"] is True
    assert manifest["warnings"] == []
    assert manifest["features_used"] == ["height", "gather", "noise"]
    numbers = manifest["metrics"]
    assert numbers["csi"] > max(numbers["height_below_csi"], numbers["gather_above_csi"])
    assert numbers["brier_skill"] > 0.2
    assert 0 < numbers["threshold"] < 1


def test_the_headline_is_that_of_unseen_blocks(trained):
    metrics = read_json(trained.folder / "metrics.json")
    table = {(one["candidate"], one["scheme"]): one for one in metrics["table"]}
    assert trained.manifest["metrics"]["csi"] == table["lightgbm", "block"]["csi"]
    assert trained.manifest["metrics"]["random_csi"] == table["lightgbm", "random"]["csi"]
    assert metrics["worst_fold"]["csi"] == min(one["csi"] for one in metrics["folds"])
    assert metrics["worst_block"]["csi"] <= trained.manifest["metrics"]["csi"]
    rules = {one["candidate"]: one["threshold"] for one in metrics["rules"]}
    assert 3 < rules["height_below"] < 15
    assert -2 < rules["gather_above"] < 2


def test_the_mean_probability_of_blocks_kept_out_is_their_base_rate(trained, here):
    """Unbiased although zeros were drawn in bins, on blocks that nothing was learned from."""
    out = read_json(trained.folder / "metrics.json")["holdout"]
    assert out["cells"] > 600
    assert out["predicted"] == pytest.approx(out["observed"], abs=0.04)
    assert {one["candidate"] for one in out["table"]} >= {"lightgbm", "height_below"}
    got = trained.model.predict(here.samples.features, explain=False).target
    assert got.mean() == pytest.approx(here.truth.mean(), abs=0.03)
    assert np.abs(got - here.truth).mean() < 0.1


def test_of_the_places_that_get_a_probability_as_many_are_ones(trained, here):
    got = trained.model.predict(here.samples.features, explain=False).target
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        inside = (got >= low) & (got < high)
        assert here.truth[inside].mean() == pytest.approx(got[inside].mean(), abs=0.08)


@pytest.mark.usefixtures("quick")
def test_same_samples_meta_and_seed_give_the_same_bytes(yes_or_no, here, meta, tmp_path):
    made = [folder(tmp_path, name) for name in ("a", "b")]
    manifests = [train(yes_or_no, here.samples, path, meta=meta, seed=5) for path in made]
    assert manifests[0] == manifests[1]
    for file in made[0].iterdir():
        assert file.read_bytes() == (made[1] / file.name).read_bytes(), file.name


@pytest.mark.usefixtures("quick")
def test_what_is_frozen_serves_where_a_rule_is_as_good(yes_or_no, here, meta, tmp_path):
    """The truth is one threshold: no tree can beat the rule that says so."""
    exact = replace(here.samples, target=(here.samples.features["height"] < 5).astype(float))
    where = folder(tmp_path)
    manifest = train(yes_or_no, exact, where, meta=meta, frozen=FROZEN)
    assert manifest["champion"] == "baseline"
    assert (manifest["accepted"], manifest["frozen"]) == (False, True)
    assert manifest["score_kind"] == "index"
    assert manifest["features_used"] == ["height"]
    assert manifest["features_unused"] == ["gather", "noise"]
    assert "baseline" in [one["code"] for one in manifest["warnings"]]
    assert {file.name for file in where.iterdir()} == {"model.json", "metrics.json", "card.md"}
    table = read_json(where / "metrics.json")["table"]
    csi = {one["candidate"]: one["csi"] for one in table if one["scheme"] == "block"}
    assert csi["lightgbm"] <= csi["height_below"]
    assert manifest["metrics"]["csi"] == csi["frozen"]
    assert manifest["metrics"]["lightgbm_csi"] == csi["lightgbm"]
    assert "The fixed method answers" in (where / "card.md").read_text()


@pytest.mark.usefixtures("quick")
def test_whole_catchments_are_left_out_where_cells_say_theirs(yes_or_no, here, meta, tmp_path):
    group = (here.samples.easting_m // 240).astype(np.intp) * 5 + (
        -here.samples.northing_m // 240
    ).astype(np.intp)
    where = folder(tmp_path)
    manifest = train(yes_or_no, replace(here.samples, group=group), where, meta=meta)
    metrics = read_json(where / "metrics.json")
    assert metrics["validation"]["catchments"] == 25
    csi = {o["candidate"]: o["csi"] for o in metrics["table"] if o["scheme"] == "catchment"}
    assert csi["lightgbm"] > csi["base_rate"]
    assert manifest["metrics"]["catchment_csi"] == csi["lightgbm"]
    assert "25 whole catchments" in (where / "card.md").read_text()


@pytest.mark.usefixtures("quick")
def test_two_catchments_are_too_few_to_tell_anything(yes_or_no, here, meta, tmp_path):
    halves = (here.samples.easting_m > 500).astype(np.intp)
    where = folder(tmp_path)
    train(yes_or_no, replace(here.samples, group=halves), where, meta=meta)
    metrics = read_json(where / "metrics.json")
    assert metrics["validation"]["catchments"] == 0
    assert {one["scheme"] for one in metrics["table"]} == {"block", "random"}
    assert "catchment" not in (where / "card.md").read_text()


@pytest.mark.usefixtures("quick")
def test_another_town_where_the_rules_do_better_is_warned_of(yes_or_no, here, meta, tmp_path):
    """The other town is wet by height alone, this one by gathering alone."""
    low = (here.samples.features["height"] < 5).astype(float)
    wet = (here.samples.features["gather"] > 0.5).astype(float)
    both = join(
        [replace(here.samples, target=wet), replace(here.samples, areas=("low",), target=low)]
    )
    where = folder(tmp_path)
    manifest = train(yes_or_no, both, where, meta=meta)
    assert manifest["areas"] == ["country", "low"]
    assert "elsewhere" in [one["code"] for one in manifest["warnings"]]
    assert load(yes_or_no, where, manifest).predict(here.samples.features).target.shape == (2500,)


def test_half_of_a_cell_makes_it_a_one_and_more_than_all_is_refused(
    yes_or_no, here, meta, tmp_path, quick
):
    shares = replace(here.samples, target=np.where(here.samples.target > 0, 0.5, 0.49))
    train(yes_or_no, shares, where := folder(tmp_path), meta=meta)
    told = read_json(where / "metrics.json")["validation"]
    assert told["ones"] == (here.samples.target > 0).sum()
    with pytest.raises(InvalidArgument, match="no share of ones"):
        train(yes_or_no, replace(shares, target=shares.target * 4), tmp_path, meta=meta)


def test_too_little_of_either_kind_is_an_error(yes_or_no, here, meta, tmp_path):
    rare = np.zeros(len(here.samples))
    rare[:19] = 1
    with pytest.raises(NotEnoughData, match="19 with"):
        train(yes_or_no, replace(here.samples, target=rare), tmp_path, meta=meta)
    corner = ((here.samples.easting_m < 120) & (here.samples.northing_m > -120)).astype(float)
    with pytest.raises(NotEnoughData, match="blocks"):
        train(yes_or_no, replace(here.samples, target=corner), tmp_path, meta=meta)


def test_a_cell_that_a_rule_cannot_judge_is_not_learned_from(yes_or_no, here, meta, tmp_path):
    bare = {"height": here.samples.features["height"]}
    with pytest.raises(NotEnoughData, match="know height and gather"):
        train(yes_or_no, replace(here.samples, features=bare), tmp_path, meta=meta)


def test_cells_of_some_and_of_several_areas_keep_their_catchments(here):
    group = (here.samples.easting_m // 400).astype(np.intp)
    one = replace(here.samples, group=group)
    chosen = np.arange(len(one)) % 2 == 0
    np.testing.assert_array_equal(some(one, chosen).group, group[chosen])
    both = join([one, replace(one, areas=("other",))])
    assert len(np.unique(both.group)) == 2 * len(np.unique(group))
    assert join([one, here.samples]).group is None
    assert lay(one).count >= 12
