"""Statistics are rio-tiler's, number by number."""

import numpy as np
import pytest
from rio_tiler.io import Reader
from rio_tiler.utils import get_array_statistics

from tiles.summary import statistics, summary


def compare(ours, theirs):
    for name, value in theirs.items():
        if name == "histogram":
            np.testing.assert_allclose(ours[name][1], value[1], rtol=1e-6)
            assert ours[name][0] == value[0]
        else:
            assert ours[name] == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize("size", [16, 100, 333, 599, 600, 1024])
@pytest.mark.parametrize("bins", [1, 10, 256])
def test_of_a_layer(town, size, bins):
    got, sampled = summary(str(town.score.data), town.score.etag, size, bins)
    with Reader(str(town.score.data)) as reader:
        image = reader.preview(max_size=size)
    [theirs] = image.statistics(hist_options={"bins": bins}).values()
    told = theirs.model_dump()
    told.pop("description")
    compare(got, told)
    assert sampled == (size < 600)


@pytest.mark.parametrize("case", ["one", "same", "whole numbers", "noise", "tenths"])
def test_of_values(case):
    rng = np.random.default_rng(3)
    values = {
        "one": np.array([4.5]),
        "same": np.full(50, 7.0),
        "whole numbers": rng.integers(0, 9, 1_000).astype(float),
        "noise": rng.normal(0, 1, 999),
        "tenths": np.round(rng.uniform(0, 3, 5_000), 1),
    }[case].astype(np.float32)
    data = np.ma.MaskedArray(values.reshape(1, 1, -1))
    [theirs] = get_array_statistics(data, bins=7)
    compare(statistics(values, values.size, 7), theirs)


def test_nothing_known_is_null_and_no_zero():
    told = statistics(np.empty(0, np.float32), 100, 10)
    assert told["mean"] is None
    assert told["median"] is None
    assert (told["count"], told["valid_percent"], told["masked_pixels"]) == (0, 0, 100)
