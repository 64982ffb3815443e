import numpy as np
import pytest

from geoml.learning.probability.sampling import ZEROS_PER_ONE, draw


@pytest.fixture(scope="module")
def hill():
    """6,000 cells of rising height in 30 blocks; ones lie low, in the first ten blocks only."""
    rng = np.random.default_rng(3)
    height = rng.uniform(0, 30, 6000)
    truth = (height < 8) & (rng.random(6000) < 0.1)
    block = rng.integers(0, 30, 6000)
    truth &= block < 10
    return height, truth, block


def test_every_one_is_drawn_and_zeros_come_from_the_same_blocks(hill):
    height, truth, block = hill
    drawn = draw(height, truth, block)
    assert truth[drawn.cells].sum() == truth.sum()
    assert (block[drawn.cells] < 10).all()
    assert (np.diff(drawn.cells) > 0).all()


def test_weights_restore_the_true_base_rate_and_the_heights_of_zeros(hill):
    height, truth, block = hill
    drawn = draw(height, truth, block)
    assert drawn.weight.sum() == pytest.approx(len(truth))
    assert np.average(truth[drawn.cells], weights=drawn.weight) == pytest.approx(truth.mean())
    zeros = ~truth[drawn.cells]
    mean = np.average(height[drawn.cells][zeros], weights=drawn.weight[zeros])
    assert mean == pytest.approx(height[~truth].mean(), abs=0.5)


def test_zeros_are_as_many_in_each_bin_so_that_low_ones_are_not_rare(hill):
    height, truth, block = hill
    drawn = draw(height, truth, block)
    low = np.quantile(height[truth], np.linspace(0, 1, 11))
    mine = height[drawn.cells][~truth[drawn.cells]]
    counts = np.histogram(mine, [*low[:-1], low[-1] + 1e-9])[0]
    assert counts.max() <= 1.6 * counts.min()
    assert (height[~truth] < 8).mean() < 0.3
    assert (mine < 8).mean() > 0.8
    assert len(mine) <= ZEROS_PER_ONE * truth.sum() + 12


def test_unknown_is_a_bin_of_its_own_and_no_zero_is_lost(hill):
    height, truth, block = hill
    holed = np.where(np.arange(len(height)) % 3 == 0, np.nan, height)
    drawn = draw(holed, truth, block)
    unknown = np.isnan(holed[drawn.cells]) & ~truth[drawn.cells]
    assert drawn.weight[unknown].sum() == pytest.approx((np.isnan(holed) & ~truth).sum())
    assert drawn.weight.sum() == pytest.approx(len(truth))


def test_without_a_feature_or_without_ones_something_is_still_drawn(hill):
    height, truth, block = hill
    assert draw(None, truth, block).weight.sum() == pytest.approx(len(truth))
    none = draw(height, np.zeros_like(truth), block)
    assert none.weight.sum() == pytest.approx(len(truth))


def test_the_same_seed_draws_the_same_cells_and_another_does_not(hill):
    first, again, other = (draw(*hill, seed=seed).cells for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
