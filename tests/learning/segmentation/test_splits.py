"""Nothing that is reported on was learned from: the split is in space, and never leaks."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.learning.segmentation.sheets import Sheet
from geoml.learning.segmentation.splits import GAP_M, split


def sheet(key="s", place="town", group="g", shape=(1000, 600), **told):
    return Sheet(key, place, group, shape, 0.5, (), **told)


def apart_px(one, other):
    """Pixels between two windows along the axis that parts them; negative where they overlap."""
    rows = max(one.row, other.row) - min(one.row + one.rows, other.row + other.rows)
    cols = max(one.col, other.col) - min(one.col + one.cols, other.col + other.cols)
    return max(rows, cols)


@given(
    shape=st.tuples(st.integers(200, 3000), st.integers(200, 3000)),
    share=st.floats(0.05, 0.5),
    seed=st.integers(0, 99),
)
def test_parts_of_a_sheet_are_a_gap_apart(shape, share, seed):
    regions = split([sheet(shape=shape)], share=share, seed=seed)
    out = [one for one in regions if one.part == "report"]
    learn = [one for one in regions if one.part == "learn"]
    assert len(out) == 1
    for one, other in itertools.product(out, learn):
        assert apart_px(one.window, other.window) >= round(GAP_M / 0.5)
    whole = shape[0] * shape[1] * 0.25
    assert out[0].area_m2 / whole == pytest.approx(share, rel=0.1)


def test_whole_groups_are_kept_out_where_there_are_several():
    pictures = [sheet(f"{group}{n}", group=group) for group in "abcdef" for n in range(3)]
    regions = split(pictures, share=0.3, seed=1)
    out = {one.sheet.group for one in regions if one.part == "report"}
    assert len(out) == 2
    assert not out & {one.sheet.group for one in regions if one.part == "learn"}
    assert sum(one.part == "report" for one in regions) == 6


def test_a_place_that_is_held_out_is_never_learned_from():
    here, there = sheet("a", "here"), sheet("b", "there", held_out=True)
    parts = {(one.sheet.place, one.part) for one in split([here, there], share=0)}
    assert parts == {("here", "learn"), ("there", "report")}


def test_the_same_seed_gives_the_same_split():
    pictures = [sheet(str(n), group=str(n), shape=(300, 300)) for n in range(9)]
    assert split(pictures, seed=3) == split(pictures, seed=3)
    assert split(pictures, seed=3) != split(pictures, seed=4)


def test_a_share_must_leave_something_to_learn():
    with pytest.raises(InvalidArgument, match=r"0\.\.0\.5"):
        split([sheet()], share=0.9)
