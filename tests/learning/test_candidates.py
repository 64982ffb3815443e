import numpy as np

from geoml.learning.candidates import candidates

NAMES = ("elevation", "ndvi", "building_density")


def cells(n: int = 300):
    rng = np.random.default_rng(0)
    rows = rng.random((n, 3))
    return rows, 2 - 5 * rows[:, 1] + 4 * rows[:, 2]


def test_all_four_are_tried_and_the_line_carries_the_name_of_the_baseline(service):
    assert list(candidates(service, NAMES, 0)) == [
        "lightgbm",
        "random_forest",
        "ndvi_density_linear",
        "mean",
    ]


def test_each_answers_rows_with_unknown_inputs(service):
    rows, target = cells()
    asked = rows.copy()
    asked[::2, 0] = np.nan
    rows[:, 0] = np.where(np.arange(300) < 150, np.nan, rows[:, 0])
    for name, fit in candidates(service, NAMES, 0).items():
        answer = fit(rows, target)(asked)
        assert answer.shape == (300,), name
        assert np.isfinite(answer).all(), name


def test_the_line_is_exact_where_the_truth_is_a_line_and_the_mean_is_the_mean(service):
    rows, target = cells()
    tried = candidates(service, NAMES, 0)
    np.testing.assert_allclose(tried["ndvi_density_linear"](rows, target)(rows), target, atol=1e-6)
    assert (tried["mean"](rows, target)(rows) == target.mean()).all()


def test_the_forest_gives_the_same_bits_twice(service):
    rows, target = cells()
    fit = candidates(service, NAMES, 0)["random_forest"]
    assert fit(rows, target)(rows).tobytes() == fit(rows, target)(rows).tobytes()


def test_a_feature_that_a_fold_never_knows_is_no_crash(service):
    rows, target = cells()
    rows[:, 0] = np.nan
    for fit in candidates(service, NAMES, 0).values():
        assert np.isfinite(fit(rows, target)(rows)).all()
