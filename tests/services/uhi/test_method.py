"""The laws of ``method.md``, by their numbers; ``tests/services/test_laws.py`` compares the two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.services.uhi import SERVICE

NDVI = np.linspace(-0.2, 0.9, 60)
SHARE = np.linspace(0, 1, 60)

places = st.fixed_dictionaries(
    {},
    optional={
        "ndvi": st.floats(-1, 1),
        "building_density": st.floats(0, 1),
        "water_distance": st.floats(0, 5000),
        "elevation": st.floats(0, 1000),
    },
)


def along(name, values, place):
    rows = {n: np.full(len(values), v) for n, v in place.items()}
    return {**rows, name: values}


def single(place):
    return {**{n: np.array([v]) for n, v in place.items()}, "slope": np.array([1.0])}


@given(places)
def test_law_1_more_vegetation_is_never_hotter(laws, place):
    answers = laws[0].predict(along("ndvi", NDVI, place), explain=False).target
    assert (np.diff(answers) <= 1e-9).all()


@given(places)
def test_law_2_more_building_is_never_cooler(laws, place):
    answers = laws[0].predict(along("building_density", SHARE, place), explain=False).target
    assert (np.diff(answers) >= -1e-9).all()


@given(places)
def test_law_3_contributions_add_up(laws, place):
    got = laws[0].predict(single(place))
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-6)


@given(places)
def test_law_4_the_interval_contains_the_answer(laws, place):
    got = laws[0].predict(single(place), explain=False)
    if not SERVICE.enough(place):
        assert np.isnan(got.lower).all()
        return
    assert got.lower[0] < got.target[0] < got.upper[0]
    low, score, high = (SERVICE.score.score(v)[0] for v in (got.lower, got.target, got.upper))
    assert low <= score <= high


@given(places)
def test_law_5_unknown_in_unknown_out(laws, place):
    got = laws[0].predict(single(place))
    known = SERVICE.enough(place)
    for values in (got.target, got.lower, got.upper, got.applicability):
        assert np.isfinite(values[0]) == known
    zero = laws[0].predict({"ndvi": np.array([0.3]), "elevation": np.array([0.0])})
    unknown = laws[0].predict({"ndvi": np.array([0.3]), "elevation": np.array([np.nan])})
    assert zero.contributions["elevation"][0] != unknown.contributions["elevation"][0]


@given(st.floats(-300, 300), st.floats(-300, 300))
def test_law_6_the_score_is_linear_between_its_anchors(a, b):
    low, high = SERVICE.score.score(np.array(sorted((a, b))))
    assert 0 <= low <= high <= 100
    middle = np.clip((a + 2) / 12 * 100, 0, 100)
    assert SERVICE.score.score(np.array([a]))[0] == pytest.approx(middle, abs=1e-9)


def test_law_7_same_input_same_bytes(laws, train, tmp_path):
    assert train(tmp_path) == laws[2]
    for file in laws[1].iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name
