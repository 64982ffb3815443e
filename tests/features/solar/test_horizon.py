import numpy as np
import pytest

from geoml.features.solar.days import days
from geoml.features.solar.horizon import SECTORS, horizon, lost
from geoml.features.solar.sky import sky_at

DAY = days(45.0, sky_at(45.0))
OPEN = np.zeros((1, SECTORS))


def wall(height, away_m, cell=0.5, size=200):
    """Level ground with an endless wall in the north; the eye in the middle."""
    heights = np.zeros((size, size), np.float32)
    heights[: size // 2 - round(away_m / cell)] = height
    return heights, (np.array([size / 2]), np.array([size / 2]), np.array([0.0]))


def look(heights, places, cell=0.5, **options):
    return horizon(heights, (cell, cell), places, reach_m=45.0, noise_m=0.0, **options)


def test_a_wall_stands_as_high_as_its_angle():
    heights, eye = wall(10.0, 20.0)
    seen = look(heights, eye)[0]
    assert seen[0] == pytest.approx(np.degrees(np.arctan(10 / 20)), abs=2)
    assert seen[6] < seen[3] < seen[0]  # 60, 30 and 0 degrees from north
    assert not seen[10:27].any()


def test_directions_are_true_when_the_grid_is_turned():
    heights, eye = wall(10.0, 20.0)
    assert look(heights, eye, north_deg=90.0)[0].argmax() in (8, 9, 10)


def test_level_ground_and_the_unknown_hide_nothing():
    heights, eye = wall(10.0, 20.0)
    assert not look(np.zeros_like(heights), eye).any()
    assert not look(np.full_like(heights, np.nan), eye).any()


def test_noise_is_not_a_horizon():
    rough = np.random.default_rng(1).normal(0, 0.05, (100, 100)).astype(np.float32)
    eye = (np.array([50.0]), np.array([50.0]), np.array([0.0]))
    assert not horizon(rough, (0.5, 0.5), eye, reach_m=20, noise_m=0.3).any()


@pytest.mark.parametrize(("tilt", "compass"), [(0, 0), (30, 180), (45, 90), (60, 0)])
def test_an_open_horizon_takes_nothing_and_a_closed_one_almost_all(tilt, compass):
    assert lost(DAY, tilt, compass, OPEN) == pytest.approx(np.zeros(12), abs=1e-9)
    closed = lost(DAY, tilt, compass, np.full((1, SECTORS), 89.9))
    assert (closed > 0.8).all()  # what is left comes from the ground


def test_a_roofs_own_slope_hides_nothing_from_itself():
    """A plane that rises to the north at 30 degrees has that horizon there, and loses nothing."""
    bearing = np.arange(SECTORS) * 10
    own = np.degrees(np.arctan(np.tan(np.radians(30)) * np.cos(np.radians(bearing))))
    got = lost(DAY, 30, 180, np.maximum(own, 0.0)[None])
    assert got == pytest.approx(np.zeros(12), abs=0.01)


def test_a_higher_horizon_never_takes_less():
    some = np.zeros((1, SECTORS))
    some[0, 12:25] = 1.0
    shares = [lost(DAY, 20, 180, some * height) for height in (0, 10, 20, 40, 60, 80)]
    assert (np.diff(shares, axis=0) >= -1e-9).all()


def test_the_south_matters_most_in_winter_and_the_north_hardly_ever():
    south, north = np.zeros((2, 1, SECTORS))
    south[0, 13:24], north[0, [33, 34, 35, 0, 1, 2, 3]] = 25.0, 25.0
    by_month = lost(DAY, 30, 180, south)
    assert by_month[[0, 11]].min() > 0.4
    assert by_month[4:8].max() < 0.1
    assert lost(DAY, 30, 180, north).max() < 0.03


def test_half_the_places_in_shade_lose_half():
    wall_south = np.zeros((2, SECTORS))
    wall_south[0, 9:28] = 85.0
    one, both = wall_south[:1], wall_south
    assert lost(DAY, 30, 180, both) == pytest.approx(lost(DAY, 30, 180, one) / 2, rel=1e-6)
