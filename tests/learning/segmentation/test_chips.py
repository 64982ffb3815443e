"""Chips: what lies outside of a region is never in them, and their truth turns with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.learning.segmentation.chips import Cut, chip, mirrored
from geoml.learning.segmentation.loss import UNKNOWN
from geoml.learning.segmentation.rescale import Pixels
from geoml.raster.grid import Window

POISON = 255


@pytest.fixture(scope="module")
def guarded():
    """A region with a roof, in the middle of poison that belongs to what is reported on."""
    values = np.full((4, 200, 200), POISON, np.uint8)
    values[:3, 60:140, 60:140], values[3, 60:140, 60:140] = 10, 0
    values[:3, 80:110, 90:130], values[3, 80:110, 90:130] = 100, 1
    source = Pixels(values, np.ones((200, 200), bool))
    return Cut(source, Window(60, 60, 80, 80))


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.9, 4.0])
@pytest.mark.parametrize("seed", range(12))
def test_no_pixel_from_outside_leaks_into_a_chip(guarded, ratio, seed):
    rgb, label = chip(guarded, 32, ratio, np.random.default_rng(seed))
    assert rgb.shape == (3, 32, 32)
    assert label.shape == (32, 32)
    assert rgb.max() <= 100
    assert set(np.unique(label)) <= {0, 1, UNKNOWN}


@pytest.mark.parametrize("seed", range(8))
def test_truth_stays_on_its_pixels(guarded, seed):
    rgb, label = chip(guarded, 48, 1.0, np.random.default_rng(seed))
    sure = (label != UNKNOWN) & ((rgb[0] == 10) | (rgb[0] == 100))
    wrong = (rgb[0] == 100)[sure] != (label == 1)[sure]
    assert sure.mean() > 0.3
    assert wrong.mean() < 0.01  # turning interpolates pixels and picks labels


@given(st.integers(0, 7))
def test_every_way_to_lay_a_square_keeps_pixels_and_labels_together(which):
    label = np.arange(16, dtype=np.uint8).reshape(4, 4)
    rgb, turned = mirrored(np.stack([label] * 3), label, which)
    for band in rgb:
        np.testing.assert_array_equal(band, turned)
    assert sorted(turned.ravel()) == list(range(16))


def test_the_eight_ways_differ():
    label = np.arange(9, dtype=np.uint8).reshape(3, 3)
    ways = {mirrored(np.stack([label] * 3), label, which)[1].tobytes() for which in range(8)}
    assert len(ways) == 8
