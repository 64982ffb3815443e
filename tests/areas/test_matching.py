import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoml.areas.matching import matched


def house(x: float, y: float = 0.0, size: float = 10.0) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def pairs(new, old) -> set[tuple[int, int]]:
    return set(matched(np.array(new, dtype=object), np.array(old, dtype=object)))


def test_the_same_houses_in_another_order_are_the_same():
    assert pairs([house(20), house(0)], [house(0), house(20)]) == {(0, 1), (1, 0)}


def test_a_redrawn_house_is_the_same_and_a_neighbour_is_not():
    assert pairs([house(2)], [house(0)]) == {(0, 0)}
    assert pairs([house(8)], [house(0)]) == set()


def test_a_house_that_was_split_goes_on_in_its_larger_part():
    left, right = shapely.box(0, 0, 6, 10), shapely.box(6, 0, 10, 10)
    assert pairs([left, right], [house(0)]) == {(0, 0)}


def test_a_shed_inside_the_footprint_of_a_house_is_another_building():
    assert pairs([house(4, 4, 2)], [house(0)]) == set()


def test_a_thin_footprint_moved_by_a_metre_is_the_same():
    wall, moved = shapely.box(0, 0, 1, 20), shapely.box(1.2, 0, 2.2, 20)
    assert pairs([moved], [wall]) == {(0, 0)}


@given(st.lists(st.integers(0, 40), max_size=12), st.lists(st.integers(0, 40), max_size=12))
def test_no_building_is_matched_twice(new, old):
    if not new or not old:
        return
    found = matched(
        np.array([house(x) for x in new], dtype=object),
        np.array([house(x) for x in old], dtype=object),
    )
    assert len({n for n, _ in found}) == len({o for _, o in found}) == len(found)
