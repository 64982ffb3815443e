import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.learning.probability import isotonic

laws = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


def observed(seed, cells=200):
    rng = np.random.default_rng(seed)
    margin = np.round(rng.normal(0, 2, cells), int(rng.integers(0, 7)))
    return margin, rng.random(cells) < 1 / (1 + np.exp(-margin))


@given(seeds)
@laws
def test_the_curve_never_falls_and_its_mean_is_the_base_rate(seed):
    margin, truth = observed(seed)
    curve = isotonic.fit(margin, truth)
    assert (np.diff(curve.margin) > 0).all()
    asked = curve.at(np.linspace(-20, 20, 2001))
    assert (np.diff(asked) >= 0).all()
    assert asked.min() >= 0
    assert asked.max() <= 1
    assert abs(curve.at(margin).mean() - truth.mean()) < 1e-5


@given(seeds)
@laws
def test_no_rising_answer_is_nearer_to_the_truth_than_a_few_tried(seed):
    """In squares: the logistic it was drawn from, the base rate, a step."""
    margin, truth = observed(seed)
    best = np.mean((isotonic.fit(margin, truth).at(margin) - truth) ** 2)
    for rival in (1 / (1 + np.exp(-margin)), np.full(len(truth), truth.mean()), 1.0 * (margin > 0)):
        assert best <= np.mean((rival - truth) ** 2) + 1e-6


def test_a_known_case_by_hand():
    margin = np.array([0.0, 1.0, 2.0, 3.0])
    curve = isotonic.fit(margin, np.array([False, True, False, True]))
    np.testing.assert_allclose(curve.at(margin), [0, 0.5, 0.5, 1])
    np.testing.assert_allclose(curve.at(np.array([-9, 0.5, 2.5, 9])), [0, 0.25, 0.75, 1])


def test_one_margin_for_all_gives_the_base_rate_everywhere():
    curve = isotonic.fit(np.zeros(4), np.array([True, False, False, False]))
    np.testing.assert_array_equal(curve.at(np.array([-5.0, 0.0, 5.0])), 0.25)
