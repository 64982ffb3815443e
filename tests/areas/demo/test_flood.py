import numpy as np
import pytest

from geoml.areas.demo import canvas, flood, landcover

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def event(valley):
    """About five seconds, hence once."""
    return flood.event(valley, landcover.paint(valley))


@pytest.fixture(scope="module")
def from_river(valley):
    """Metres to the river of each cell of the label."""
    grid = valley.plan.grid(flood.CELL_M)
    return canvas.distance_m(grid, canvas.mask(grid, valley.water.main))


def test_all_the_water_is_accounted_for(event):
    flow, cell_m2 = event.flow, flood.CELL_M**2
    assert flow.came_m3 > 1e6
    assert flow.left_m3 > 1e5
    there = flow.depth_m.sum() * cell_m2 + flow.left_m3
    assert there == pytest.approx(event.before_m.sum() * cell_m2 + flow.came_m3, rel=1e-9)


def test_the_river_leaves_its_bed_and_the_hills_stay_dry(event, from_river):
    depth = event.above_ground()
    assert np.isfinite(depth).all()
    assert depth.min() == 0
    assert 2.5 < depth.max() < 5
    assert (depth[from_river == 0] > 0.5).all()
    assert 0.4 < (depth[from_river < 200] > 0.1).mean() < 0.95
    assert (depth[from_river > 800] > 0.1).mean() < 0.05


def test_rain_gathers_where_no_river_is_near(event, valley, from_river):
    """Not the height above the river in disguise: hollows far above it stand in water."""
    high = (from_river > 800) & (canvas.coarse(valley.elevation_m, 3) > 120)
    assert (event.above_ground()[high] > 0.3).sum() > 50


def test_sealed_ground_sheds_what_tr55_says():
    """TR-55 eq. 2-3: 50 mm on CN 98 leave 44.3 mm, on CN 74 8.5 mm; the storm lasts an hour."""
    numbers = np.array([98.0, 74.0, 100.0])
    np.testing.assert_allclose(flood.runoff_m(3600.0, numbers) * 1000, [44.28, 8.52, 50], atol=0.01)
    np.testing.assert_array_equal(flood.runoff_m(9e9, numbers), flood.runoff_m(3600.0, numbers))
    assert (flood.runoff_m(0.0, numbers) == 0).all()


def test_the_wave_peaks_when_it_says():
    times = np.arange(0, flood.HOURS * 3600, 60)
    waves = np.array([flood.inflow(t, 80.0) for t in times])
    assert waves[0] == 80
    assert waves.max() == pytest.approx(flood.PEAK_M3S, rel=1e-6)
    assert times[waves.argmax()] == flood.PEAK_S
