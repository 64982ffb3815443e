import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geoml.errors import CorruptFile
from geoml.files import read_json, write_json
from geoml.learning.inputs import matrix

TRIO = {"ndvi": 0.5, "building_density": 0.7, "water_distance": 1000.0}


def one(**values):
    return {name: np.array([value]) for name, value in values.items()}


def test_a_town_without_rasters_gets_an_answer_from_three_numbers(trained):
    got = trained.model.predict(one(**TRIO))
    signal = -6 * 0.5 + 5 * 0.7 - 0.0065 * 130
    reference = -6 * 0.69 - 0.0065 * 130
    assert abs(got.target[0] - (signal - reference)) < 1.5, "the scene's own formula"
    assert got.lower[0] < got.target[0] < got.upper[0]
    assert np.isfinite(got.applicability[0])


def test_unknown_height_is_not_height_zero(trained):
    far = one(**TRIO, elevation=0.0)
    assert trained.model.predict(one(**TRIO)).target[0] != trained.model.predict(far).target[0]
    unknown = one(**TRIO, elevation=np.nan)
    assert trained.model.predict(one(**TRIO)).target[0] == trained.model.predict(unknown).target[0]


def test_knowing_less_never_narrows_the_interval(trained):
    def width(**values):
        got = trained.model.predict(one(**values))
        return (got.upper - got.lower)[0]

    full = width(**TRIO, elevation=130.0)
    assert full <= width(**TRIO) <= width(ndvi=0.5)


def test_contributions_add_up_and_without_them_the_answer_is_the_same(trained):
    rows = {name: values[:200] for name, values in trained.samples.features.items()}
    told, silent = trained.model.predict(rows), trained.model.predict(rows, explain=False)
    total = told.average + sum(told.contributions.values())
    np.testing.assert_allclose(total, told.target, atol=1e-6)
    assert tuple(told.contributions) == trained.model.features
    assert (silent.target == told.target).all()
    assert silent.contributions == {}
    assert silent.average == told.average


def test_rows_that_know_too_little_are_unknown_in_everything(trained):
    rows = {
        "ndvi": np.array([0.5, np.nan, np.nan, np.inf]),
        "building_density": np.array([np.nan, 0.2, np.nan, np.nan]),
        "elevation": np.full(4, 130.0),
    }
    got = trained.model.predict(rows)
    arrays = [got.target, got.lower, got.upper, got.applicability, *got.contributions.values()]
    for values in arrays:
        assert np.isfinite(values[:2]).all()
        assert np.isnan(values[2:]).all()


def test_nobody_knowing_anything_and_no_rows(trained):
    got = trained.model.predict({"elevation": np.array([1.0, 2.0])})
    assert np.isnan(got.target).all()
    assert np.isnan(got.contributions["ndvi"]).all()
    assert trained.model.predict({"ndvi": np.empty(0)}).target.shape == (0,)


def test_a_row_alone_and_among_many_get_the_same_answer(trained):
    rows = {name: values[:900] for name, values in trained.samples.features.items()}
    many = trained.model.predict(rows)
    for i in (0, 411, 899):
        alone = trained.model.predict({name: values[i : i + 1] for name, values in rows.items()})
        assert alone.target[0] == many.target[i]
        assert alone.applicability[0] == many.applicability[i]


def test_many_threads_at_once(trained):
    rows = matrix(trained.model.features, trained.samples.features)

    def ask(i):
        asked = {n: rows[i : i + 1, c] for c, n in enumerate(trained.model.features)}
        if i % 3 == 0:
            asked.pop("elevation")
        return trained.model.predict(asked)

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, range(120)))
    for i, got in enumerate(together):
        assert got.target[0] == ask(i).target[0]
        assert got.applicability[0] == ask(i).applicability[0]


def test_one_place_is_answered_in_milliseconds(trained):
    trained.model.predict(one(**TRIO))
    taken = []
    for _ in range(50):
        start = time.perf_counter()
        trained.model.predict(one(**TRIO))
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.01


def test_serving_needs_no_training_code(trained):
    code = (
        "import sys, json; from pathlib import Path; from geoml import catalog\n"
        f"folder = Path({str(trained.folder)!r})\n"
        "manifest = json.loads(sys.stdin.read())\n"
        "sys.modules['sklearn'] = None; sys.modules['mlflow'] = None\n"
        "import numpy as np\n"
        f"service = catalog.get({trained.service.name!r})\n"
        "got = service.load(folder, manifest).predict({'ndvi': np.array([0.5])})\n"
        "assert np.isfinite(got.target[0])\n"
        "assert not {'geoml.learning.training', 'joblib'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(trained.manifest),
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_calibration_of_another_model_is_refused(trained, tmp_path):
    for file in trained.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    document = read_json(tmp_path / "calibration.json")
    document["applicability"]["features"] = ["albedo"]
    write_json(tmp_path / "calibration.json", document)
    with pytest.raises(CorruptFile, match="another model"):
        trained.service.load(tmp_path, trained.manifest)
