import numpy as np
import pytest

from geoml.errors import NotEnoughData
from geoml.learning.blocks import FOLDS, LEAST_BLOCKS, folds, held_out, lay
from geoml.learning.samples import Samples, join
from geoml.learning.support import support_mean


def field(rows: int, cols: int, k: int = 5, name: str = "here", seed: int = 0) -> Samples:
    values = support_mean(np.random.default_rng(seed).normal(size=(rows, cols)), k)
    row, col = np.mgrid[:rows, :cols]
    return Samples(
        {"ndvi": values.ravel()},
        values.ravel(),
        7000.0 + col.ravel() * 30,
        9000.0 - row.ravel() * 30,
        30.0,
        (name,),
        np.zeros(values.size, np.intp),
    )


def test_blocks_are_at_least_the_range_and_five_supports():
    samples = field(100, 130)
    laid = lay(samples)
    assert laid.side_m >= max(laid.range.metres, 150)
    assert not laid.shorter_than_range
    assert laid.count >= LEAST_BLOCKS
    for one in np.unique(laid.block):
        inside = laid.block == one
        assert np.ptp(samples.easting_m[inside]) + 30 >= laid.side_m - 30


def test_no_block_lies_in_two_folds_and_folds_are_balanced():
    laid = lay(field(100, 130))
    for one in np.unique(laid.block):
        assert len(np.unique(laid.fold[laid.block == one])) == 1
    sizes = np.bincount(laid.fold, minlength=FOLDS)
    assert sizes.min() > 0.7 * sizes.max()


def test_a_range_longer_than_the_area_allows_is_said():
    laid = lay(field(60, 60, k=41))
    assert laid.count >= LEAST_BLOCKS
    assert laid.as_dict()["blocks_shorter_than_range"] is True


def test_too_few_cells_say_what_is_needed():
    with pytest.raises(NotEnoughData, match="at least 12 blocks"):
        lay(field(6, 6))


def test_blocks_of_two_areas_never_mix_even_in_the_same_place():
    laid = lay(join([field(60, 60, name="a"), field(60, 60, name="b", seed=1)]))
    first, second = laid.block[:3600], laid.block[3600:]
    assert not set(first) & set(second)


def test_folds_depend_on_the_seed_alone():
    block = np.repeat(np.arange(20), 10)
    assert (folds(block, seed=1) == folds(block, seed=1)).all()
    assert (folds(block, seed=1) != folds(block, seed=2)).any()


def test_holding_out_takes_whole_blocks():
    laid = lay(field(100, 130))
    out = held_out(laid, 0.5, seed=3)
    assert not set(laid.block[out]) & set(laid.block[~out])
    assert 0.3 < out.mean() < 0.7
    kept = laid.at(~out)
    assert len(kept.fold) == (~out).sum()
    assert set(kept.fold) == set(range(FOLDS))
