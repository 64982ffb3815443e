"""What holds for the water of any ground: rough, with holes, of any proportion."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.features.hydrology.quantities import QUANTITIES
from geoml.features.hydrology.together import MEMBERS, member, trace
from geoml.features.quantity import Surroundings
from geoml.raster.grid import Grid

laws = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def courses(draw):
    """The course of the water over a ground of 1/1024 m steps, so that 1 km more is exact."""
    rows, cols = draw(st.integers(1, 16)), draw(st.integers(1, 16))
    sides = draw(st.sampled_from((20.0, 100.0, 250.0))), draw(st.sampled_from((30.0, 100.0)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ground = (np.rint(rng.uniform(1, 300, (rows, cols)) * 1024) / 1024).astype(np.float32)
    ground[rng.random(ground.shape) < draw(st.sampled_from((0.0, 0.1, 0.6)))] = np.nan
    layers = {"dem": ground}
    if draw(st.booleans()):
        layers["water"] = rng.random(ground.shape) < 0.1
    return layers, Grid("EPSG:2154", 0, 0, *sides, rows, cols)


def course(layers, grid):
    ground = Surroundings(grid, grid.whole(), lambda key, window: layers[key][window.slices])
    return trace(ground, layers)


def members(layers, grid):
    found = course(layers, grid)
    return {name: member(found, name, 1) for name in MEMBERS}


@given(courses())
@laws
def test_law_height_is_never_below_0_and_is_0_on_drainage(made):
    found = course(*made)
    height = found.height
    assert not (height < 0).any()
    assert (height[found.drainage] == 0).all()
    np.testing.assert_array_equal(np.isnan(height), found.drain < 0)


@given(courses())
@laws
def test_law_upstream_area_never_falls_downstream(made):
    found = course(*made)
    area, known = found.upstream_km2.ravel(), found.flow.order
    assert (area[found.flow.downstream[known]] >= area[known]).all()


@given(courses())
@laws
def test_law_unknown_ground_stays_unknown(made):
    layers, grid = made
    unknown = np.isnan(layers["dem"])
    for name, values in members(layers, grid).items():
        assert np.isnan(values[unknown]).all(), name
    for name in ("upstream_area", "sink_depth"):
        assert not np.isnan(members(layers, grid)[name][~unknown]).any(), name


@given(courses())
@laws
def test_law_the_datum_changes_nothing(made):
    layers, grid = made
    higher = members({**layers, "dem": layers["dem"] + np.float32(1024)}, grid)
    for name, values in members(layers, grid).items():
        np.testing.assert_allclose(higher[name], values, rtol=1e-4, atol=1e-3, err_msg=name)


@given(courses(), st.sampled_from((0.5, 4.0)))
@laws
def test_law_metres_are_metres(made, factor):
    """Wider cells of the same heights: where the drainage is the same, lengths and areas grow."""
    layers, grid = made
    wide = Grid(grid.crs, 0, 0, grid.pixel_x * factor, grid.pixel_y * factor, *grid.shape)
    small, large = course(layers, grid), course(layers, wide)
    if (small.holes != large.holes).any():
        return  # the same cells, but now too large a hole to be bridged
    np.testing.assert_array_equal(small.flow.downstream, large.flow.downstream)
    np.testing.assert_allclose(large.upstream_km2, small.upstream_km2 * factor**2, rtol=1e-5)
    if (small.drainage == large.drainage).all():
        alike = (small.rivers == large.rivers).all()
        for name in ("flow_distance", "river_distance") if alike else ("flow_distance",):
            here, there = MEMBERS[name](small, 1), MEMBERS[name](large, 1)
            np.testing.assert_allclose(there, here * factor, rtol=1e-5, err_msg=name)
        np.testing.assert_array_equal(small.height, large.height)


@given(courses())
@laws
def test_law_threads_do_not_matter(made):
    found = course(*made)
    one, five = (MEMBERS["river_distance"](found, workers) for workers in (1, 5))
    np.testing.assert_array_equal(one, five)


@given(courses())
@laws
def test_law_values_lie_in_their_range(made):
    found = members(*made)
    for quantity in QUANTITIES:
        values = found[quantity.name][~np.isnan(found[quantity.name])]
        low, high = quantity.valid
        assert ((values >= low) & (values <= high)).all(), quantity.name
