import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import GridMismatch, UnusableGrid
from geoml.features.hydrology import routing
from geoml.features.hydrology.routing import route

laws = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def grounds(draw):
    """Any ground: rough, with flats, holes and any proportion."""
    rows, cols = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ground = rng.integers(-5, draw(st.sampled_from((2, 20, 10_000))), (rows, cols))
    ground = ground.astype(np.float32)
    ground[rng.random(ground.shape) < draw(st.sampled_from((0.0, 0.1, 0.5, 1.0)))] = np.nan
    return ground


def neighbours(row, col, shape):
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            r, c = row + down, col + right
            if (down or right) and 0 <= r < shape[0] and 0 <= c < shape[1]:
                yield r, c


def at_edge(ground, row, col):
    around = list(neighbours(row, col, ground.shape))
    return len(around) < 8 or any(np.isnan(ground[cell]) for cell in around)


def filled(ground):
    """The surface of the water when all depressions are full, the slow way."""
    level = np.full(ground.shape, np.nan, np.float32)
    queue = [(ground[c], c) for c in np.ndindex(ground.shape)]
    queue = [(z, c) for z, c in queue if not np.isnan(z) and at_edge(ground, *c)]
    heapq.heapify(queue)
    while queue:
        z, cell = heapq.heappop(queue)
        if not np.isnan(level[cell]):
            continue
        level[cell] = z
        for near in neighbours(*cell, ground.shape):
            if not np.isnan(ground[near]) and np.isnan(level[near]):
                heapq.heappush(queue, (max(z, ground[near]), near))
    return level


@given(grounds(), st.sampled_from(("carve", "fill")))
@laws
def test_every_known_cell_is_ordered_after_the_one_it_drains_to(ground, depressions):
    flow = route(ground, 30, 40, depressions=depressions)
    known = ~np.isnan(ground).ravel()
    assert sorted(flow.order) == list(np.flatnonzero(known))
    assert (flow.downstream[~known] == -1).all()
    place = np.full(ground.size, -1)
    place[flow.order] = np.arange(flow.order.size)
    outlet = flow.downstream == np.arange(ground.size)
    inner = known & ~outlet
    assert (place[flow.downstream[inner]] < place[inner]).all()
    rows, cols = np.divmod(np.flatnonzero(inner), ground.shape[1])
    to_rows, to_cols = np.divmod(flow.downstream[inner], ground.shape[1])
    assert (np.maximum(abs(rows - to_rows), abs(cols - to_cols)) == 1).all()


@given(grounds(), st.sampled_from(("carve", "fill")))
@laws
def test_water_leaves_only_where_ground_ends(ground, depressions):
    flow = route(ground, 30, 40, depressions=depressions)
    for row, col in zip(*np.divmod(flow.outlets, ground.shape[1]), strict=True):
        assert at_edge(ground, row, col)


@given(grounds(), st.sampled_from(("carve", "fill")))
@laws
def test_the_level_is_the_one_of_a_slow_flood(ground, depressions):
    flow = route(ground, 30, 40, depressions=depressions)
    np.testing.assert_array_equal(flow.level, filled(ground))


@given(grounds())
@laws
def test_a_filled_depression_never_leads_up(ground):
    flow = route(ground, 30, 40, depressions="fill")
    known = flow.order
    level = flow.level.ravel()
    assert (level[flow.downstream[known]] <= level[known]).all()


@pytest.mark.parametrize("depressions", ["carve", "fill"])
@pytest.mark.parametrize("seed", range(5))
def test_ground_turned_or_mirrored_has_its_water_turned_or_mirrored(rough, depressions, seed):
    row, col = np.mgrid[:15, :11]
    # A cone: on ground with depressions, which rim is reached first may depend on the side.
    cone = -np.hypot(row - 7.2, col - 5.1).astype(np.float32) + rough(15, 11, seed) / 1000

    def to(flow):
        rows, cols = np.divmod(flow.downstream.reshape(flow.shape), flow.shape[1])
        here = np.indices(flow.shape)
        return rows - here[0], cols - here[1]

    down, right = to(route(cone, 20, 30, depressions=depressions))
    up_down, up_right = to(route(cone[::-1].copy(), 20, 30, depressions=depressions))
    np.testing.assert_array_equal(up_down[::-1], -down)
    np.testing.assert_array_equal(up_right[::-1], right)
    t_down, t_right = to(route(cone.T.copy(), 30, 20, depressions=depressions))
    np.testing.assert_array_equal(t_down.T, right)
    np.testing.assert_array_equal(t_right.T, down)


def test_the_steepest_way_is_the_one_by_metres():
    ground = np.full((3, 3), 9.0, np.float32)
    ground[1] = 8, 5, 4  # 1 m lower to the east
    ground[2, 1] = 3.5  # 1.5 m lower to the south
    assert route(ground, 10, 10).downstream[4] == 7
    assert route(ground, 10, 20).downstream[4] == 5


def test_a_dam_is_crossed_at_its_lowest_not_flooded(valley):
    valley[20] = 130
    valley[20, 10] = 90
    flow = route(valley, 20, 10)
    for row in range(40):
        assert flow.downstream[row * 21 + 10] == (row + 1) * 21 + 10
    assert flow.level[19, 10] == 90
    assert valley[19, 10] == 81


def test_mapped_water_is_followed_where_the_model_knows_better_not(valley):
    water = np.zeros(valley.shape, bool)
    water[:, 4] = True
    flow = route(valley, 20, 10, water=water, burn_m=50)
    assert flow.downstream[10 * 21 + 4] == 11 * 21 + 4
    plain = route(valley, 20, 10, water=water, burn_m=0)
    np.testing.assert_array_equal(plain.downstream, route(valley, 20, 10).downstream)


def test_the_sea_is_an_outlet(valley):
    sea = np.zeros(valley.shape, bool)
    sea[30:] = True
    flow = route(valley, 20, 10, sea=sea)
    assert set(np.flatnonzero(sea)) <= set(flow.outlets)


def test_no_ground_no_water():
    flow = route(np.full((3, 4), np.nan, np.float32), 10, 10)
    assert not flow.order.size
    assert not flow.outlets.size
    assert np.isnan(flow.level).all()


def test_the_ground_is_not_written_to(valley):
    valley.setflags(write=False)
    route(valley, 20, 10, water=np.ones(valley.shape, bool))


def test_too_many_cells_are_refused_before_the_work(monkeypatch):
    monkeypatch.setattr(routing, "MAX_CELLS", 99)
    with pytest.raises(UnusableGrid, match=r"10 x 10 cells.*at most 99 cells.*coarser"):
        route(np.zeros((10, 10), np.float32), 10, 10)


def test_a_mask_of_another_shape_is_refused(valley):
    with pytest.raises(GridMismatch, match=r"\(41, 21\), got \(2, 2\)"):
        route(valley, 20, 10, water=np.ones((2, 2), bool))
