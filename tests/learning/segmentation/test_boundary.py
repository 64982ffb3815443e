"""Boundary IoU, doi:10.1109/CVPR46437.2021.01508: bands are counted by hand."""

import numpy as np
import pytest

from geoml.errors import InvalidArgument
from geoml.learning.segmentation.boundary import boundary_counts, inner_band


def square(side: int, at: int = 10, size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[at : at + side, at : at + side] = True
    return mask


def test_the_band_of_a_square_is_its_frame():
    band = inner_band(square(10), band_m=0.5, gsd_m=0.25)
    assert band.sum() == 10**2 - 6**2
    assert not (band & ~square(10)).any()


def test_a_band_is_never_thinner_than_a_pixel():
    assert inner_band(square(10), band_m=0.01, gsd_m=0.25).sum() == 10**2 - 8**2


def test_a_shift_of_a_large_roof_shows_in_its_edges_more_than_in_its_area():
    truth, shifted = square(20), np.roll(square(20), 1, axis=1)
    shared, joint = boundary_counts(truth, shifted, None, band_m=0.25, gsd_m=0.25)
    # frames of 76 pixels, one pixel wide: top and bottom share 19 each, the sides nothing more
    assert (shared, joint) == (38, 2 * 76 - 38)
    assert shared / joint < 0.5 < (truth & shifted).sum() / (truth | shifted).sum()


def test_a_wide_band_makes_it_the_iou_of_the_masks():
    truth, other = square(10), np.roll(square(10), 3, axis=0)
    shared, joint = boundary_counts(truth, other, None, band_m=50, gsd_m=0.25)
    assert (shared, joint) == ((truth & other).sum(), (truth | other).sum())


def test_the_edge_of_the_picture_is_no_contour():
    cut = np.zeros((10, 10), bool)
    cut[:, :5] = True
    assert inner_band(cut, 0.25, 0.25).sum() == 10
    assert not inner_band(np.ones((4, 4), bool), 1, 0.25).any()


def test_unknown_pixels_are_left_out_of_the_counts():
    truth = square(10)
    known = np.ones(truth.shape, bool)
    known[:, 15:] = False
    shared, joint = boundary_counts(truth, truth, known, band_m=0.25, gsd_m=0.25)
    assert shared == joint == 10 + 2 * 4


@pytest.mark.parametrize(("band_m", "gsd_m"), [(0, 0.25), (1, 0), (float("nan"), 1)])
def test_a_band_without_a_width_is_refused(band_m, gsd_m):
    with pytest.raises(InvalidArgument, match="above 0 m"):
        inner_band(square(10), band_m, gsd_m)
