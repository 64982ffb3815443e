import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import CorruptFile
from geoml.files import read_json, write_json
from geoml.learning.probability.model import load, share_out

laws = settings(max_examples=25, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
ROWS = 40


def places(service, seed, share=0.3):
    rng = np.random.default_rng(seed)
    found = {}
    for one in service.features:
        values = rng.uniform(*one.valid, ROWS)
        values[rng.random(ROWS) < share] = np.nan
        found[one.name] = values
    return found


def told(got):
    arrays = [got.target, got.lower, got.upper, got.applicability]
    return [*arrays, *(got.contributions[name] for name in sorted(got.contributions))]


@given(seeds)
@laws
def test_a_probability_with_its_ends_and_contributions_that_add_up(trained, seed):
    asked = places(trained.service, seed)
    got = trained.model.predict(asked)
    known = np.isfinite(asked["height"]) | np.isfinite(asked["gather"])
    for values in told(got):
        np.testing.assert_array_equal(np.isfinite(values), known)
    ends = np.stack([got.lower, got.target, got.upper])[:, known]
    assert (np.diff(ends, axis=0) >= 0).all()
    assert ((ends >= 0) & (ends <= 1)).all()
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-9, rtol=0)


@given(seeds)
@laws
def test_after_the_curve_too_nothing_moves_against_a_declared_direction(trained, seed):
    asked = places(trained.service, seed)
    for name, way in (("height", -1), ("gather", 1)):
        steps = np.linspace(*trained.service.feature(name).valid, 30)
        wide = {other: np.repeat(values, 30) for other, values in asked.items()}
        wide[name] = np.tile(steps, ROWS)
        got = trained.model.predict(wide, explain=False)
        for values in (got.target, got.lower, got.upper):
            assert (way * np.diff(values.reshape(ROWS, 30), axis=1) >= -1e-9).all(), name


def test_contributions_keep_the_sign_of_the_log_odds_where_all_is_known(trained):
    asked = places(trained.service, 1, share=0.0)
    got = trained.model.predict(asked)
    rows = np.column_stack([asked[name] for name in trained.model.features])
    margin, _ = trained.model.trees.explain(rows)
    for column, name in enumerate(trained.model.features):
        assert (got.contributions[name] * margin[:, column] >= -1e-12).all()


def test_what_not_knowing_does_goes_to_what_is_unknown():
    """Two rows with the same log-odds; the second is answered by a curve that starts 0.2 lower."""
    margin = np.array([[1.0, -0.5], [1.0, -0.5]])
    rows = np.array([[3.0, 4.0], [3.0, np.nan]])
    got = share_out(margin, rows, np.array([0.5, 0.3]), np.array([0.4, 0.2]), 0.4)
    np.testing.assert_allclose(got, [[0.2, -0.1], [0.2, -0.3]])


def test_log_odds_that_cancel_out_still_add_up():
    got = share_out(
        np.array([[0.7, -0.7]]), np.array([[1.0, 2.0]]), np.array([0.4]), np.array([0.4]), 0.4
    )
    assert got.sum() == 0.0


def test_a_row_is_answered_alike_alone_and_among_many(trained):
    asked = places(trained.service, 7)
    many = told(trained.model.predict(asked))
    for row in (0, 11, ROWS - 1):
        alone = told(trained.model.predict({n: v[row : row + 1] for n, v in asked.items()}))
        for one, all_ in zip(alone, many, strict=True):
            np.testing.assert_array_equal(one, all_[row : row + 1])


def test_an_infinite_input_is_an_unknown_one_and_nothing_known_is_no_answer(trained):
    asked = {**places(trained.service, 3, 0.0), "noise": np.full(ROWS, np.inf)}
    tame = trained.model.predict({**asked, "noise": np.full(ROWS, np.nan)})
    for got, expected in zip(told(trained.model.predict(asked)), told(tame), strict=True):
        np.testing.assert_array_equal(got, expected)
    for values in told(trained.model.predict({"noise": np.zeros(3)})):
        assert values.shape == (3,)
        assert np.isnan(values).all()
    assert trained.model.predict({}).target.shape == (0,)


def test_far_from_what_was_seen_is_said(trained):
    near = trained.model.predict({"height": np.array([8.0]), "gather": np.array([0.0])})
    far = trained.model.predict({"height": np.array([1e9]), "gather": np.array([0.0])})
    assert near.applicability[0] <= 1 < far.applicability[0]


def test_a_calibration_of_another_model_is_refused(trained, tmp_path):
    for file in trained.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    other = read_json(tmp_path / "calibration.json")
    other["applicability"]["features"] = ["height", "noise", "gather"]
    write_json(tmp_path / "calibration.json", other)
    with pytest.raises(CorruptFile, match="belongs to another model"):
        load(trained.service, tmp_path, trained.manifest)


def test_serving_needs_no_scikit_learn_and_nothing_that_trains(trained):
    code = (
        "import sys\n"
        "sys.modules['sklearn'] = None; sys.modules['mlflow'] = None\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from types import SimpleNamespace\n"
        "from geoml.learning.probability.model import load\n"
        "names = ('height', 'gather', 'noise')\n"
        "service = SimpleNamespace(needs_one_of=(names,))\n"
        "model = load(service, Path(sys.argv[1]), {'features_used': names})\n"
        "print(model.predict({n: np.ones(1) for n in names}).target[0])\n"
        "trains = 'geoml.learning.probability.training'\n"
        "assert not {'joblib', trains} & set(sys.modules)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, trained.folder],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
    )
    asked = {name: np.ones(1) for name in ("height", "gather", "noise")}
    assert float(told.stdout) == trained.model.predict(asked).target[0]
