import json

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from geoml.learning.applicability import Applicability, learn

NAMES = ("ndvi", "building_density", "elevation")


def town(n: int = 800, seed: int = 0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random(n), rng.random(n), rng.normal(300, 20, n)])


@pytest.fixture(scope="module")
def reach():
    rows = town()
    return learn(NAMES, rows, np.array([2.0, 1.0, 0.5]), np.arange(len(rows)) % 5)


def test_places_like_the_training_ones_are_inside_and_strange_ones_are_not(reach):
    assert (reach.index(town(seed=1)) <= 1).mean() > 0.9
    strange = town(50, seed=2)
    strange[:, 2] = 2500
    assert (reach.index(strange) > 1).all()


def test_a_training_cell_is_at_distance_zero(reach):
    assert reach.index(town()).max() < 1e-4


def test_index_and_threshold_as_in_the_paper(reach):
    """Meyer and Pebesma 2021, section 2: DI, its threshold and the ratio, by brute force."""
    rows, weight = town(), np.array([2.0, 1.0, 0.5])
    scaled = (rows - rows.mean(0)) / rows.std(0) * weight
    fold = np.arange(len(rows)) % 5
    between = cdist(scaled, scaled)
    mean = between[np.triu_indices(len(rows), 1)].mean()
    between[fold[:, None] == fold] = np.inf
    di = between.min(axis=1) / mean
    low, high = np.percentile(di, [25, 75])
    threshold = di[di <= high + 1.5 * (high - low)].max()
    asked = (town(100, seed=5) - rows.mean(0)) / rows.std(0) * weight
    want = cdist(asked, scaled).min(axis=1) / mean / threshold
    np.testing.assert_allclose(reach.index(town(100, seed=5)), want, rtol=1e-3, atol=1e-4)


def test_a_feature_without_importance_does_not_matter():
    rows = town()
    reach = learn(NAMES, rows, np.array([2.0, 1.0, 0.0]), np.arange(len(rows)) % 5)
    moved = rows.copy()
    moved[:, 2] = 1e6
    assert (reach.index(moved) == reach.index(rows)).all()


def test_an_unknown_feature_is_left_out_of_the_comparison(reach):
    rows = town(60, seed=3)
    rows[:, 2] = 2500
    assert (reach.index(rows) > 1).all()
    rows[:, 2] = np.nan
    assert (reach.index(rows) <= 1).mean() > 0.9


def test_rows_that_know_different_things_are_answered_each_as_alone(reach):
    rows = town(60, seed=4)
    rows[::3, 0] = np.nan
    rows[1::3, 2] = np.nan
    alone = np.array([reach.index(row[None])[0] for row in rows])
    assert (reach.index(rows) == alone).all()


def test_nothing_known_is_unknown_and_no_rows_are_no_answer(reach):
    assert np.isnan(reach.index(np.full((2, 3), np.nan))).all()
    assert reach.index(np.empty((0, 3))).shape == (0,)


def test_too_few_reference_cells_that_know_the_same_are_unknown():
    rows = town()
    rows[20:, 0] = np.nan
    reach = learn(NAMES, rows, np.ones(3), np.arange(len(rows)) % 5)
    assert np.isnan(reach.index(town(5))).all()
    later = town(5)
    later[:, 0] = np.nan
    assert np.isfinite(reach.index(later)).all()


def test_survives_json_with_unknown_cells(reach):
    rows = town()
    rows[::2, 2] = np.nan
    made = learn(NAMES, rows, np.ones(3), np.arange(len(rows)) % 5)
    text = json.dumps(made.as_dict(), allow_nan=False)
    again = Applicability.from_dict(json.loads(text))
    assert (again.index(town(seed=6)) == made.index(town(seed=6))).all()


def test_reference_is_bounded():
    rows = town(5000)
    assert len(learn(NAMES, rows, np.ones(3), np.arange(5000) % 5).cells) == 1500
