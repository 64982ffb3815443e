import numpy as np
import pytest

from geoml.areas.demo.shallow import route

pytestmark = pytest.mark.slow
WALLS = (None, None, None, None)


def bumpy(rows=20, cols=30):
    row, col = np.mgrid[:rows, :cols]
    return np.sin(row / 3.0) + np.cos(col / 4.0) + 0.02 * col


def dry(_time, _dt):
    return np.zeros((20, 30))


def test_a_lake_at_rest_over_an_uneven_bed_stays_at_rest():
    bed = bumpy()
    depth = np.maximum(0.7 - bed, 0)
    flow = route(bed, depth, np.full(bed.shape, 0.03), dry, cell_m=10.0, seconds=600.0,
                 edge_slope=WALLS)  # fmt: skip
    np.testing.assert_allclose(flow.depth_m, depth, atol=1e-12)
    assert flow.left_m3 == 0


def test_no_water_is_made_or_lost():
    """Heavy rain on steep ground, over three open edges: what came is there or went."""
    bed, rough = 5 * bumpy(), np.full((20, 30), 0.05)
    flow = route(bed, np.zeros_like(bed), rough, lambda _t, dt: np.full(bed.shape, 2e-5 * dt),
                 cell_m=10.0, seconds=1800.0, edge_slope=(0.01, 0.01, 0.01, None))  # fmt: skip
    assert flow.came_m3 == pytest.approx(2e-5 * 1800 * bed.size * 100)
    assert flow.left_m3 > 0.1 * flow.came_m3
    stays = flow.depth_m.sum() * 100
    assert flow.came_m3 - flow.left_m3 == pytest.approx(stays, rel=1e-12)
    assert (flow.depth_m >= 0).all()
    assert (flow.deepest_m >= flow.depth_m).all()


def test_a_steady_river_runs_at_the_depth_of_manning():
    """q = h^(5/3) S^(1/2) / n: 2 m2/s at n 0.035 on a fall of 1 in 1000 are 1.62 m deep."""
    bed = np.tile(-0.02 * np.arange(60.0), (2, 1))  # 20 m cells
    spring = np.zeros_like(bed)
    spring[:, 0] = 2.0 / 20
    depth, rough = np.full(bed.shape, 1.0), np.full(bed.shape, 0.035)
    flow = route(bed, depth, rough, lambda _t, dt: spring * dt, cell_m=20.0,
                 seconds=7200.0, edge_slope=(None, 0.001, None, None))  # fmt: skip
    expected = (2.0 * 0.035 / np.sqrt(0.001)) ** 0.6
    assert expected == pytest.approx(1.611, abs=0.001)
    np.testing.assert_allclose(flow.depth_m[:, 5:], expected, rtol=0.01)


def test_a_flood_wave_runs_over_a_dry_plain_as_it_should():
    """The analytic front of Hunter et al. 2005 (doi:10.1016/j.advwatres.2005.03.007), eq. 12.

    Fed with q = u h at x = 0, a wave of speed u on a level plain has the depth
    h = (7/3 n^2 u^2 (u t - x))^(3/7). Bates et al. 2010 test their scheme with it.
    """
    n, u, cell, until = 0.03, 1.0, 25.0, 3600.0
    bed = np.zeros((1, 200))

    def fed(time, dt):
        given = np.zeros_like(bed)
        given[0, 0] = u * (7 / 3 * n**2 * u**3 * (time + dt / 2)) ** (3 / 7) * dt / cell
        return given

    flow = route(bed, np.zeros_like(bed), np.full(bed.shape, n), fed, cell_m=cell, seconds=until,
                 edge_slope=WALLS)  # fmt: skip
    x = (np.arange(200) + 0.5) * cell
    expected = (7 / 3 * n**2 * u**2 * np.maximum(u * until - x, 0)) ** (3 / 7)
    error = flow.depth_m[0] - expected
    assert np.sqrt((error[expected > 0] ** 2).mean()) < 0.04
    assert flow.depth_m[0, x > u * until + 5 * cell].max() < 0.01


def test_the_same_event_gives_the_same_bytes():
    bed, rough = bumpy(), np.full((20, 30), 0.05)

    def once():
        return route(bed, np.zeros_like(bed), rough, lambda _t, dt: np.full(bed.shape, 1e-4 * dt),
                     cell_m=10.0, seconds=300.0, edge_slope=WALLS)  # fmt: skip

    assert once().deepest_m.tobytes() == once().deepest_m.tobytes()
