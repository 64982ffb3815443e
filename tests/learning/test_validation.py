import numpy as np

from geoml.learning import blocks
from geoml.learning.samples import join
from geoml.learning.validation import (
    by_fold,
    errors,
    out_of_fold,
    schemes,
    table,
    worst_block,
)


def remembering(rows, target):
    """A model that knows the cells it saw and nothing else: exact on them, 0 elsewhere."""
    seen = dict(zip(rows[:, 0].tolist(), target.tolist(), strict=True))
    return lambda asked: np.array([seen.get(x, 0.0) for x in asked[:, 0].tolist()])


def test_errors_by_hand(service):
    got = errors(service, np.array([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    assert got == {"rmse_k": 1.732051, "mae_k": 1.0, "bias_k": 1.0, "r2": -3.5}


def test_a_target_that_does_not_vary_has_no_r2_to_boast_of(service):
    assert errors(service, np.array([1.0, 3.0]), np.array([2.0, 2.0]))["r2"] == 0.0


def test_no_cell_is_predicted_by_a_model_that_saw_it():
    rows, target = np.arange(100.0)[:, None], np.ones(100)
    found = out_of_fold(remembering, rows, target, np.arange(100) % 5)
    assert (found.predicted == 0).all()
    assert len(found.models) == 5


def test_the_table_says_which_line_is_optimistic(service, samples):
    laid = blocks.lay(samples)
    rows = np.arange(float(len(samples)))[:, None]
    lines, behind = table(
        service, {"memory": remembering}, rows, samples.target, schemes(samples, laid)
    )
    assert [(one["scheme"], one["optimistic"]) for one in lines] == [
        ("block", False),
        ("random", True),
    ]
    assert set(behind) == {("memory", "block"), ("memory", "random")}


def test_several_areas_are_also_left_out_whole(samples):
    both = join([samples, samples])
    found = schemes(both, blocks.lay(both))
    assert list(found) == ["block", "area", "random"]
    assert (found["area"] == both.area).all()


def test_the_worst_block_is_where_the_error_was_put(service, samples):
    laid = blocks.lay(samples)
    predicted = samples.target.copy()
    bad = laid.block == 5
    predicted[bad] += 2.0
    worst = worst_block(service, predicted, samples, laid)
    assert worst["rmse_k"] == worst["bias_k"] == 2.0
    assert worst["cells"] == bad.sum()
    assert abs(worst["easting_m"] - samples.easting_m[bad].mean()) < 0.1
    assert worst["area"] == "scene"
    folds = by_fold(service, predicted, samples.target, laid)
    assert sum(one["cells"] for one in folds) == len(samples)
    assert max(folds, key=lambda one: one["rmse_k"])["fold"] == laid.fold[bad][0]
