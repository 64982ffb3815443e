"""The blank around a picture that its file does not declare: black or white along its edge.

A picture that was turned, or cut along a line, is written as a rectangle, and what it does not show
as 0 or as the number of white. Told by three things: one exact number in all bands, a region of it
that is connected, and a large share of the picture at its edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.raster.grid import Window
from geoml.types import Mask

SHARE = 0.01
"""The least share of the picture. Haze lights every shadow: one may have a cell of 0 in all bands
here and there, never a hundredth of a picture of them, connected and up to its edge."""
SIDE = 2048
"""Cells a side of what a collar is sought in: any upload as it is, of an ortho every n-th pixel."""
SLACK = 2
"""By how much lossy compression moves a number that is the same all around."""


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """One region of numbers from ``least`` to ``most``, ``near`` which (coarse cells) they hide."""

    least: int
    most: int
    near: Mask

    def __str__(self) -> str:
        """The numbers for a reader: ``0``, ``253 to 255``."""
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True, eq=False)
class Collar:
    """Where a picture of ``shape`` (rows, cols) is blank; ``share`` of it, 0..1."""

    shape: tuple[int, int]
    blanks: tuple[Blank, ...]
    share: float

    @property
    def note(self) -> str:
        """What was decided, in the words of ingestion."""
        told = " and ".join(map(str, self.blanks))
        what = f"a collar of {told} taken for nodata, which the file does not declare"
        return f"{what}: {100 * self.share:.0f} % of the picture"

    def hides(self, numbers: NDArray[Any], window: Window) -> Mask:
        """Which pixels of a window are blank; ``numbers`` (bands, rows, cols) are those of it."""
        hidden = np.zeros(numbers.shape[1:], np.bool_)
        for blank in self.blanks:
            rows = (np.arange(window.rows) + window.row) * blank.near.shape[0] // self.shape[0]
            cols = (np.arange(window.cols) + window.col) * blank.near.shape[1] // self.shape[1]
            near = blank.near[np.ix_(rows, cols)]
            if near.any():
                hidden |= near & _within(numbers, blank.least, blank.most)
        return hidden


def coarse_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """(rows, cols) in which a collar is sought in a picture of ``shape``."""
    step = -(-max(shape) // SIDE)
    return max(1, shape[0] // step), max(1, shape[1] // step)


def collar_of(
    numbers: NDArray[Any], known: Mask, shape: tuple[int, int], *, white: int, slack: int = 0
) -> Collar | None:
    """The collar of a picture of ``shape``, decided on its ``coarse_shape``; None without one.

    ``numbers`` (bands, rows, cols) are its pixels as the file has them, or every n-th of them,
    ``known`` those that the file does not declare unknown. A region of black reaches the edge of
    the picture, one of white a corner: a roof in the sun is white too. Where only every n-th pixel
    was looked at the region is widened by two of them: ``hides`` looks at every number itself,
    near a region, so memory is that of a block whatever the size of the picture.
    """
    blanks, share = [], 0.0
    for least, most, at in ((0, slack, _edge), (white - slack, white, _corners)):
        region = _connected(known & _within(numbers, least, most), at)
        if region is not None:
            share += float(region.mean())
            near = region if region.shape == shape else _widened(region)
            blanks.append(Blank(least, most, near))
    return Collar(shape, tuple(blanks), share) if blanks else None


def blank_pixels(numbers: NDArray[Any], white: int) -> Mask:
    """Pixels of 0 or of white in all bands, wherever they lie; they say nothing of the light."""
    return _within(numbers, 0, 0) | _within(numbers, white, white)


def _within(numbers: NDArray[Any], least: int, most: int) -> Mask:
    inside: Mask = np.all((numbers >= least) & (numbers <= most), axis=0)
    return inside


def _connected(blank: Mask, at: Any) -> Mask | None:  # noqa: ANN401 - one of the two below
    """The regions, connected by their sides, that are large and lie ``at`` the edge."""
    if np.count_nonzero(blank) <= SHARE * blank.size:
        return None
    from scipy import ndimage

    labels, count = ndimage.label(blank)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    reached = np.zeros(count + 1, np.bool_)
    for cells in at(labels):
        reached[cells] = True
    reached[0] = False
    wanted = reached & (sizes > SHARE * blank.size)
    return wanted[labels] if wanted.any() else None


def _edge(labels: NDArray[Any]) -> Iterator[NDArray[Any]]:
    yield from (labels[0], labels[-1], labels[:, 0], labels[:, -1])


def _corners(labels: NDArray[Any]) -> Iterator[NDArray[Any]]:
    yield labels[[0, 0, -1, -1], [0, -1, 0, -1]]


def _widened(region: Mask) -> Mask:
    from scipy import ndimage

    wide: Mask = ndimage.binary_dilation(region, np.ones((3, 3), np.bool_), iterations=2)
    return wide
