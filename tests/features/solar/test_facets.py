"""Planes with a known answer: exact without noise, within a degree with the noise of a survey."""

import numpy as np
import pytest

from geoml.features.solar.facets import Cells, facets
from tests.features.solar.conftest import House


def roof_of(house, cell_x=0.5, cell_y=0.5, noise=0.0, lost=0.0):
    """The cells of one house alone: its bounding box and nothing around it."""
    cols, rows = round(house.width / cell_x), round(house.depth / cell_y)
    east = (np.arange(cols) + 0.5) * cell_x - house.width / 2
    north = house.depth / 2 - (np.arange(rows) + 0.5) * cell_y
    heights = house.heights(*np.meshgrid(east, north))
    chance = np.random.default_rng(3)
    heights = heights + chance.normal(0, noise, heights.shape) if noise else heights
    heights[chance.random(heights.shape) < lost] = np.nan
    return Cells(heights.astype(np.float32), np.ones(heights.shape, bool), cell_x, cell_y)


def close(angle, other, within):
    return abs((angle - other + 180) % 360 - 180) <= within


@pytest.mark.parametrize("azimuth", [0, 37, 90, 180, 251])
@pytest.mark.parametrize("tilt", [8, 25, 45])
def test_one_plane_is_found_exactly(tilt, azimuth):
    (face,) = facets(roof_of(House(0, 0, tilt, azimuth, faces=1)))
    assert face.tilt_deg == pytest.approx(tilt, abs=0.01)
    assert close(face.grid_azimuth_deg, azimuth, 0.05)
    assert face.cells.all()
    assert face.spread_m < 1e-3


@pytest.mark.parametrize("cell", [0.25, 0.5, 1.0])
@pytest.mark.parametrize(("tilt", "azimuth"), [(15, 180), (30, 135), (45, 80)])
def test_two_faces_within_a_degree_despite_noise_and_gaps(tilt, azimuth, cell):
    found = facets(roof_of(House(0, 0, tilt, azimuth), cell, cell, noise=0.04, lost=0.02))
    assert len(found) == 2
    for face, down in zip(
        sorted(found, key=lambda f: not close(f.grid_azimuth_deg, azimuth, 90)),
        (azimuth, azimuth + 180),
        strict=True,
    ):
        assert face.tilt_deg == pytest.approx(tilt, abs=1.0)
        assert close(face.grid_azimuth_deg, down, 2.5)


def test_at_two_metres_it_is_coarser_but_not_wrong():
    found = facets(roof_of(House(0, 0, 30, 180, width=24, depth=20), 2.0, 2.0, noise=0.08))
    assert len(found) == 2
    assert all(face.tilt_deg == pytest.approx(30, abs=3) for face in found)


def test_oblong_cells_do_not_turn_a_roof():
    (face,) = facets(roof_of(House(0, 0, 30, 135, faces=1), cell_x=0.5, cell_y=1.0))
    assert face.tilt_deg == pytest.approx(30, abs=0.01)
    assert close(face.grid_azimuth_deg, 135, 0.05)


def test_a_chimney_stays_out_and_the_faces_share_out_the_rest():
    roof = roof_of(House(0, 0, 30, 180), noise=0.02)
    roof.heights[5:8, 10:13] += 1.5
    found = facets(roof)
    assert len(found) == 2
    taken = sum(face.cells.astype(int) for face in found)
    assert taken.max() == 1
    assert (taken == 0).sum() == 9
    assert not taken[5:8, 10:13].any()


def test_an_unknown_cell_is_no_obstacle():
    roof = roof_of(House(0, 0, 20, 90, faces=1))
    roof.heights[10:12, 10:12] = np.nan
    (face,) = facets(roof)
    assert face.cells.all()


def test_the_blur_at_the_eaves_belongs_to_the_roof():
    roof = roof_of(House(0, 0, 30, 180, faces=1))
    roof.heights[[0, -1]] -= 3
    roof.heights[:, [0, -1]] -= 3
    (face,) = facets(roof)
    assert face.tilt_deg == pytest.approx(30, abs=0.01)
    assert face.cells.all()


def test_a_tree_over_a_roof_is_not_believed():
    roof = roof_of(House(0, 0, 0, 0, faces=1))
    roof.heights[:] += np.random.default_rng(5).uniform(0, 8, roof.heights.shape)
    assert facets(roof) == ()


def test_too_few_cells_say_nothing():
    assert facets(roof_of(House(0, 0, 30, 180, width=4, depth=4), 2.0, 2.0)) == ()


def test_nothing_but_unknown_says_nothing():
    roof = roof_of(House(0, 0, 30, 180))
    roof.heights[:] = np.nan
    assert facets(roof) == ()


def test_the_same_roof_gives_the_same_faces():
    one, two = (facets(roof_of(House(0, 0, 35, 200), noise=0.05)) for _ in range(2))
    assert [(f.tilt_deg, f.grid_azimuth_deg) for f in one] == [
        (f.tilt_deg, f.grid_azimuth_deg) for f in two
    ]
