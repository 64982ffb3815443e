"""Scores of pixels and roofs on pictures that can be counted by hand."""

import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoml.errors import GridMismatch
from geoml.learning.segmentation.metrics import (
    Counts,
    by_place,
    count_objects,
    count_pixels,
    scores,
)

masks = arrays(bool, (12, 12))


def of(predicted, truth, **options):
    return scores("here", [count_pixels(predicted, truth, gsd_m=0.25, **options)])


def test_a_picture_counted_by_hand():
    truth, predicted = np.zeros((2, 10, 10), bool)
    truth[2:6, 2:6] = True
    predicted[2:6, 4:9] = True
    got = of(predicted, truth)
    assert got.iou == pytest.approx(8 / 28)
    assert (got.precision, got.recall) == (8 / 20, 8 / 16)
    assert got.area_bias_pct == pytest.approx(25)
    assert (got.pictures, got.pixels, got.band_m) == (1, 100, 1.0)


def test_a_place_is_the_sum_of_its_pictures_not_the_mean_of_their_scores():
    full, empty = np.ones((10, 10), bool), np.zeros((10, 10), bool)
    little = empty.copy()
    little[0, 0] = True
    counted = [count_pixels(full, full, gsd_m=1), count_pixels(little, empty, gsd_m=1)]
    assert scores("a", counted).iou == pytest.approx(100 / 101)
    found = by_place([("b", counted[1]), ("a", counted[0]), ("b", counted[0])])
    assert [one.place for one in found] == ["a", "b"]
    assert [one.iou for one in found] == [1, pytest.approx(100 / 101)]


def test_unknown_pixels_count_for_nothing():
    truth = np.ones((4, 4), bool)
    known = truth.copy()
    known[:, 2:] = False
    got = of(known, truth, known=known)
    assert (got.iou, got.area_bias_pct, got.pixels) == (1, 0, 8)


def test_what_cannot_be_divided_is_unknown_and_null_in_json():
    empty = np.zeros((4, 4), bool)
    got = of(empty, empty)
    assert all(math.isnan(one) for one in (got.iou, got.boundary_iou, got.object_f1, got.polis_m))
    told = json.loads(json.dumps(got.as_dict(), allow_nan=False))
    assert told["iou"] is None
    assert told["pixels"] == 16


def test_pictures_of_another_shape_are_refused():
    with pytest.raises(GridMismatch, match=r"expected \(4, 4\), got \(2, 2\)"):
        of(np.zeros((2, 2), bool), np.zeros((4, 4), bool))


def test_roofs_counted_by_hand():
    truth = [shapely.box(x, 0, x + 10, 10) for x in (0, 20, 40)]
    found = [shapely.box(1, 0, 11, 10), shapely.box(26, 0, 36, 10)]
    got = scores("here", [count_objects(found, truth)])
    assert (got.roofs_found, got.roofs_true, got.roofs_matched) == (2, 3, 1)
    assert (got.object_precision, got.object_recall) == (1 / 2, 1 / 3)
    assert got.object_f1 == pytest.approx(2 / 5)
    assert (got.polis_m, got.vertex_ratio) == (pytest.approx(0.5), 1)


@given(masks, masks)
def test_iou_is_symmetric_and_both_errors_change_places(a, b):
    one, other = of(a, b), of(b, a)
    assert one.iou == pytest.approx(other.iou, nan_ok=True)
    assert one.precision == pytest.approx(other.recall, nan_ok=True)
    assert one.boundary_iou == pytest.approx(other.boundary_iou, nan_ok=True)


@given(masks)
def test_the_truth_itself_scores_best(mask):
    got = of(mask, mask)
    if mask.any():
        assert (got.iou, got.precision, got.recall, got.area_bias_pct) == (1, 1, 1, 0)
        assert got.boundary_iou == 1 or mask.all()


@given(st.lists(st.tuples(masks, masks), max_size=4))
def test_counts_add_up_in_any_order(pictures):
    counted = [count_pixels(*pair, gsd_m=0.5) for pair in pictures]
    assert sum(counted, Counts()) == sum(reversed(counted), Counts())
