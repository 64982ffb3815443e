import numpy as np
import pytest

from geoml.features.hydrology.accumulation import truncated, upstream_area
from geoml.features.hydrology.routing import route


def test_area_never_falls_downstream_and_all_of_it_leaves(rough):
    ground = rough(30, 20, 1)
    ground[5:8, 5:8] = np.nan
    flow = route(ground, 100, 50)
    area = upstream_area(flow)
    known = flow.order
    inner = known[flow.downstream[known] != known]
    flat = area.ravel()
    assert (flat[flow.downstream[inner]] > flat[inner]).all()
    assert flat[flow.outlets].sum() == pytest.approx((600 - 9) * 100 * 50 / 1e6)
    np.testing.assert_array_equal(np.isnan(area), np.isnan(ground))


def test_a_plane_gathers_a_cell_a_step():
    ground = np.tile(np.arange(9, 0, -1, dtype=np.float32), (3, 1))
    area = upstream_area(route(ground, 100, 100))
    assert area[1, 4] == pytest.approx(0.05)


def test_what_may_come_from_unseen_ground_is_told():
    row, col = np.mgrid[:9, :9]
    bowl = np.hypot(row - 4, col - 4).astype(np.float32)  # every drop comes in from the edge
    assert truncated(route(bowl, 10, 10))[4, 4]
    hill = -bowl
    told = truncated(route(hill, 10, 10))
    assert not told[1:-1, 1:-1].any()
    assert told[0].all()
    hill[4, 4] = np.nan
    assert truncated(route(hill, 10, 10))[3:6, 3:6].sum() == 8


def test_one_cell_is_a_basin():
    flow = route(np.ones((1, 1), np.float32), 1000, 1000)
    assert upstream_area(flow).tolist() == [[1]]
    assert truncated(flow).all()
