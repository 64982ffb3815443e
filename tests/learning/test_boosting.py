from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geoml.errors import CorruptFile
from geoml.learning import boosting

NAMES = ("ndvi", "building_density", "elevation")


def cells(n: int = 1500):
    """Height matters and is never unknown here: the trap is what the model does when it is."""
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.random(n), rng.random(n), rng.uniform(200, 600, n)])
    target = -4 * rows[:, 0] + 3 * rows[:, 1] - 0.02 * (rows[:, 2] - 400) + rng.normal(0, 0.1, n)
    return rows, target


@pytest.fixture(scope="module")
def model(service):
    return boosting.fit(service, NAMES, *cells())


def test_unknown_is_not_zero(model):
    rows, target = cells()
    unknown, zero = rows.copy(), rows.copy()
    unknown[:, 2], zero[:, 2] = np.nan, 0.0
    at_unknown, at_zero = model.predict(unknown), model.predict(zero)
    assert at_zero.mean() > target.mean() + 2, "0 m is the low end, hot"
    assert abs(at_unknown.mean() - target.mean()) < 0.5, "unknown is anywhere"


def test_every_feature_can_be_unknown_in_every_tree(model, tmp_path):
    """LightGBM's decision_type packs the missing type in bits 2 and 3: 0 None, 1 zero, 2 NaN."""
    model.save(tmp_path / "model.txt")
    lines = (tmp_path / "model.txt").read_text().splitlines()
    kinds = [
        int(k)
        for line in lines
        if line.startswith("decision_type=")
        for k in line.removeprefix("decision_type=").split()
    ]
    assert kinds
    assert {(kind >> 2) & 3 for kind in kinds} == {2}


@pytest.mark.parametrize(
    ("column", "way", "hidden"),
    [(0, -1, ()), (0, -1, (2,)), (0, -1, (1, 2)), (1, 1, ()), (1, 1, (2,)), (1, 1, (0, 2))],
)
def test_monotone_whatever_else_is_known(model, column, way, hidden):
    rows = np.repeat(cells(40)[0], 50, axis=0)
    rows[:, column] = np.tile(np.linspace(0, 1, 50), 40)
    rows[:, list(hidden)] = np.nan
    answers = model.predict(rows).reshape(40, 50)
    assert (way * np.diff(answers, axis=1) >= -1e-12).all()


def test_contributions_add_up(model):
    rows, _ = cells(200)
    rows[::3, 2] = np.nan
    parts, average = model.explain(rows)
    np.testing.assert_allclose(average + parts.sum(axis=1), model.predict(rows), atol=1e-6)


def test_text_on_disk_answers_the_same_without_a_word(model, tmp_path, capfd):
    model.save(tmp_path / "model.txt")
    again = boosting.load(tmp_path / "model.txt")
    rows, _ = cells()
    assert (again.predict(rows) == model.predict(rows)).all()
    assert capfd.readouterr().out == ""


def test_same_input_same_trees_and_many_threads_agree(service, model, tmp_path):
    rows, target = cells()
    other = boosting.fit(service, NAMES, rows, target)
    model.save(tmp_path / "a.txt")
    other.save(tmp_path / "b.txt")
    assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()
    want = model.predict(rows)
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda i: model.predict(rows[i : i + 1])[0], range(200)):
            assert got in want
        answers = list(pool.map(lambda i: model.explain(rows[i : i + 1])[0].sum(), range(50)))
    parts, _ = model.explain(rows[:50])
    np.testing.assert_allclose(answers, parts.sum(axis=1), atol=1e-9)


def test_a_file_that_is_no_model_is_a_clear_error(tmp_path):
    (tmp_path / "model.txt").write_text("not a model\n")
    with pytest.raises(CorruptFile, match="not a LightGBM model"):
        boosting.load(tmp_path / "model.txt")
