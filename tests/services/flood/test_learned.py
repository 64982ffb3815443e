"""What a label teaches where it beats both thresholds: the laws of every service hold for it too.

The walk over every service sees the baseline, because nothing beats it on the scene; here the
label is one that two thresholds cannot tell: low ground by the river, and every hollow.
"""

from __future__ import annotations

import numpy as np
import pytest

from geoml.files import read_json
from geoml.learning import boosting
from geoml.learning.samples import take
from geoml.services.flood import SERVICE
from geoml.services.flood.learned import PARTS

ROWS = 60


@pytest.fixture(scope="module")
def learned(tmp_path_factory, meta):
    scene, folder = SERVICE.scene(), tmp_path_factory.mktemp("learned")
    wet = (scene.features["hand"] < 3) | (scene.features["sink_depth"] > 0.2)
    cells = take(SERVICE, scene.features, 1.0 * wet, scene.grid, 25.0, area="valley")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 40)
        manifest = SERVICE.train(cells, folder, meta=meta)
    return SERVICE.load(folder, manifest), folder


def places(seed, share=0.4):
    rng = np.random.default_rng(seed)
    found = {one.name: rng.uniform(*one.valid, ROWS) for one in SERVICE.features}
    return {n: np.where(rng.random(ROWS) < share, np.nan, v) for n, v in found.items()}


def answered(asked):
    rows = [[n for n, v in asked.items() if np.isfinite(v[i])] for i in range(ROWS)]
    return np.array([SERVICE.enough(one) for one in rows])


def test_every_input_belongs_to_one_cause_and_actions_to_the_rain():
    names = [name for chosen in PARTS.values() for name in chosen]
    assert sorted(names) == sorted(one.name for one in SERVICE.features)
    assert set(PARTS) == {part.name for part in SERVICE.parts}
    changed = {name for action in SERVICE.actions for name in action.changes}
    assert changed <= set(PARTS["pluvial"])


def test_what_beats_both_thresholds_serves_as_a_probability(learned):
    model, folder = learned
    manifest = model.manifest
    assert (manifest["champion"], manifest["score_kind"]) == ("lightgbm", "probability")
    assert "frozen" not in manifest
    metrics = read_json(folder / "metrics.json")
    csi = {one["candidate"]: one["csi"] for one in metrics["table"] if one["scheme"] == "block"}
    assert csi["lightgbm"] > max(csi["hand_below"], csi["gfi_above"])
    assert csi["frozen"] is not None
    assert "parts are no shares of causes" in (folder / "card.md").read_text()


@pytest.mark.parametrize("seed", range(4))
def test_the_laws_of_every_service_hold(learned, seed):
    model, _ = learned
    asked = places(seed)
    known, got = answered(asked), model.predict(asked)
    for values in (got.target, got.lower, got.upper, got.applicability):
        np.testing.assert_array_equal(np.isfinite(values), known)
    assert (got.lower[known] <= got.target[known]).all()
    assert (got.target[known] <= got.upper[known]).all()
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-6, rtol=0)
    assert set(got.contributions) == set(model.features)
    np.testing.assert_array_equal(got.target, np.fmax(got.parts["fluvial"], got.parts["pluvial"]))
    for one in SERVICE.features:
        way = {"up": 1, "down": -1}[one.monotone or ""]
        wide = {name: np.repeat(values, 20) for name, values in asked.items()}
        wide[one.name] = np.tile(np.linspace(*one.valid, 20), ROWS)
        moves = np.diff(model.predict(wide, explain=False).target.reshape(ROWS, 20), axis=1)
        assert (way * moves[np.isfinite(moves)] >= -1e-9).all(), one.name


@pytest.mark.parametrize("huge", [1e9, -1e9, 1.7e308])
def test_an_impossible_input_is_never_called_applicable(learned, huge):
    model, _ = learned
    for name in model.features:
        got = model.predict({**places(1, 0.0), name: np.full(ROWS, huge)}, explain=False)
        assert (got.applicability > 1).all(), name


def test_an_action_never_raises_the_rain_and_never_touches_the_river(learned):
    model, _ = learned
    asked = places(2, 0.2)
    before = model.predict(asked, explain=False)
    for action in SERVICE.actions:
        changed = action.apply(asked, action.valid[1] / 2)
        after = model.predict(changed, explain=False)
        np.testing.assert_array_equal(after.parts["fluvial"], before.parts["fluvial"])
        fall = before.parts["pluvial"] - after.parts["pluvial"]
        assert (fall[np.isfinite(fall)] >= 0).all()
