import numpy as np
import pytest
import shapely

from geoml.areas.demo import canvas
from geoml.raster.grid import Grid

GRID = Grid("EPSG:2154", 100.0, 500.0, 2.0, 2.0, 60, 80)


def by_centres(shape):
    x, y = canvas.axes(GRID)
    xs, ys = np.broadcast_arrays(x, y)
    return shapely.contains_xy(shape, xs, ys)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(111.3, 421.7, 170.2, 480.9),
        shapely.Point(180.1, 440.3).buffer(37.7),
        shapely.Point(150.1, 440.3).buffer(30.3) - shapely.Point(155.3, 441.1).buffer(9.9),
        shapely.Point(105.3, 405.1).buffer(4.1) | shapely.box(205.7, 451.3, 240.1, 470.3),
        shapely.box(0.5, 0.5, 900.5, 900.5),
        shapely.box(0.5, 0.5, 10.5, 10.5),
        shapely.Polygon(),
    ],
)
def test_fill_sets_the_cells_whose_centre_is_inside(shape):
    np.testing.assert_array_equal(canvas.mask(GRID, shape), by_centres(shape))


def test_sample_is_exact_on_a_plane():
    x, y = canvas.axes(GRID)
    plane = 3 * x - 2 * y
    at = np.array([121.37, 160.0]), np.array([433.3, 470.0])
    np.testing.assert_allclose(canvas.sample(plane, GRID, *at), 3 * at[0] - 2 * at[1])


def test_distance_is_in_metres_and_far_where_there_is_nothing():
    spot = np.zeros(GRID.shape, bool)
    spot[10, 20] = True
    far = canvas.distance_m(GRID, spot)
    assert far[10, 20] == 0
    assert far[13, 24] == pytest.approx(10.0)
    assert canvas.distance_m(GRID, np.zeros(GRID.shape, bool)).min() > 1e4


def test_coarse_of_fine_gives_the_field_back_inside():
    x, y = canvas.axes(GRID)
    plane = (x + y).astype(np.float32)
    back = canvas.coarse(canvas.fine(plane, 4), 4)
    np.testing.assert_allclose(back[1:-1, 1:-1], plane[1:-1, 1:-1], rtol=1e-5)


def test_smoothstep_goes_from_zero_to_one():
    values = canvas.smoothstep(np.linspace(-1, 3, 41), 0, 2)
    assert values[0] == 0
    assert values[-1] == 1
    assert (np.diff(values) >= 0).all()
    assert canvas.smoothstep(np.array([1.0]), 0, 2)[0] == pytest.approx(0.5)
