"""Ground whose water is known without a computer."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def valley():
    """Two hillsides of 10 % and a brook between them that falls 1 m a cell; cells of 20 m by 10 m.

    41 rows by 21 columns: the brook runs down column 10 to the south, 100 m at its source.
    """
    row, col = np.mgrid[:41, :21]
    return (100 - row + 0.1 * 20 * abs(col - 10)).astype(np.float32)


@pytest.fixture
def rough():
    """Ground of many depressions, 0 to 100 m, in which no two cells are equally high."""

    def made(rows, cols, seed):
        heights = np.random.default_rng(seed).uniform(0, 100, (rows, cols))
        return (np.rint(heights * 8192) / 8192).astype(np.float32)  # exact also 1 km higher

    return made
