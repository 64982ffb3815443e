"""What is told of a picture and what its file says; how large a picture may be to be looked at."""

import math

import numpy as np
import pytest
from affine import Affine

from geoml.errors import InvalidArgument, OutOfRange, OversizedHeader
from geoml.learning.segmentation.spec import Spec
from geoml.lifecycle.picture_place import agreed, check_work
from geoml.raster.picture import Picture

SPEC = Spec(gsd_m=0.25, gsd_range_m=(0.07, 0.5), stride=32, halo_px=32)
PIXELS = np.zeros((100, 200, 3), np.uint8)
KNOWN = np.ones((100, 200), np.bool_)
UTM = Affine(0.1, 0, 500_000, 0, -0.1, 5_000_000)  # on the meridian: about 45.15 north
THERE = Picture(PIXELS, KNOWN, "EPSG:32631", UTM, 0.1)
NOWHERE = Picture(PIXELS, KNOWN, None, None, None)
UNKNOWN = math.nan


@pytest.mark.parametrize(
    ("side", "gsd_m"),
    [(2048, 0.01), (2048, 0.25), (2048, 0.35), (1448, 0.5), (1206, 0.6)],
)
def test_a_picture_of_ordinary_size_is_looked_at(side, gsd_m):
    check_work(SPEC, (side, side), gsd_m)


@pytest.mark.parametrize(("side", "gsd_m"), [(2048, 0.36), (1449, 0.5), (1208, 0.6)])
def test_pixels_that_have_to_be_enlarged_are_counted_as_they_are_then(side, gsd_m):
    with pytest.raises(OversizedHeader) as caught:
        check_work(SPEC, (side, side), gsd_m)
    most = int(caught.value.expected.split()[2])
    check_work(SPEC, (most, most), gsd_m)  # what is offered is accepted
    assert 0 < side - most < 50


def test_pixels_that_suit_the_model_at_no_size_are_told_so():
    with pytest.raises(OutOfRange):
        check_work(SPEC, (8, 8), 0.61)


@pytest.mark.parametrize("gsd_m", [UNKNOWN, 0.0981, 0.1019])
@pytest.mark.parametrize("latitude", [UNKNOWN, 44.7, 45.6])
def test_the_place_of_the_file_counts_before_what_is_told(gsd_m, latitude):
    assert agreed(THERE, gsd_m, latitude) is THERE


@pytest.mark.parametrize(
    ("gsd_m", "latitude", "name"),
    [(0.0979, UNKNOWN, "gsd"), (0.1021, 45, "gsd"), (0.1, 44.6, "lat"), (UNKNOWN, 45.7, "lat")],
)
def test_what_contradicts_the_file_is_refused(gsd_m, latitude, name):
    with pytest.raises(InvalidArgument) as caught:
        agreed(THERE, gsd_m, latitude)
    assert caught.value.where == name


def test_a_picture_without_a_place_has_the_pixels_that_are_told():
    assert agreed(NOWHERE, 0.2, 10).gsd_m == 0.2
    assert agreed(NOWHERE, UNKNOWN, UNKNOWN).gsd_m is None
