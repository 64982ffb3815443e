"""What the declaration says, and what it promises to those who are not experts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoml.errors import CorruptFile, NotEnoughData
from geoml.files import read_json, write_json
from geoml.learning import boosting
from geoml.learning.samples import take
from geoml.services.flood import SERVICE
from geoml.services.flood.anchors import FROZEN, Anchors


def samples(scene, label):
    target, _ = SERVICE.target_of(label, scene.features, scene.grid, inside=None)
    return take(SERVICE, scene.features, target, scene.grid, 25.0, area="valley")


def test_it_never_claims_to_be_a_regulatory_document():
    assert "not a regulatory document" in SERVICE.is_not.en
    assert "from the sea" in SERVICE.is_not.en
    assert "pas un document réglementaire" in SERVICE.is_not.fr
    assert SERVICE.score_kind == "index"
    assert SERVICE.staff == {"buildings"}


def test_the_weights_of_each_part_are_a_whole_and_all_start_from_one_average():
    for terms in (FROZEN.terrain, FROZEN.classic, FROZEN.rain):
        assert sum(one.weight for one in terms) == pytest.approx(1)
        neutral = sum(one.weight * one.neutral for one in terms)
        assert neutral == pytest.approx(FROZEN.average, abs=1e-12)
        for one in terms:
            assert SERVICE.feature(one.feature) is not None
            assert len(one.at) == len(one.gives)
            assert (np.diff(one.at) > 0).all()
            assert np.unique(np.sign(np.diff(one.gives))).size == 1


def test_the_anchors_survive_their_file(tmp_path):
    write_json(tmp_path / "model.json", FROZEN.as_dict())
    assert Anchors.from_dict(read_json(tmp_path / "model.json")) == FROZEN
    write_json(tmp_path / "model.json", {"format": 1})
    with pytest.raises(CorruptFile):
        SERVICE.load(tmp_path, {"champion": "baseline"})


def test_the_heat_of_another_legend_is_not_mistaken_for_it():
    for colour in SERVICE.legend.colours:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert blue >= green >= red


@pytest.fixture
def hasty(monkeypatch):
    """Short boosting: what is tested is who answers, not how well."""
    monkeypatch.setattr(boosting, "ROUNDS", 15)


@pytest.mark.usefixtures("hasty")
def test_where_a_threshold_does_as_well_the_baseline_stays_and_the_card_says_so(
    model, tmp_path, meta
):
    scene = SERVICE.scene()
    level = np.maximum(4.0 - scene.features["hand"], 0.0)
    manifest = SERVICE.train(samples(scene, level), tmp_path, meta=meta)
    assert (manifest["champion"], manifest["frozen"]) == ("baseline", True)
    assert manifest["score_kind"] == "index"
    assert {one["code"] for one in manifest["warnings"]} >= {"index", "baseline"}
    card = (tmp_path / "card.md").read_text("utf-8")
    for name in ("lightgbm", "hand_below", "gfi_above", "frozen"):
        assert f"| {name} | block |" in card
    assert SERVICE.load(tmp_path, manifest).anchors == model.anchors


@pytest.mark.usefixtures("hasty")
def test_what_no_threshold_on_the_river_explains_is_learned(tmp_path, meta):
    """Water in hollows and sealed streets all over the valley: HAND and GFI know nothing of it."""
    scene = SERVICE.scene()
    row, col = np.indices(scene.grid.shape)
    pits = np.maximum(np.sin(row / 3) * np.sin(col / 3), 0).astype(np.float32)
    scene = replace(scene, features={**scene.features, "sink_depth": pits})
    wet = np.where(pits > 0.5, 0.4, 0.0).astype(np.float32)
    manifest = SERVICE.train(samples(scene, wet), tmp_path, meta=meta)
    assert manifest["champion"] == "lightgbm"
    assert manifest["score_kind"] == "probability"
    opened = SERVICE.load(tmp_path, manifest)
    rows = {name: values.ravel() for name, values in scene.features.items()}
    got = opened.predict(rows, explain=False)
    assert set(got.parts) == {"fluvial", "pluvial"}
    dry = opened.predict({**rows, "sink_depth": np.zeros_like(rows["hand"])}, explain=False)
    np.testing.assert_array_equal(dry.parts["fluvial"], got.parts["fluvial"])
    assert np.nanmean(dry.parts["pluvial"]) < np.nanmean(got.parts["pluvial"]) - 0.1


def test_a_label_too_small_to_learn_from_measures_the_baseline(tmp_path, meta):
    scene = SERVICE.scene()
    label = np.full_like(scene.label, np.nan)
    label[30:42, 20:36] = scene.label[30:42, 20:36]
    manifest = SERVICE.train(samples(scene, label), tmp_path, meta=meta)
    assert manifest["frozen"]
    assert manifest["areas"] == ["valley"]
    assert 0.5 < manifest["metrics"]["csi"] < 1
    assert "CSI" in (tmp_path / "card.md").read_text("utf-8")


@pytest.mark.parametrize("depth", [0.0, 3.0])
def test_a_town_that_is_all_dry_or_all_wet_teaches_nothing(tmp_path, depth, meta):
    scene = SERVICE.scene()
    with pytest.raises(NotEnoughData, match="flooded or dry"):
        SERVICE.train(samples(scene, np.full_like(scene.label, depth)), tmp_path, meta=meta)
