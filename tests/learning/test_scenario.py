"""Trying an action out: signed as the model is, unknown stays unknown, the rest is untouched."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.errors import OutOfRange
from geoml.learning.scenario import effect

N = 12
SHARE = st.one_of(st.floats(0, 1), st.just(float("nan")))


@pytest.fixture(scope="module")
def soak(made_up):
    """``soak(density, mask, amount)``: the effect of taking roofs away on level ground."""
    service = made_up.service
    model = service.load(None, {})
    (action,) = service.actions

    def try_out(density, mask, amount, elevation=240.0, action=action):
        given = {"elevation": np.full(len(density), elevation), "building_density": density}
        return effect(service, model, given, mask, action, amount)

    return try_out


@given(arrays(float, N, elements=SHARE), arrays(bool, N), st.floats(0, 1))
def test_fewer_roofs_never_raise_an_answer_and_leave_the_other_part(soak, density, mask, amount):
    found = soak(density, mask, amount)
    for change in (found.target, *found.parts.values()):
        known = np.isfinite(change.before) & ~(mask & np.isnan(density))
        assert (np.isfinite(change.after) == known).all()
        assert (change.after[known] <= change.before[known]).all()
        moved = (change.after - change.before)[known]
        assert (change.lower[known] <= moved + 1e-12).all()
        assert (moved <= change.upper[known] + 1e-12).all()
        assert (change.upper[known] <= 1e-12).all()
        np.testing.assert_array_equal(change.after[~mask], change.before[~mask])
    low = found.parts["low"]
    same = ~(mask & np.isnan(density))
    np.testing.assert_array_equal(low.after[same], low.before[same])


@given(arrays(float, N, elements=st.floats(0, 1)), arrays(bool, N))
def test_nothing_done_changes_nothing(soak, density, mask):
    found = soak(density, mask, 0.0)
    for change in (found.target, *found.parts.values()):
        np.testing.assert_array_equal(change.after, change.before)
        assert np.nanmax(np.abs(change.lower), initial=0) == 0


def test_the_numbers_of_a_cell_can_be_written_down(soak):
    found = soak(np.array([0.8, 0.8]), np.array([True, False]), 0.3)
    sealed = found.parts["sealed"]
    np.testing.assert_allclose(sealed.after, [0.5, 0.8])
    np.testing.assert_allclose(sealed.lower, [-0.3, 0])
    np.testing.assert_allclose(found.target.after, [0.5, 0.8])


def test_what_cannot_be_computed_is_not_no_effect(soak):
    found = soak(np.array([np.nan, np.nan]), np.array([True, False]), 0.5)
    for change in (found.target, found.parts["low"]):
        assert np.isfinite(change.before).all()
        np.testing.assert_array_equal(np.isnan(change.after), [True, False])
        np.testing.assert_array_equal(np.isnan(change.upper), [True, False])


def test_an_interval_that_is_cut_at_an_end_widens_that_of_the_change(soak):
    # 0.98 has 1 as its upper end, cut from 1.03: there the answer moves by 0.07, not 0.1.
    sealed = soak(np.array([0.98]), np.array([True]), 0.1).parts["sealed"]
    np.testing.assert_allclose((sealed.lower, sealed.upper), [[-0.1], [-0.07]])


def test_an_action_cannot_touch_what_it_does_not_declare(made_up, soak):
    (action,) = made_up.service.actions
    sly = replace(action, apply=lambda given, _: {name: one * 0 for name, one in given.items()})
    found = soak(np.array([0.5, np.nan]), np.array([True, True]), 0.5, action=sly)
    assert found.parts["low"].after[0] == found.parts["low"].before[0]
    np.testing.assert_array_equal(found.parts["sealed"].after, [0.0, np.nan])


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_an_amount_outside_the_range_is_refused(soak, amount):
    with pytest.raises(OutOfRange, match="0 to 1"):
        soak(np.array([0.5]), np.array([True]), amount)
