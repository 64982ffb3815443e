import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.learning.probability import skill

laws = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


def cells(seed, ties=8):
    """Scores with ties, and a truth that follows them loosely; both kinds occur."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, ties, 60) / ties
    truth = rng.random(60) < score
    truth[:2] = True, False
    return score, truth


def test_yes_or_no_by_hand():
    yes = np.array([1, 1, 1, 0, 0, 0], bool)
    truth = np.array([1, 1, 0, 1, 0, 0], bool)
    assert skill.yes_or_no(yes, truth) == {"csi": 0.5, "pod": 0.666667, "far": 0.333333}


def test_what_is_undefined_is_none_and_not_a_number():
    nothing = np.zeros(4, bool)
    assert skill.yes_or_no(nothing, nothing) == {"csi": None, "pod": None, "far": None}
    assert skill.ranking(np.arange(4.0), nothing) == {"auc": None, "pr_auc": None}
    assert skill.calibration(np.zeros(4), nothing)["brier_skill"] is None


@given(seeds)
@laws
def test_the_threshold_of_the_best_csi_is_the_best_of_all(seed):
    score, truth = cells(seed)
    tried = [skill.yes_or_no(score >= one, truth)["csi"] for one in np.unique(score)]
    best = skill.best_threshold(score, truth)
    assert skill.yes_or_no(score >= best, truth)["csi"] == max(tried)


@given(seeds)
@laws
def test_rankings_are_those_of_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    score, truth = cells(seed)
    got = skill.ranking(score, truth)
    assert got["auc"] == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-6)
    assert got["pr_auc"] == pytest.approx(metrics.average_precision_score(truth, score), abs=1e-6)


def test_always_saying_the_base_rate_has_no_skill_and_is_reliable():
    truth = np.arange(20) < 5
    got = skill.calibration(np.full(20, 0.25), truth)
    assert (got["brier_skill"], got["ece"]) == (0.0, 0.0)
    assert got["reliability"] == [
        {"from": 0.2, "to": 0.3, "cells": 20, "predicted": 0.25, "observed": 0.25}
    ]


def test_certainty_that_is_wrong_costs_all_it_can():
    truth = np.array([True, False, True, False])
    assert skill.brier(1.0 - truth, truth) == 1.0
    assert skill.calibration(1.0 - truth, truth)["ece"] == 1.0
