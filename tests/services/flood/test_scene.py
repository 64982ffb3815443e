"""The scene has the answer that it says it has."""

from __future__ import annotations

import numpy as np
import pytest

from geoml.services.flood import SERVICE


@pytest.fixture(scope="module")
def scene():
    return SERVICE.scene()


def test_the_label_is_under_water_as_often_as_the_truth_says(scene):
    wet, _ = SERVICE.target_of(scene.label, scene.features, scene.grid, inside=scene.inside)
    for low in np.arange(0, 1, 0.2):
        here = (scene.truth >= low) & (scene.truth < low + 0.2)
        assert here.sum() > 50
        assert wet[here].mean() == pytest.approx(scene.truth[here].mean(), abs=0.06)


def test_river_hollow_and_sealed_quarters_are_all_there(scene):
    hand, sink = scene.features["hand"], scene.features["sink_depth"]
    assert scene.truth[hand < 0.1].min() > 0.9
    assert scene.truth[sink > 1].min() > 0.4
    assert hand[sink > 0].min() > 7
    assert scene.features["imperviousness"].max() > 0.5


def test_the_baseline_tells_the_hollow_from_the_river(scene, model):
    got = model.predict({n: v.ravel() for n, v in scene.features.items()}, explain=False)
    river, rain = got.parts["fluvial"], got.parts["pluvial"]
    hollow = scene.features["sink_depth"].ravel() > 0.8
    bank = scene.features["hand"].ravel() < 0.5
    assert rain[hollow].min() > 0.6 > 0.3 > river[hollow].max()
    assert river[bank].min() > 0.85
    assert (river[bank] > rain[bank]).all()
