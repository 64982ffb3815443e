from dataclasses import replace

import numpy as np
import pytest

from geoml.contract import Part
from geoml.learning import boosting
from geoml.learning.probability.model import load, train
from geoml.learning.probability.trees import columns_of
from geoml.types import Text

APART = {"low": ("height",), "moist": ("gather", "noise")}
TEXT = Text("x", "x")


@pytest.fixture(scope="module")
def apart(yes_or_no, here, tmp_path_factory):
    """Two causes, each with its own features; wet is what either of them makes wet."""
    service = replace(yes_or_no, parts=tuple(Part(name, TEXT, TEXT) for name in APART))
    folder = tmp_path_factory.mktemp("apart")
    meta = {"version": "1", "created": "", "support_m": 20.0, "reference": {}, "synthetic": True}
    meta |= {"label": {"key": "wet", "quantity": "wet"}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 25)
        manifest = train(service, here.samples, folder, meta=meta, parts=APART)
    assert {file.name for file in folder.iterdir()} >= {"low.txt", "moist.txt"}
    assert manifest["parts_from"] == {name: list(chosen) for name, chosen in APART.items()}
    return load(service, folder, manifest)


def test_the_answer_is_the_largest_part_and_still_a_frequency(apart, here):
    got = apart.predict(here.samples.features)
    assert set(got.parts) == set(APART)
    np.testing.assert_array_equal(got.target, np.maximum(got.parts["low"], got.parts["moist"]))
    assert got.target.mean() == pytest.approx(here.truth.mean(), abs=0.03)
    for name, (low, high) in got.part_intervals.items():
        assert ((low <= got.parts[name]) & (got.parts[name] <= high)).all()


def test_what_changes_in_one_part_leaves_the_other_to_the_last_bit(apart, here):
    before = apart.predict(here.samples.features, explain=False)
    drier = {**here.samples.features, "gather": here.samples.features["gather"] - 1.0}
    after = apart.predict(drier, explain=False)
    np.testing.assert_array_equal(after.parts["low"], before.parts["low"])
    assert (after.parts["moist"] <= before.parts["moist"]).all()
    assert (after.parts["moist"] < before.parts["moist"]).any()
    assert (after.target <= before.target).all()


def test_contributions_are_those_of_the_part_that_leads_and_add_up(apart, here):
    got = apart.predict(here.samples.features)
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-9, rtol=0)
    low = got.parts["low"] > got.parts["moist"]
    assert (got.contributions["gather"][low] == 0).all()
    assert (got.contributions["height"][low] != 0).any()


def test_a_part_of_which_nothing_is_known_is_unknown_and_the_other_answers(apart):
    got = apart.predict({"gather": np.array([0.0, 3.0])})
    assert np.isnan(got.parts["low"]).all()
    np.testing.assert_array_equal(got.target, got.parts["moist"])
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-9, rtol=0)


def test_a_place_that_knows_nothing_has_its_parts_too_and_they_are_unknown(apart):
    got = apart.predict({"gather": np.array([1.0, np.nan]), "noise": np.zeros(2)})
    assert np.isfinite(got.parts["moist"][0])
    assert np.isnan([got.parts["moist"][1], got.part_intervals["moist"][0][1]]).all()
    for asked in ({"noise": np.zeros(2)}, {}):
        got = apart.predict(asked)
        assert set(got.parts) == set(got.part_intervals) == set(APART)
        assert np.isnan(got.parts["low"]).all()


def test_parts_without_a_feature_here_are_left_out():
    found = columns_of(("height", "noise"), APART | {"other": ("x",)})
    assert {name: columns.tolist() for name, columns in found.items()} == {"low": [0], "moist": [1]}
    assert columns_of(("a", "b"), {})[""].tolist() == [0, 1]
