import numpy as np
import pytest

from geoml.areas.demo import canvas
from geoml.areas.demo.relief import lit, steepness
from geoml.raster.grid import Grid

OBLONG = Grid("EPSG:2154", 0.0, 1000.0, 10.0, 20.0, 30, 30)


def plane(east, north):
    x, y = canvas.axes(OBLONG)
    return east * x + north * y


@pytest.mark.parametrize(("east", "north"), [(1, 0), (0, 1), (0.3, -0.4)])
def test_steepness_of_a_plane_is_its_slope_on_oblong_cells(east, north):
    np.testing.assert_allclose(steepness(plane(east, north), OBLONG), np.hypot(east, north), 1e-5)


def test_flat_ground_gets_the_sine_of_the_sun():
    np.testing.assert_allclose(lit(plane(0, 0), OBLONG, 30.0, 123.0), 0.5, rtol=1e-6)


def test_a_slope_that_faces_the_sun_is_fully_lit_and_its_back_is_dark():
    south = lit(plane(0, 1.0), OBLONG, 45.0, 180.0)  # rises northward, looks south
    np.testing.assert_allclose(south, 1.0, rtol=1e-5)
    assert lit(plane(0, -1.2), OBLONG, 45.0, 180.0).max() == 0
    east = lit(plane(-1.0, 0), OBLONG, 45.0, 90.0)
    np.testing.assert_allclose(east, 1.0, rtol=1e-5)


def test_the_land_is_plausible_and_water_lies_lowest(layout):
    height = layout.elevation_m
    assert np.isfinite(height).all()
    assert height.min() > -1
    assert 25 < np.ptp(height) < 150
    wet = canvas.mask(layout.ground, layout.water.main)
    near = (canvas.distance_m(layout.ground, wet) < 60) & ~wet
    assert height[near].mean() > height[wet].mean() + 0.3


def test_the_river_falls_downstream(valley):
    points = np.array(valley.water.axis.coords)
    inside = (points[:, 0] > valley.ground.west) & (points[:, 0] < valley.ground.bounds[2])
    level = canvas.sample(valley.elevation_m, valley.ground, *points[inside].T)
    drop = level[0] - level[-1]
    assert drop == pytest.approx(0.0008 * valley.plan.width_m, abs=0.5)


def test_brooks_fall_from_spring_to_mouth(valley):
    west, south, east, north = valley.ground.bounds
    for line in valley.water.brook_lines:
        points = np.array([p.coords[0] for p in line.interpolate(np.arange(0, line.length, 20.0))])
        x, y = points.T
        inside = (x > west) & (x < east) & (y > south) & (y < north)
        bed = canvas.sample(valley.elevation_m, valley.ground, x[inside], y[inside])
        assert bed[0] - bed[-1] > 10
        assert (bed - np.minimum.accumulate(bed)).max() < 0.3, "uphill"
