"""The shipped model on the strip of Banepa that its training kept out, as the page tells it."""

import pytest

from benchmarks import banepa, roofs
from geoml.files import read_json
from geoml.learning.segmentation.metrics import scores

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def told(real_data):
    """Scores by what was measured."""
    assert real_data.is_dir()
    return {name: scores(name, [counts]) for name, counts in banepa.measured()[0].items()}


def test_the_strip_is_the_one_that_the_training_told_of(told):
    """Its judge saw it in pieces of 2,048 pixels; the difference is at their seam."""
    table = read_json(roofs.model().folder / "metrics.json")["table"]
    (own,) = (line for line in table if line["candidate"] == banepa.PLACE)
    assert told[banepa.NET].iou == pytest.approx(own["iou"], abs=0.005)
    assert told[banepa.NET].recall == pytest.approx(own["recall"], abs=0.005)


def test_the_mapped_roofs_lie_on_the_pixels_of_the_label(told):
    assert told[banepa.PERFECT].object_precision > 0.85
    assert abs(told[banepa.PERFECT].area_bias_pct) < 1


def test_what_was_learned_beats_what_needs_no_learning(told):
    net = told[banepa.NET].iou
    assert net > told["trivial rule"].iou + 0.1
    assert net > told["everything is roof"].iou + 0.1
    assert net > 0.6


def test_outlines_keep_what_the_pixels_say_with_few_corners(told):
    seen, square = told[banepa.OUTLINES], told[banepa.SQUARED]
    assert square.iou > told[banepa.NET].iou - 0.03
    assert square.vertex_ratio < 0.5 * seen.vertex_ratio
    assert square.object_f1 > told["trivial rule"].object_f1
