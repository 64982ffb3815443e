import json
from types import SimpleNamespace

import numpy as np
import pytest

from geoml.learning.blocks import Blocks
from geoml.learning.probability.curves import Calibration
from geoml.learning.probability.interval import calibrate
from geoml.learning.variogram import Range


def blocks_of(count, cells):
    block = np.repeat(np.arange(count), cells)
    return Blocks(block, block % 5, 300.0, Range(200.0, True), count)


def country(service, count, cells, seed, apart=1.0):
    """Each block is drier or wetter than its features tell, by a log-odds of its own."""
    rng = np.random.default_rng(seed)
    blocks = blocks_of(count, cells)
    rows = np.column_stack([rng.normal(0, 2, count * cells), np.zeros((count * cells, 2))])
    odds = rows[:, 0] + rng.normal(0, apart, count)[blocks.block]
    target = (rng.random(len(rows)) < 1 / (1 + np.exp(-odds))).astype(float)
    names = ("gather", "height", "noise")
    study = SimpleNamespace(service=service, names=names, rows=rows, target=target, blocks=blocks)
    return study, (lambda rows: np.nan_to_num(rows[:, 0]),) * 5


@pytest.fixture(scope="module")
def made(yes_or_no):
    return calibrate(*country(yes_or_no, 60, 40, 0))


def test_ends_lie_in_0_to_1_hold_the_answer_and_rise_with_it(made):
    for one in made[0]:
        margin = np.linspace(-30, 30, 4001)
        answer = one.curve.at(margin)
        low, high = one.ends(margin, answer)
        assert ((low >= 0) & (low <= answer) & (answer <= high) & (high <= 1)).all()
        assert (np.diff(low) >= -1e-12).all()
        assert (np.diff(high) >= -1e-12).all()


def test_blocks_never_seen_lie_within_as_often_as_promised(yes_or_no, made):
    """Share of ones among the cells of one class in a new block, 400 new blocks."""
    calibration, _ = made[0][0], made[1]
    study, (model, *_) = country(yes_or_no, 400, 40, 1)
    margin = model(study.rows)
    answer = calibration.curve.at(margin)
    low, high = calibration.ends(margin, answer)
    within = []
    for number in range(400):
        for lower, upper in ((0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
            inside = (study.blocks.block == number) & (answer >= lower) & (answer < upper)
            if inside.sum() >= 5:
                share = study.target[inside].mean()
                within.append(low[inside].mean() - 1e-9 <= share <= high[inside].mean() + 1e-9)
    assert 0.87 <= np.mean(within) <= 0.98


def test_blocks_that_differ_more_are_promised_less(yes_or_no, made):
    calm, _ = calibrate(*country(yes_or_no, 60, 40, 0, apart=0.0))

    def width(calibration):
        low, high = calibration.ends(np.zeros(1), calibration.curve.at(np.zeros(1)))
        return float(high[0] - low[0])

    assert width(made[0][0]) > 1.2 * width(calm[0])


def test_what_it_says_of_itself_was_measured_and_few_blocks_are_told(yes_or_no, made):
    said = made[1][0]
    assert said["pattern"] == ["gather", "height", "noise"]
    assert 0.8 <= said["coverage_mean"] <= 1
    assert said["coverage_worst"] <= said["coverage_mean"]
    assert said["exact"] is True
    assert all(one["lower"] <= one["probability"] <= one["upper"] for one in said["classes"])
    _, few = calibrate(*country(yes_or_no, 7, 40, 2))
    assert few[0]["exact"] is False


def test_the_file_holds_all_of_it(made):
    for one in made[0]:
        again = Calibration.from_dict(json.loads(json.dumps(one.as_dict())))
        assert again.pattern == one.pattern
        margin = np.linspace(-5, 5, 99)
        answer = one.curve.at(margin)
        np.testing.assert_array_equal(again.curve.at(margin), answer)
        np.testing.assert_array_equal(again.ends(margin, answer), one.ends(margin, answer))
