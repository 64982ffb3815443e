"""Datasets are lent to one at a time, kept within a bound, and never mixed up."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geoml.errors import CorruptFile
from geoml.raster.cog import read_from
from tiles.pool import Pool


def test_a_dataset_is_opened_once_and_never_lent_twice_at_a_time(town):
    pool = Pool()
    with pool.lend(town.score.data, "v") as first:
        with pool.lend(town.score.data, "v") as second:
            assert first is not second
        assert len(pool) == 1
    with pool.lend(town.score.data, "v") as third:
        assert third in (first, second)
    assert len(pool) == 2
    pool.close()
    assert len(pool) == 0
    assert first.dataset.closed
    assert second.dataset.closed


def test_another_version_or_overview_is_another_dataset(town):
    pool = Pool()
    with pool.lend(town.score.data, "v1") as one:
        pass
    with pool.lend(town.score.data, "v2") as two:
        assert two is not one
    with pool.lend(town.score.web_cog, "v1", overview=0) as half:
        assert half.grid.pixel_x > 0
    with pool.lend(town.score.web_cog, "v1") as full:
        assert full.grid.pixel_x == pytest.approx(half.grid.pixel_x / 2)
    pool.close()


def test_no_more_wait_than_the_bound(town):
    pool = Pool(limit=2)
    opened = []
    for version in "abcde":
        with pool.lend(town.score.data, version) as one:
            opened.append(one)
    assert len(pool) == 2
    assert [one.dataset.closed for one in opened] == [True, True, True, False, False]
    pool.close()


def test_an_error_of_the_borrower_gives_the_dataset_back(town):
    pool = Pool()
    with pytest.raises(ZeroDivisionError), pool.lend(town.score.data, "v"):
        _ = 1 / 0
    assert len(pool) == 1
    pool.close()


def test_a_file_that_is_none_is_told(tmp_path):
    broken = tmp_path / "a.tif"
    for content in (b"", b"II*\0 nothing", b"<VRTDataset/>"):
        broken.write_bytes(content)
        with pytest.raises(CorruptFile), Pool().lend(broken, "v"):
            pass


def test_many_threads_read_what_is_there(town):
    pool = Pool(limit=4)

    def read(_):
        with pool.lend(town.score.data, "v") as opened:
            return read_from(opened.dataset)

    with ThreadPoolExecutor(8) as threads:
        for values in threads.map(read, range(64)):
            np.testing.assert_allclose(values, town.values.astype(np.float32))
    assert len(pool) <= 4
    pool.close()
