"""Laws of every service that is found; those of its ``method.md`` have tests of their own numbers.

A model is trained once on each service's scene, kept in a model store, and opened from there.
Hypothesis draws the same 60 cases in every run (``derandomize``); a case is 40 places anywhere in
the declared ranges, of which nobody knows everything.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml import catalog, modelstore
from geoml.contract import Model, Service
from geoml.learning import boosting
from geoml.learning.samples import take
from geoml.paths import Home

NAMES = catalog.names()
ROWS = 40
laws = settings(max_examples=60, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
holes = st.sampled_from((0.0, 0.2, 0.5, 0.9))


@dataclass(frozen=True)
class Trained:
    service: Service
    home: Home
    ref: modelstore.ModelRef
    model: Model


@pytest.fixture(scope="module", params=NAMES)
def trained(request, tmp_path_factory) -> Trained:
    """A service with a model of its scene, opened from a store."""
    service, home = catalog.get(request.param), Home(tmp_path_factory.mktemp("laws"))
    ref = modelstore.save(home, service.name, "1", lambda folder: _learn(service, folder))
    return Trained(service, home, ref, modelstore.open_model(service, ref))


def _learn(service, folder):
    scene = service.scene()
    if service.train is None:  # its network needs pictures; what it says of one unit needs none
        return {"created": "2024-07-01T00:00:00+00:00", "version": "1"}
    target, told = service.target_of(scene.label, scene.features, scene.grid, inside=scene.inside)
    samples = take(service, scene.features, target, scene.grid, scene.support_m, area="scene")
    meta = {
        "created": "2024-07-01T00:00:00+00:00",
        "version": "1",
        "support_m": scene.support_m,
        "reference": told,
        "label": {"key": service.target.labels[0], "quantity": service.target.labels[0]},
        "synthetic": True,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 80)
        return service.train(samples, folder, meta=meta)


def places(service, seed, share_unknown, rows=ROWS):
    """Places anywhere in the declared ranges, each value unknown by the toss of a coin."""
    rng = np.random.default_rng(seed)
    found = {}
    for one in service.features:
        low, high = one.valid
        values = rng.uniform(low, high, rows)
        ends = rng.random(rows)
        values[ends < 0.05], values[ends > 0.95] = low, high
        values[rng.random(rows) < share_unknown] = np.nan
        found[one.name] = values
    return found


def answered(service, asked):
    """Rows that know the least that an answer can live on."""
    known = {name: np.isfinite(values) for name, values in asked.items()}
    rows = range(len(next(iter(asked.values()))))
    return np.array([service.enough([n for n, k in known.items() if k[i]]) for i in rows])


def told(got):
    """Every array of a prediction by name."""
    parts = {f"contribution of {name}": v for name, v in got.contributions.items()}
    arrays = ("target", "lower", "upper", "applicability")
    return {name: getattr(got, name) for name in arrays} | parts


# --- the numbered laws of method.md ---------------------------------------------------------------


def laws_of_the_method(name: str) -> list[int]:
    """Numbers of the laws in a service's method, as they stand there."""
    text = (files(f"geoml.services.{name}") / catalog.get(name).method).read_text("utf-8")
    return [int(number) for number in re.findall(r"\*\*Law (\d+)\*\*", text)]


def laws_with_tests(name: str) -> Counter[int]:
    """How many tests of ``tests/services/<name>/`` are called ``test_law_<number>_...``."""
    found: Counter[int] = Counter()
    for path in sorted((Path(__file__).parent / name).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (
                law := re.match(r"test_law_(\d+)_", node.name)
            ):
                found[int(law[1])] += 1
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_law_that_is_written_is_tested_and_no_other(name):
    written, tested = laws_of_the_method(name), laws_with_tests(name)
    assert written, f"{name}: method.md states no law"
    assert written == sorted(set(written)), f"{name}: laws out of order or twice"
    assert set(written) == set(tested), (
        f"{name}: laws without a test {sorted(set(written) - set(tested))}, tests of no law "
        f"{sorted(set(tested) - set(written))}; see tests/services/{name}/"
    )


def test_a_law_without_its_test_would_be_noticed(tmp_path, monkeypatch):
    """The walk above finds what it looks for: a test of law 999 and no other."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "test_method.py").write_text("def test_law_999_of_nothing(): ...\n")
    monkeypatch.setitem(globals(), "__file__", str(tmp_path / "test_laws.py"))
    assert laws_with_tests("some") == Counter([999])


# --- laws of every service ------------------------------------------------------------------------


@given(seeds, holes)
@laws
def test_answers_never_move_against_a_declared_direction(trained, seed, share):
    service = trained.service
    asked = places(service, seed, share)
    for one in service.features:
        way = {"up": 1, "down": -1}.get(one.monotone or "")
        if way is None or one.name not in trained.model.features:
            continue
        steps = np.linspace(*one.valid, 25)
        wide = {name: np.repeat(values, len(steps)) for name, values in asked.items()}
        wide[one.name] = np.tile(steps, ROWS)
        target = trained.model.predict(wide, explain=False).target
        for values in (target, service.score.score(target)):
            moves = way * np.diff(values.reshape(ROWS, len(steps)), axis=1)
            assert np.isnan(moves).any() or (moves >= -1e-9).all(), one.name
            assert (moves[~np.isnan(moves)] >= -1e-9).all(), one.name


@given(seeds, holes)
@laws
def test_contributions_and_average_add_up(trained, seed, share):
    got = trained.model.predict(places(trained.service, seed, share))
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-6, rtol=0)
    assert set(got.contributions) == set(trained.model.features)


@given(seeds, holes)
@laws
def test_the_interval_holds_the_answer_and_every_score_is_one(trained, seed, share):
    service = trained.service
    asked = places(service, seed, share)
    got = trained.model.predict(asked, explain=False)
    known = answered(service, asked)
    ends = np.stack([got.lower[known], got.target[known], got.upper[known]])
    assert np.isfinite(ends).all()
    assert (np.diff(ends, axis=0) >= 0).all()
    scores = service.score.score(ends)
    assert (np.diff(scores, axis=0) >= 0).all()
    assert ((scores >= 0) & (scores <= 100)).all()


@given(seeds, holes)
@laws
def test_an_answer_is_given_exactly_where_enough_is_known(trained, seed, share):
    asked = places(trained.service, seed, share)
    known = answered(trained.service, asked)
    for name, values in told(trained.model.predict(asked)).items():
        assert np.isnan(values[~known]).all(), name
        assert np.isfinite(values[known]).all(), name
    apart = trained.model.predict(asked, explain=False).applicability[known]
    assert (apart >= 0).all()


@given(seeds, holes, st.sampled_from((np.inf, -np.inf)))
@laws
def test_an_infinite_input_is_an_unknown_one(trained, seed, share, endless):
    asked = places(trained.service, seed, share)
    rng = np.random.default_rng(seed)
    hit = {name: rng.random(ROWS) < 0.2 for name in asked}
    wild = {name: np.where(hit[name], endless, values) for name, values in asked.items()}
    tame = {name: np.where(hit[name], np.nan, values) for name, values in asked.items()}
    same(trained.model.predict(wild), trained.model.predict(tame))


@given(seeds, st.sampled_from((1e9, -1e9, 3.4e38, 1.7e308, -1.7e308)))
@laws
def test_an_impossible_input_is_never_called_applicable(trained, seed, huge):
    """A number far outside every range: an answer may come, and it says that it means nothing."""
    asked = places(trained.service, seed, 0.0)
    for name in trained.model.features:
        got = trained.model.predict({**asked, name: np.full(ROWS, huge)}, explain=False)
        ends = np.stack([got.lower, got.target, got.upper])
        assert (np.diff(ends, axis=0) >= 0).all()
        assert (got.applicability > 1).all(), name


@given(seeds, holes)
@laws
def test_a_row_is_answered_alike_alone_among_many_and_in_any_order(trained, seed, share):
    asked = places(trained.service, seed, share)
    many = trained.model.predict(asked)
    order = np.random.default_rng(seed).permutation(ROWS)
    shuffled = trained.model.predict({name: v[order] for name, v in reversed(asked.items())})
    same(shuffled, many, order)
    for row in (0, ROWS - 1):
        alone = trained.model.predict({name: v[row : row + 1] for name, v in asked.items()})
        same(alone, many, slice(row, row + 1))


def test_thousands_of_rows_by_many_threads_are_answered_as_the_few(trained):
    """Many rows take another path: threads inside the model."""
    asked = places(trained.service, 5, 0.3, rows=9000)
    many = trained.model.predict(asked)
    for first in (0, 4500, 8960):
        part = slice(first, first + ROWS)
        same(trained.model.predict({n: v[part] for n, v in asked.items()}), many, part)


def same(got, expected, rows=slice(None)):
    """Equal to the last bit, unknown where unknown."""
    expected = told(expected)
    assert told(got).keys() == expected.keys()
    for name, values in told(got).items():
        np.testing.assert_array_equal(values, expected[name][rows], err_msg=name)


def test_what_is_not_asked_for_does_not_matter(trained):
    asked = places(trained.service, 2, 0.3)
    spare = {**asked, "unheard_of": np.arange(ROWS, dtype=float)}
    same(trained.model.predict(spare), trained.model.predict(asked))


def test_inputs_are_left_as_they_are(trained):
    asked = places(trained.service, 3, 0.3)
    before = {name: values.tobytes() for name, values in asked.items()}
    for values in asked.values():
        values.setflags(write=False)
    trained.model.predict(asked)
    assert {name: values.tobytes() for name, values in asked.items()} == before


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_nobody_knows_anything(trained, rows):
    nothing = {one.name: np.full(rows, np.nan) for one in trained.service.features}
    for values in told(trained.model.predict(nothing)).values():
        assert values.shape == (rows,)
        assert np.isnan(values).all()


# --- the same model elsewhere ---------------------------------------------------------------------

ASK = """
import hashlib, sys
from pathlib import Path
import numpy as np
from geoml import catalog, modelstore
from geoml.paths import Home
name, rows = sys.argv[2], np.load(sys.argv[3])
service = catalog.get(name)
ref = modelstore.find(Home(Path(sys.argv[1])), name, "1")
got = modelstore.open_model(service, ref).predict({n: rows[n] for n in rows.files})
arrays = [got.target, got.lower, got.upper, got.applicability]
arrays += [got.contributions[n] for n in sorted(got.contributions)]
print(hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest())
"""


def test_the_same_answers_from_a_copy_of_the_store_in_another_process(trained, tmp_path):
    """Another folder, hash seed, time zone and number of threads: the same bytes."""
    shutil.copytree(trained.home.root, tmp_path / "home")
    asked = places(trained.service, 9, 0.3, rows=700)
    np.savez(tmp_path / "rows.npz", **asked)
    got = trained.model.predict(asked)
    arrays = [got.target, got.lower, got.upper, got.applicability]
    arrays += [got.contributions[name] for name in sorted(got.contributions)]
    here = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", ASK, tmp_path / "home", trained.service.name, tmp_path / "rows.npz"],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert there.stdout.strip() == here
