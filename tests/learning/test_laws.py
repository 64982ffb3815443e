"""What learning keeps for every service there could be: random declarations, random towns.

Hypothesis draws the same cases in every run (``derandomize``).
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.contract import Feature
from geoml.learning import boosting, conformal, linear
from geoml.learning.applicability import Applicability, learn
from geoml.learning.conformal import HalfWidth
from geoml.learning.support import support_mean
from geoml.types import Text

laws = settings(max_examples=60, deadline=None, derandomize=True)
few = settings(laws, max_examples=10)
seeds = st.integers(0, 2**32 - 1)
ways = st.lists(st.sampled_from(("up", "down", None)), min_size=1, max_size=4)
WAY = {"up": 1, "down": -1}


def declared(service, ways):
    """A service of features ``x0``, ``x1``, ... in [-5, 5] with these directions."""
    title = Text("x", "x")
    features = tuple(Feature(f"x{i}", title, "1", (-5, 5), way) for i, way in enumerate(ways))
    names = tuple(one.name for one in features)
    return replace(service, features=features, needs_one_of=(names,), input_sets=()), names


def observed(seed, columns, rows=300):
    """Rows with holes and a target that need not follow any declared direction."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 2, (rows, columns))
    target = x @ rng.normal(0, 1, columns) + np.sin(3 * x[:, 0]) + rng.normal(0, 0.3, rows)
    x[rng.random(x.shape) < 0.1] = np.nan
    return x, target


def fitted(kind, service, names, x, target):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 15)
        return {"trees": boosting, "line": linear}[kind].fit(service, names, x, target)


@pytest.mark.parametrize("kind", ["trees", "line"])
@given(ways=ways, seed=seeds)
@few
def test_what_is_served_follows_every_declared_direction(service, kind, ways, seed):
    service, names = declared(service, ways)
    x, target = observed(seed, len(names))
    model = fitted(kind, service, names, x, target)
    asked = np.random.default_rng(seed + 1).normal(0, 4, (20, len(names)))
    asked[np.random.default_rng(seed + 2).random(asked.shape) < 0.4] = np.nan
    for column, way in enumerate(ways):
        if way is not None:
            wide = np.repeat(asked, 30, axis=0)
            wide[:, column] = np.tile(np.linspace(-8, 8, 30), 20)
            moves = np.diff(model.predict(wide).reshape(20, 30), axis=1)
            assert (WAY[way] * moves >= -1e-9).all()


@pytest.mark.parametrize("kind", ["trees", "line"])
@given(ways=ways, seed=seeds)
@few
def test_contributions_add_up_and_a_model_read_back_is_the_same(
    service, tmp_path_factory, kind, ways, seed
):
    service, names = declared(service, ways)
    x, target = observed(seed, len(names))
    model = fitted(kind, service, names, x, target)
    parts, average = model.explain(x)
    np.testing.assert_allclose(average + parts.sum(axis=1), model.predict(x), atol=1e-6, rtol=0)
    if kind == "trees":
        path = tmp_path_factory.mktemp("trees") / "model.txt"
        model.save(path)
        again = boosting.load(path)
    else:
        again = linear.Linear.from_dict(json.loads(json.dumps(model.as_dict())))
    assert again.predict(x).tobytes() == model.predict(x).tobytes()
    assert (
        fitted(kind, service, names, x, target).predict(x).tobytes() == again.predict(x).tobytes()
    )


@given(st.integers(1, 40), st.integers(1, 6), seeds, st.floats(0.01, 0.6))
@laws
def test_a_half_width_leaves_out_at_most_the_share_it_promises(blocks, most, seed, alpha):
    """Blocks of any size count alike; those within hold 1 - alpha of all and of one more."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(blocks), rng.integers(1, most + 1, blocks))
    residual = rng.exponential(1, len(block))
    wide, exact = conformal.quantile(residual, block, alpha)
    assert wide in residual
    within = np.bincount(block, residual <= wide) / np.bincount(block)
    enough = within.sum() / (blocks + 1) >= 1 - alpha - 1e-9
    assert enough if exact else wide == residual.max()
    assert conformal.quantile(residual, block, alpha / 2)[0] >= wide
    doubled = conformal.quantile(np.repeat(residual, 3), np.repeat(block, 3), alpha)
    assert doubled == (wide, exact)


@given(st.lists(st.tuples(st.sets(st.sampled_from("abc"), min_size=1), st.floats(0, 9))), seeds)
@laws
def test_an_answer_takes_the_tightest_interval_whose_inputs_it_knows(patterns, seed):
    sizes = [HalfWidth(tuple(sorted(p)), w, None, None, 1, 1, True) for p, w in patterns]
    known = np.random.default_rng(seed).random((12, 3)) < 0.6
    rows = np.where(known, 1.0, np.nan)
    got = conformal.half_width(sizes, ("a", "b", "c"), rows)
    for row, have in enumerate(known):
        names = {name for name, there in zip("abc", have, strict=True) if there}
        fitting = [one.half_width for one in sizes if set(one.pattern) <= names]
        np.testing.assert_array_equal(got[row], min(fitting, default=np.nan))


@given(seeds, st.integers(1, 4), st.floats(0, 0.5))
@few
def test_what_was_seen_is_applicable_and_what_lies_far_is_not(seed, columns, share):
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (200, columns))
    rows[rng.random(rows.shape) < share] = np.nan
    names = tuple(f"x{i}" for i in range(columns))
    found = learn(names, rows, rng.uniform(0.1, 2, columns), rng.integers(0, 5, 200), seed=1)
    index = found.index(rows)
    told = np.isfinite(index)
    assert (index[told] < 1e-3).all()
    assert not told[np.isnan(rows).all(axis=1)].any()
    far = found.index(np.where(np.isnan(rows), np.nan, rows + 100))
    assert (far[told] > 1).all()
    again = Applicability.from_dict(json.loads(json.dumps(found.as_dict())))
    assert again.index(rows).tobytes() == index.tobytes()


@given(seeds, st.integers(1, 9), st.integers(1, 9), st.sampled_from((1, 3, 5)), st.floats(0, 1))
@laws
def test_a_support_mean_invents_nothing_and_does_not_care_how_it_is_cut(seed, rows, cols, k, share):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 10, (rows, cols)).astype(np.float32)
    values[rng.random(values.shape) < share] = np.nan
    got = support_mean(values, k)
    assert got.shape == values.shape
    assert got.dtype == values.dtype
    half = k // 2
    for row in range(rows):
        for col in range(cols):
            top, left = max(row - half, 0), max(col - half, 0)
            part = values[top : row + half + 1, left : col + half + 1]
            known = part[np.isfinite(part)]
            assert np.isfinite(got[row, col]) == (known.size > 0 and 2 * known.size >= part.size)
            if np.isfinite(got[row, col]):
                assert known.min() - 1e-5 <= got[row, col] <= known.max() + 1e-5
    cut = rng.integers(0, rows + 1)
    upper = support_mean(values[: cut + half], k)[:cut]
    lower = support_mean(values[max(cut - half, 0) :], k)[cut - max(cut - half, 0) :]
    np.testing.assert_array_equal(np.concatenate([upper, lower]), got)
