import json

import numpy as np
import pytest

from geoml.learning import conformal
from geoml.learning.blocks import Blocks
from geoml.learning.conformal import HalfWidth, calibrate, half_width, quantile
from geoml.learning.validation import out_of_fold
from geoml.learning.variogram import Range

NAMES = ("ndvi", "building_density", "water_distance")


def blocks_of(count: int, cells: int) -> Blocks:
    block = np.repeat(np.arange(count), cells)
    return Blocks(block, block % 5, 300.0, Range(200.0, True), count)


def town(blocks: Blocks, seed: int, noise: float = 0.5):
    """Density is worth 4 K, each block has an offset of its own that no feature shows."""
    rng = np.random.default_rng(seed)
    n = len(blocks.block)
    rows = rng.random((n, 3))
    offset = rng.normal(0, 1, blocks.count)[blocks.block]
    return rows, 4 * rows[:, 1] + offset + rng.normal(0, noise, n)


def line(rows, target):
    """Least squares on density where it is known."""
    known = np.nan_to_num(rows[:, [1]], nan=0.5)
    slope, start = np.polyfit(known[:, 0], target, 1)
    return lambda asked: start + slope * np.nan_to_num(asked[:, 1], nan=0.5)


def test_finite_sample_quantile_with_one_cell_a_block():
    residual = np.arange(1.0, 20.0)  # 19 blocks: ceil(0.9 x 20) = 18th smallest
    assert quantile(residual, np.arange(19)) == (18.0, True)


def test_too_few_blocks_give_the_largest_residual_and_say_so():
    assert quantile(np.arange(1.0, 9.0), np.arange(8)) == (8.0, False)
    assert quantile(np.arange(1.0, 10.0), np.arange(9)) == (9.0, True)


def test_a_block_counts_once_whatever_its_size():
    small = [0.1] * 18  # eighteen quiet blocks of one cell
    loud = np.full(1000, 9.0)  # one loud block of a thousand
    residual = np.concatenate([small, loud])
    block = np.concatenate([np.arange(18), np.full(1000, 18)])
    assert quantile(residual, block) == (0.1, True)


@pytest.mark.parametrize("seed", range(3))
def test_cells_of_new_blocks_are_covered(service, seed):
    """Out-of-fold calibration on 60 blocks, then 400 blocks of the same kind: 90 % or more."""
    blocks = blocks_of(60, 20)
    rows, target = town(blocks, seed)
    found = out_of_fold(line, rows, target, blocks.fold)
    wide = calibrate(service, NAMES, rows, target, found, blocks)
    fresh_rows, fresh = town(blocks_of(400, 20), seed + 100)
    covered = np.abs(line(rows, target)(fresh_rows) - fresh) <= wide[0].half_width
    assert 0.87 <= covered.mean() <= 0.97
    assert 0.8 <= wide[0].coverage_mean <= 1.0
    assert wide[0].coverage_worst <= wide[0].coverage_mean
    assert wide[0].exact


def test_knowing_less_costs_width_and_each_pattern_has_its_own(service):
    blocks = blocks_of(60, 20)
    rows, target = town(blocks, 0, noise=0.1)
    found = out_of_fold(line, rows, target, blocks.fold)
    wide = {
        one.pattern: one.half_width
        for one in calibrate(service, NAMES, rows, target, found, blocks)
    }
    assert list(wide) == [NAMES, ("ndvi",), ("building_density",)]
    assert wide["ndvi",] > wide[NAMES]
    assert wide["building_density",] == wide[NAMES]


def test_a_pattern_is_calibrated_where_it_is_known(service):
    blocks = blocks_of(60, 20)
    rows, target = town(blocks, 0)
    rows[:600, 2] = np.nan
    found = out_of_fold(line, rows, target, blocks.fold)
    wide = calibrate(service, NAMES, rows, target, found, blocks)
    assert [one.cells for one in wide] == [600, 1200, 1200]
    assert [one.blocks for one in wide] == [30, 60, 60]


def test_prediction_takes_the_tightest_that_it_knows():
    def one(pattern, width):
        return HalfWidth(pattern, width, 0.9, 0.9, 100, 20, True)

    table = [one(NAMES, 1.0), one(("ndvi",), 3.0), one(("building_density",), 2.0)]
    n = np.nan
    rows = np.array([[1, 1, 1.0], [1, 1, n], [1, n, 1], [n, 1, 1], [n, n, 1]])
    np.testing.assert_array_equal(half_width(table, NAMES, rows), [1, 2, 3, 2, n])


def test_survives_json():
    table = (HalfWidth(NAMES, 1.5, None, None, 100, 3, False),)
    again = conformal.from_dicts(json.loads(json.dumps([one.as_dict() for one in table])))
    assert again == table
