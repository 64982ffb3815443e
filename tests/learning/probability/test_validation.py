from dataclasses import replace

import numpy as np
import pytest

from geoml.learning.blocks import lay
from geoml.learning.probability.candidates import Candidate, Frozen, candidates
from geoml.learning.probability.validation import (
    by_fold,
    cross_calibrated,
    table,
    try_out,
    worst_block,
)
from geoml.learning.samples import join
from geoml.learning.study import Study


def study_of(service, samples):
    names = tuple(samples.features)
    rows = np.column_stack([samples.features[name] for name in names])
    return Study(service, names, rows, samples, lay(samples), 0)


@pytest.fixture(scope="module")
def study(yes_or_no, here):
    return study_of(yes_or_no, here.samples)


def remembering(study):
    """A model that knows the cells it saw, by their noise, and nothing else."""
    seen = dict(zip(study.rows[:, 2].tolist(), study.target.tolist(), strict=True))
    return lambda rows: np.array([seen.get(x, 0.5) for x in rows[:, 2].tolist()])


def test_no_cell_is_answered_by_a_model_that_saw_it(study):
    found = try_out(Candidate(remembering, "probability"), study, study.blocks.fold)
    assert (found.score == 0.5).all()
    assert found.metrics(study.target > 0)["auc"] == 0.5


def test_a_fold_has_no_say_in_its_own_probability(study):
    """All of one fold turned to ones: its own curve stays, those of the others rise."""
    truth, fold = study.target > 0, study.blocks.fold
    score = study.rows[:, 1]
    before = cross_calibrated(score, truth, fold)
    after = cross_calibrated(score, truth | (fold == 2), fold)
    np.testing.assert_array_equal(after[fold == 2], before[fold == 2])
    assert after[fold != 2].mean() > before[fold != 2].mean() + 0.05


def test_a_rule_finds_a_threshold_that_is_there_and_says_only_yes_or_no(study, yes_or_no):
    exact = replace(study.samples, target=(study.rows[:, 0] < 4).astype(float))
    rules = candidates(study_of(yes_or_no, exact), None)
    found = try_out(rules["height_below"], study_of(yes_or_no, exact), study.blocks.fold)
    got = found.metrics(exact.target > 0)
    assert got["csi"] > 0.98
    assert got["auc"] == 1.0
    assert set(np.unique(found.probability)) == {0.0, 1.0}
    other = try_out(rules["gather_above"], study_of(yes_or_no, exact), study.blocks.fold)
    assert other.metrics(exact.target > 0)["csi"] < 0.6


@pytest.mark.usefixtures("quick")
def test_all_stand_in_one_table_and_whole_areas_are_left_out(yes_or_no, here):
    both = join([here.samples, replace(here.samples, areas=("other",))])
    frozen = Frozen(lambda features: np.exp(-features["height"]), lambda _folder: {})
    study = study_of(yes_or_no, both)
    lines, behind = table(candidates(study, frozen), study)
    assert {one["scheme"] for one in lines} == {"block", "area", "random"}
    names = {one["candidate"] for one in lines}
    assert names == {"lightgbm", "height_below", "gather_above", "frozen", "base_rate"}
    assert {(one["scheme"], one["candidate"]) for one in lines if one["optimistic"]} == {
        ("random", name) for name in names
    }
    found = {one["candidate"]: one for one in lines if one["scheme"] == "block"}
    assert found["frozen"]["brier"] is None
    assert found["frozen"]["auc"] == found["height_below"]["auc"]
    assert found["base_rate"]["auc"] == 0.5
    assert found["base_rate"]["csi"] == found["base_rate"]["base_rate"]
    assert found["lightgbm"]["brier"] < found["base_rate"]["brier"]
    assert behind["lightgbm", "area"].models[0](study.rows[:5]).shape == (5,)


def test_the_worst_block_is_where_the_answers_were_turned_round(study):
    truth = study.target > 0
    found = try_out(Candidate(lambda _: lambda rows: rows[:, 1], "index"), study, study.blocks.fold)
    bad = study.blocks.block == 7
    turned = replace(found, yes=np.where(bad, ~truth, truth))
    worst = worst_block(turned, study)
    assert worst["csi"] == 0.0
    assert worst["cells"] == bad.sum()
    assert worst["easting_m"] == pytest.approx(study.samples.easting_m[bad].mean(), abs=0.1)
    assert worst["brier"] is None
    folds = by_fold(turned, study)
    assert sum(one["cells"] for one in folds) == len(truth)
    assert min(folds, key=lambda one: one["csi"])["fold"] == study.blocks.fold[bad][0]
