"""Bringing a picture to another size of pixel, the same whatever window of it is asked for.

Coarser pixels are means over the area that they cover, finer ones are interpolated; both are two
sparse matrices, one for the rows and one for the columns, whose entries depend on the place in
the whole picture and not on the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geoml.raster.grid import Window
from geoml.types import Array, Mask

_KNOWN = 0.5
"""Share of a pixel that must be known for the pixel to be."""
_BAND = 4_000_000
"""Numbers that are kept as float at once on the way."""


class Source(Protocol):
    """A picture read by windows: values of shape (bands, rows, cols), and where they are known."""

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """The values of a window, and its mask of known pixels of shape (rows, cols)."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture that is in memory already."""

    values: NDArray[Any]
    known: Mask

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        rows, cols = self.known.shape
        return rows, cols

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """As ``Source``."""
        return self.values[:, *window.slices], self.known[window.slices]


@dataclass(frozen=True, slots=True)
class Rescaled:
    """``source`` in pixels that are ``ratio`` (rows, cols) times as large, from the same corner.

    A pixel that reaches beyond the picture, or over unknown ground, is the mean of what is known
    and itself known where that is at least half of it. Values keep their type: bytes are rounded.
    """

    source: Source
    ratio: tuple[float, float]
    shape: tuple[int, int]

    @classmethod
    def to(cls, source: Source, ratio: tuple[float, float]) -> Rescaled:
        """Rescaled to as many pixels as the picture covers by half or more, one at least."""
        rows, cols = (max(1, round(n / r)) for n, r in zip(source.shape, ratio, strict=True))
        return cls(source, ratio, (rows, cols))

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """As ``Source``."""
        row, down = _weights(window.row, window.rows, self.ratio[0], self.source.shape[0])
        col, right = _weights(window.col, window.cols, self.ratio[1], self.source.shape[1])
        values, known = self.source.read(Window(row, col, down.shape[1], right.shape[1]))
        weight = _apply(down, right, known.astype(np.float32)[None])[0]
        total = _apply(down, right, values if known.all() else np.where(known, values, 0))
        seen = weight >= _KNOWN
        out = total / np.where(weight > 0, weight, 1)
        if values.dtype == np.uint8:
            out = np.clip(np.rint(out), 0, 255)
        return out.astype(values.dtype, copy=False), seen


def _weights(first: int, count: int, ratio: float, length: int) -> tuple[int, Any]:
    """(first source pixel, sparse matrix of ``count`` rows) along one axis."""
    from scipy.sparse import csr_array

    if ratio > 1:
        edges = np.arange(first, first + count + 1) * ratio
        low, high = edges[:-1], edges[1:]
    else:  # two neighbours, as if each source pixel were a box as wide as itself
        low = (np.arange(first, first + count) + 0.5) * ratio - 0.5
        high = low + 1.0
    reach = int(np.ceil(max(ratio, 1.0))) + 1
    at = np.floor(low).astype(np.int64)[:, None] + np.arange(reach)
    share = np.minimum(at + 1, high[:, None]) - np.maximum(at, low[:, None])
    share = np.clip(share, 0, None) / (high - low)[:, None]
    if ratio <= 1:  # beyond the edge the last pixel goes on
        at = np.clip(at, 0, length - 1)
    keep = (share > 1e-9) & (at < length)
    rows = np.broadcast_to(np.arange(count)[:, None], at.shape)[keep]
    start, end = int(at[keep].min()), int(at[keep].max()) + 1
    entries = share[keep].astype(np.float32), (rows, at[keep] - start)
    return start, csr_array(entries, shape=(count, end - start))


def _apply(down: Any, right: Any, values: NDArray[Any]) -> Array:  # noqa: ANN401 - sparse matrices
    """Both matrices on every band; float32, shape (bands, rows, cols)."""
    out = np.empty((len(values), down.shape[0], right.shape[0]), np.float32)
    step = max(1, int(_BAND / values.shape[2] / max(1.0, down.shape[1] / down.shape[0])))
    for band, one in enumerate(values):
        for row in range(0, down.shape[0], step):
            part = down[row : row + step]
            used = part.indices
            low, high = (int(used.min()), int(used.max()) + 1) if used.size else (0, 0)
            tall = part[:, low:high] @ one[low:high].astype(np.float32)
            out[band, row : row + step] = (right @ tall.T).T
    return out
