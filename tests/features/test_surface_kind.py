"""Roofs are told from hills, dams, terraces and cliffs; and coarse cells are not asked."""

import numpy as np
import pytest

from geoml.features.surface_kind import footprint_rises, plateaus, shows_buildings

SIDE_M = 400.0


def ground(pixel, tilt=0.2):
    """A slope with a swell; x runs east and y south, in metres."""
    x, y = axes(pixel)
    return tilt * x + 3 * np.sin(y / 60)


def axes(pixel):
    centre = (np.arange(round(SIDE_M / pixel)) + 0.5) * pixel
    return centre[None, :], centre[:, None]


def houses(pixel, each=24.0, wide=12.0):
    """True on blocks of ``wide`` x ``wide`` metres, one in every square of ``2 * each``."""
    x, y = axes(pixel)
    return (np.abs(x % (2 * each) - each) < wide / 2) & (np.abs(y % (2 * each) - each) < wide / 2)


def town(pixel, height=6.0):
    return ground(pixel) + height * houses(pixel)


@pytest.mark.parametrize("pixel", [1.0, 2.0, 4.0])
def test_roofs_of_a_town_are_found_and_nothing_else(pixel):
    found = plateaus(town(pixel), pixel, pixel)
    roofs = houses(pixel)
    assert (found & roofs).sum() / roofs.sum() > 0.9
    assert not (found & ~roofs).any()
    assert shows_buildings(town(pixel), pixel, pixel)
    assert not shows_buildings(ground(pixel), pixel, pixel)


def test_oblong_cells_are_measured_each_way():
    fine = ground(2.0) + 6.0 * houses(2.0, wide=16.0)
    oblong = fine.reshape(-1, 2, fine.shape[1]).mean(axis=1)
    assert shows_buildings(oblong, 2.0, 4.0)
    turned = np.ascontiguousarray(oblong.T)
    assert np.array_equal(plateaus(turned, 4.0, 2.0), plateaus(oblong, 2.0, 4.0).T)


def natural():
    pixel = 2.0
    x, y = axes(pixel)
    flat = np.zeros((y.size, x.size))
    yield "steep hills", 40 * np.sin(x / 30) * np.cos(y / 40)
    yield "dunes", flat + 6 * np.sin(x / 25)
    yield "cliff", np.where(x > SIDE_M / 2, 60.0, 0.0) + 0.1 * y
    yield "terraces", np.floor(0.35 * (x + 0.4 * y) / 3) * 3
    yield "dams", 5 * np.clip((12 - np.abs(y - 200 + 0.3 * x)) / 6, 0, 1)
    yield "quarry", np.where(np.hypot(x - 200, y - 200) < 90, -25.0, 0.0) + 0.05 * x
    yield "rough ground", flat + np.random.default_rng(0).normal(0, 0.15, flat.shape)
    yield "nothing known", flat * np.nan


@pytest.mark.parametrize(("name", "elevation"), list(natural()), ids=lambda one: str(one)[:12])
def test_ground_is_ground(name, elevation):
    assert plateaus(elevation, 2.0, 2.0).mean() < 0.002, name
    assert not shows_buildings(elevation, 2.0, 2.0)


def test_one_hall_that_was_forgotten_is_no_surface_model():
    pixel = 2.0
    x, y = axes(pixel)
    hall = (np.abs(x - 200) < 25) & (np.abs(y - 200) < 25)
    elevation = ground(pixel) + 9.0 * hall
    assert (plateaus(elevation, pixel, pixel) == hall).all()
    assert not shows_buildings(elevation, pixel, pixel)


def test_cells_of_more_than_ten_metres_say_nothing():
    blocks = np.where(houses(10.0, each=40, wide=40), 20.0, 0.0)
    assert shows_buildings(blocks, 10.0, 10.0)
    assert not shows_buildings(blocks, 10.5, 10.5)


def test_unknown_cells_make_no_wall():
    elevation = ground(2.0)
    elevation[::7, ::5] = np.nan
    assert not plateaus(elevation, 2.0, 2.0).any()


def test_footprints_rise_by_the_height_of_the_house_on_a_slope():
    rises = footprint_rises(town(2.0, height=6.0), houses(2.0), 2.0, 2.0)
    assert rises.size == 64
    assert rises == pytest.approx(6.0, abs=0.4)
    flat = footprint_rises(ground(2.0), houses(2.0), 2.0, 2.0)
    assert flat == pytest.approx(0.0, abs=0.4)


def test_a_shed_and_a_house_on_unknown_ground_are_left_out():
    elevation, mask = ground(2.0), np.zeros((200, 200), bool)
    mask[10:13, 10:13] = True  # 36 m2
    mask[50:58, 50:58] = True
    elevation[40:70, 40:70] = np.nan
    assert footprint_rises(elevation, mask, 2.0, 2.0).size == 0
    assert footprint_rises(elevation, np.zeros_like(mask), 2.0, 2.0).size == 0
