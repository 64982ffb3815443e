import pytest

from geoml.areas.demo.plan import PLANS, plan, seeded
from geoml.errors import InvalidArgument


def test_another_town_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(InvalidArgument, match="demo or demo-coast"):
        plan("atlantis")


def test_seed_replaces_the_seed_and_nothing_else():
    drawn = plan("demo")
    assert seeded(drawn, None) is drawn
    assert seeded(drawn, 5).seed == 5
    assert seeded(drawn, 5).name == drawn.name


@pytest.mark.parametrize("which", PLANS)
def test_grids_of_all_cell_sizes_cover_the_same_ground(which):
    grids = [plan(which).grid(cell) for cell in (2.5, 10.0, 30.0, 100.0)]
    assert len({grid.bounds for grid in grids}) == 1


def test_the_two_towns_lie_apart_and_differ_in_kind():
    valley, coast = PLANS["demo"], PLANS["demo-coast"]
    assert valley.setting != coast.setting
    assert abs(valley.south_west[0] - coast.south_west[0]) > 100_000
