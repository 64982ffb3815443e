"""Chips cut from pictures for training: any place, any scale, any turn, inside one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geoml.learning.segmentation.loss import UNKNOWN
from geoml.learning.segmentation.rescale import Rescaled, Source
from geoml.raster.grid import Window
from geoml.types import Mask

Chip: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""(rgb of shape (3, rows, cols), label of shape (rows, cols): 0, 1 or ``UNKNOWN``)."""

SCALE = (0.6, 1.6)
"""Factors on the working size of a pixel between which chips are drawn."""
_TURNED = 0.4
"""Share of the chips that are turned by an odd angle, beside the quarter turns of all."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A window of ``source``, which may reach beyond it; there nothing is known."""

    source: Source
    window: Window

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.window.rows, self.window.cols

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """As ``Source``."""
        row, col = self.window.row + window.row, self.window.col + window.col
        rows, cols = self.source.shape
        first = max(row, 0), max(col, 0)
        last = min(row + window.rows, rows), min(col + window.cols, cols)
        size = last[0] - first[0], last[1] - first[1]
        known = np.zeros((window.rows, window.cols), bool)
        if min(size) <= 0:
            bands = len(self.source.read(Window(0, 0, 1, 1))[0])
            return np.zeros((bands, *known.shape), np.uint8), known
        inside, seen = self.source.read(Window(*first, *size))
        values = np.zeros((len(inside), *known.shape), inside.dtype)
        part = Window(first[0] - row, first[1] - col, *size).slices
        values[:, *part], known[part] = inside, seen
        return values, known


def chip(region: Source, size_px: int, ratio: float, rng: Generator) -> Chip:
    """A random chip of ``region``, whose four bands are red, green, blue and label (0, 1).

    ``ratio`` is the size of the chip's pixels over that of the region's. Nothing outside of the
    region is read: what a chip has beyond it is unknown.
    """
    turned = bool(rng.random() < _TURNED)
    reach = int(np.ceil(size_px * 1.42)) if turned else size_px
    side = max(1, round(reach * ratio))
    row, col = (_start(length, side, rng) for length in region.shape)
    cut = Rescaled(Cut(region, Window(row, col, side, side)), (ratio, ratio), (reach, reach))
    rgb, label = parts(*cut.read(Window(0, 0, reach, reach)))
    if turned:
        rgb, label = _turned(rgb, label, float(rng.uniform(-45, 45)), size_px)
    return mirrored(rgb, label, int(rng.integers(8)))


def parts(values: NDArray[Any], known: Mask) -> Chip:
    """The four bands of a picture with its label as a chip."""
    label = np.where(known, values[3] >= 0.5, UNKNOWN).astype(np.uint8)
    return np.where(known, values[:3], 0).astype(np.uint8), label


def mirrored(rgb: NDArray[np.uint8], label: NDArray[np.uint8], which: int) -> Chip:
    """One of the eight ways to lay a square (0: as it is): four quarter turns, each mirrored."""
    if which >= 4:
        rgb, label = rgb[:, :, ::-1], label[:, ::-1]
    turns = which % 4
    return (
        np.ascontiguousarray(np.rot90(rgb, turns, (1, 2))),
        np.ascontiguousarray(np.rot90(label, turns)),
    )


def _start(length: int, side: int, rng: Generator) -> int:
    """Where a chip begins: inside the region where it fits, else around it."""
    low, high = sorted((0, length - side))
    return int(rng.integers(low, high + 1))


def _turned(rgb: NDArray[np.uint8], label: NDArray[np.uint8], angle: float, size_px: int) -> Chip:
    from PIL import Image

    image = Image.fromarray(np.moveaxis(rgb, 0, -1))
    image = image.rotate(angle, Image.Resampling.BILINEAR)
    truth = Image.fromarray(label).rotate(angle, Image.Resampling.NEAREST, fillcolor=UNKNOWN)
    first = (len(label) - size_px) // 2
    part = slice(first, first + size_px)
    return np.moveaxis(np.asarray(image)[part, part], -1, 0), np.asarray(truth)[part, part]
