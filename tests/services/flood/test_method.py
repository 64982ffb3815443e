"""The laws of ``method.md``, by their numbers; ``tests/services/test_laws.py`` compares the two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import NotEnoughData
from geoml.features.curve_number import curve_number
from geoml.features.runoff import runoff_depth
from geoml.raster.grid import Grid
from geoml.services.flood import SERVICE
from geoml.services.flood.ship import ship

HEIGHTS = np.array([0, 0.005, 0.01, 0.5, 1, 2, 4, 5.3, 8, 14.9, 15, 30, 400, 4000.0])
TOLERANCE = 1e-12


def along(many, name, values):
    """Each place once for each value of one input; shape (places, values) of any answer."""
    wide = {n: np.repeat(v, len(values)) for n, v in many.items()}
    return {**wide, name: np.tile(values, len(many[name]))}


def steps(model, many, name, values, part):
    got = model.predict(along(many, name, values), explain=False)
    found = got.target if part is None else got.parts[part]
    return np.diff(found.reshape(-1, len(values)), axis=1)


@pytest.mark.parametrize("part", [None, "fluvial"])
def test_law_1_more_height_above_the_drainage_never_raises_a_score(model, many, part):
    moves = steps(model, many, "hand", HEIGHTS, part)
    assert np.nanmax(moves) <= TOLERANCE
    assert np.nanmin(moves) < -0.1


@pytest.mark.parametrize(
    ("name", "values", "way"),
    [
        ("gfi", np.linspace(-9, 9, 19), 1),
        ("water_depth", np.linspace(0, 6, 25), 1),
        ("river_distance", np.linspace(0, 4000, 17), -1),
        ("elevation", np.linspace(-20, 900, 24), -1),
    ],
)
def test_law_2_flood_index_distance_and_elevation_have_their_directions(
    model, many, name, values, way
):
    river = ("hand", "gfi", "water_depth")
    nothing = np.full(4000, np.nan)
    blind = many if name in river else {**many, **dict.fromkeys(river, nothing)}
    for part in (None, "fluvial"):
        moves = way * steps(model, blind, name, values, part)
        assert np.nanmin(moves) >= -TOLERANCE
        assert np.nanmax(moves) > 0.01


@pytest.mark.parametrize(
    ("name", "values", "way"),
    [
        ("sink_depth", np.linspace(0, 4, 17), 1),
        ("runoff_50mm", np.linspace(0, 50, 11), 1),
        ("curve_number", np.linspace(0, 100, 41), 1),
        ("imperviousness", np.linspace(0, 1, 11), 1),
        ("twi", np.linspace(-2, 25, 28), 1),
        ("slope", np.linspace(0, 60, 31), -1),
    ],
)
def test_law_3_what_ponds_has_its_direction(model, many, name, values, way):
    moves = way * steps(model, many, name, values, "pluvial")
    assert np.nanmin(moves) >= -TOLERANCE
    assert np.nanmax(moves) > 0.001


def test_law_4_an_answer_has_both_parts_and_is_the_larger(model, many):
    got = model.predict(many, explain=False)
    known = np.isfinite(got.target)
    assert 0.5 < known.mean() < 1
    assert set(got.parts) == {part.name for part in SERVICE.parts}
    both = np.stack([got.parts[part.name] for part in SERVICE.parts])
    np.testing.assert_array_equal(np.isfinite(both), [known, known])
    np.testing.assert_array_equal(got.target[known], both.max(axis=0)[known])


def test_law_5_contributions_add_up_and_only_of_the_part_that_leads(model, many):
    got = model.predict(many)
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-6)
    river = got.parts["fluvial"] >= got.parts["pluvial"]
    for name in ("hand", "gfi", "water_depth", "river_distance", "elevation"):
        assert (got.contributions[name][~river & np.isfinite(got.target)] == 0).all()
    for name in ("sink_depth", "runoff_50mm", "twi", "slope", "curve_number", "imperviousness"):
        assert (got.contributions[name][river] == 0).all()


def test_law_6_the_interval_holds_the_answer_and_knowing_less_never_narrows_it(model, many):
    got = model.predict(many, explain=False)
    told = [(got.lower, got.target, got.upper)]
    told += [(got.part_intervals[n][0], got.parts[n], got.part_intervals[n][1]) for n in got.parts]
    known = np.isfinite(got.target)
    for ends in told:
        low, middle, high = (one[known] for one in ends)
        assert ((low >= 0) & (low <= middle) & (middle <= high) & (high <= 1)).all()
    for name, other in (
        ("hand", "gfi"),
        ("gfi", "hand"),
        ("water_depth", "hand"),
        ("sink_depth", ""),
        ("twi", ""),
        ("slope", ""),
    ):
        less = model.predict({**many, name: np.full(4000, np.nan)}, explain=False)
        both = known & np.isfinite(less.target) & np.isfinite(many.get(other, np.zeros(4000)))
        assert both.sum() > 500
        assert (less.lower[both] <= got.lower[both] + TOLERANCE).all(), name
        assert (less.upper[both] >= got.upper[both] - TOLERANCE).all(), name


@given(data=st.data())
def test_law_7_unknown_in_unknown_out(model, place, data):
    known = data.draw(place)
    asked = {**{n: np.array([v]) for n, v in known.items()}, "unheard_of": np.array([1.0])}
    got = model.predict(asked)
    arrays = (got.target, got.lower, got.upper, got.applicability, *got.parts.values())
    assert {bool(np.isfinite(one[0])) for one in arrays} == {SERVICE.enough(known)}


def test_law_7_an_unknown_depth_is_not_dry():
    grid = Grid("EPSG:2154", 0.0, 0.0, 10.0, 10.0, 1, 4)
    depth = np.array([[np.nan, 0.0, 0.1, 0.11]], np.float32)
    wet, told = SERVICE.target_of(depth, {}, grid, inside=None)
    np.testing.assert_array_equal(wet, [[np.nan, 0, 0, 1]])
    assert told["threshold_m"] == 0.1
    with pytest.raises(NotEnoughData):
        SERVICE.target_of(depth * np.nan, {}, grid, inside=None)


@given(st.floats(-1, 2))
def test_law_8_the_score_is_linear(value):
    score = SERVICE.score.score(np.array([value]))[0]
    assert score == pytest.approx(100 * np.clip(value, 0, 1))


def test_law_9_the_same_bytes_and_what_ships_is_what_the_code_writes(model, many, tmp_path):
    from geoml.paths import packaged_models

    ship(tmp_path)
    shipped = packaged_models(SERVICE.name) / "1"
    assert sorted(one.name for one in shipped.iterdir()) == sorted(
        one.name for one in tmp_path.iterdir()
    )
    for file in shipped.iterdir():
        fresh = (tmp_path / file.name).read_bytes()
        assert file.read_bytes() == fresh, f"{file.name}: run python -m {ship.__module__}"
    first, again = (model.predict(many).target.tobytes() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("elevation", "distance", "sealed", "low", "high"),
    [
        (3, 10, 0.9, 80, 100),
        (4, 60, 0.8, 80, 100),
        (300, 4000, 0.0, 0, 20),
        (900, 8000, 0.1, 0, 20),
    ],
)
def test_law_10_the_three_classics_answer_sensibly(model, elevation, distance, sealed, low, high):
    asked = {"elevation": elevation, "river_distance": distance, "imperviousness": sealed}
    got = model.predict({name: np.array([float(value)]) for name, value in asked.items()})
    score = SERVICE.score.score(got.target)[0]
    assert low <= score <= high
    assert got.upper[0] - got.lower[0] >= 0.5
    assert 0.5 <= got.applicability[0] <= 1


@given(data=st.data())
def test_law_11_an_action_is_physically_signed(model, place, data):
    drawn = {"river_distance": 900.0, **data.draw(place)}
    known = {n: np.array([v], np.float32) for n, v in drawn.items()}
    before = model.predict(known, explain=False)
    for action in SERVICE.actions:
        amount = data.draw(st.floats(*action.valid), label=action.name)
        after = action.apply(known, amount)
        assert set(after) == set(known)
        assert not [n for n in known if n not in action.changes and after[n] is not known[n]]
        then = model.predict(after, explain=False)
        assert not then.parts["pluvial"] > before.parts["pluvial"]
        np.testing.assert_array_equal(then.parts["fluvial"], before.parts["fluvial"])
        for name, values in action.apply(known, 0.0).items():
            assert values.tobytes() == known[name].tobytes()


@pytest.mark.parametrize("action", SERVICE.actions, ids=lambda one: one.name)
def test_law_11_unknown_stays_unknown_and_something_happens(model, action):
    amount = action.valid[1] / 2
    nothing = {name: np.array([np.nan, np.nan]) for name in action.changes}
    for values in action.apply(nothing, amount).values():
        assert np.isnan(values).all()
    town = {"river_distance": 2000.0, "imperviousness": 0.8, "twi": 9.0}
    town["curve_number"] = float(curve_number(np.array(0.8)))
    town["runoff_50mm"] = float(runoff_depth(50, np.array(town["curve_number"])))
    asked = {name: np.array([value]) for name, value in town.items()}
    less = [model.predict(one).parts["pluvial"][0] for one in (action.apply(asked, amount), asked)]
    assert less[0] < less[1] - 0.02


@pytest.mark.parametrize("action", SERVICE.actions, ids=lambda one: one.name)
def test_law_12_after_an_action_runoff_is_what_its_curve_number_leaves(action):
    sealed = np.linspace(0, 1, 21)
    number = curve_number(sealed)
    town = {
        "imperviousness": sealed,
        "curve_number": number,
        "runoff_50mm": runoff_depth(50, number),
    }
    for amount in np.linspace(*action.valid, 7):
        after = action.apply(town, float(amount))
        left = runoff_depth(50, after["curve_number"])
        np.testing.assert_allclose(after["runoff_50mm"], left, atol=1e-9)
        if action.name == "unsealing":
            np.testing.assert_allclose(after["curve_number"], curve_number(after["imperviousness"]))
        else:
            gone = np.maximum(town["runoff_50mm"] - amount, 0)
            np.testing.assert_allclose(after["runoff_50mm"], gone, atol=1e-9)


def test_law_13_outside_the_anchors_applicability_says_so(model, many):
    assert np.nanmax(model.predict(many, explain=False).applicability) <= 1
    for name, (low, high) in model.anchors.domain.items():
        for value in (low - 1, high + 1):
            got = model.predict({**many, name: np.full(4000, float(value))}, explain=False)
            known = np.isfinite(got.target)
            assert (got.applicability[known] > 1).all(), name
