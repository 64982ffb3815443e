import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.features.focal import QUANTITIES, disk, focal_mean
from geoml.raster.grid import Grid, grown, windows


def slow_mean(values, pixel_x, pixel_y, radius):
    """The definition, cell by cell."""
    rows, cols = values.shape
    row, col = np.mgrid[:rows, :cols]
    reach = int(radius // min(pixel_x, pixel_y)) + 1
    near = (
        np.hypot(
            *np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
            * np.array([pixel_y, pixel_x])[:, None, None]
        )
        <= radius
    )
    out = np.full(values.shape, np.nan)
    for r in range(rows):
        for c in range(cols):
            inside = np.hypot((row - r) * pixel_y, (col - c) * pixel_x) <= radius
            known = values[inside & ~np.isnan(values)]
            if 2 * known.size >= near.sum():
                out[r, c] = known.mean()
    return out


@given(
    seed=st.integers(0, 999),
    unknown=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    pixel=st.sampled_from([(30, 30), (10, 20), (25, 10)]),
    radius=st.sampled_from([5, 30, 50, 75]),
)
@settings(max_examples=40, deadline=None)
def test_equals_its_definition(seed, unknown, pixel, radius):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (9, 11))
    values[rng.random(values.shape) < unknown] = np.nan
    got = focal_mean(values, *pixel, radius)
    np.testing.assert_allclose(got, slow_mean(values, *pixel, radius), atol=2e-9)


def test_worked_example():
    values = np.zeros((5, 5), np.float32)
    values[2, 2] = 1
    plus = np.zeros((5, 5), bool)
    plus[2, 1:4] = plus[1:4, 2] = True
    np.testing.assert_allclose(focal_mean(values, 30, 30, 30), np.where(plus, 0.2, 0), rtol=1e-6)


def test_a_cloud_smaller_than_half_the_disk_hides_nothing():
    values = np.full((41, 41), 0.5, np.float32)
    values[15:22, 15:22] = np.nan
    np.testing.assert_array_equal(focal_mean(values, 30, 30, 300)[10:31, 10:31], np.float32(0.5))


def test_outside_the_raster_is_unknown():
    got = focal_mean(np.full((41, 41), 0.5, np.float32), 30, 30, 300)
    assert np.isnan(got[0, 0])
    assert (got[0, 10:31] == 0.5).all()


def test_a_disk_counts_the_centres_on_its_rim():
    assert disk(30, 30, 300)[0] == disk(30, 30, 300)[-1] == 0
    assert len(disk(30, 30, 300)) == 21
    assert disk(0.1, 0.1, 0.3)[3] == 3
    assert disk(10, 20, 20) == (0, 2, 0)


@given(size=st.integers(3, 25), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_cutting_the_raster_changes_no_bit(size, seed):
    grid = Grid("EPSG:2154", 0, 0, 10, 20, 23, 29)
    values = np.random.default_rng(seed).uniform(-1, 1, grid.shape).astype(np.float32)
    whole = focal_mean(values, 10, 20, 60)
    for window in windows(grid, size):
        outer = grown(window, 6, grid)
        part = focal_mean(values[outer.slices], 10, 20, 60)
        top, left = window.row - outer.row, window.col - outer.col
        cut = part[top : top + window.rows, left : left + window.cols]
        np.testing.assert_array_equal(cut, whole[window.slices])


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: quantity.name)
def test_declared_radius_is_the_one_used(quantity):
    (base,) = quantity.needs
    grid = Grid("EPSG:2154", 0, 0, 60, 60, 21, 21)
    values = np.zeros(grid.shape)
    values[10, 10] = 0.5
    got = quantity.compute({base: values}, grid)
    assert quantity.halo(grid) == 5
    assert got[10, 15] > 0
    assert got[10, 16] == 0
