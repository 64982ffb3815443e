"""Cutting a picture into windows whose answers can be put together again, by strips.

Every window has three rectangles, one in the other. The *cores* tile the picture. The *blended*
one is the core and ``taper`` pixels on every side that has a neighbour: there two answers are
mixed, with weights that sum to 1. The *seen* one is what the net is given: the blended one and
``halo`` pixels more. With a halo of half the receptive field no pixel that is kept depends on
where the cuts are, and no taper is needed; a net whose answer still does (arithmetic of low
precision, a receptive field too large to pay for) has its seams blended instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geoml.errors import InvalidArgument
from geoml.raster.grid import Window
from geoml.types import Array


@dataclass(frozen=True, slots=True)
class Piece:
    """One window: what is its own, what it has a say in, and what the net is shown."""

    core: Window
    blended: Window
    seen: Window


@dataclass(frozen=True, slots=True)
class Tiling:
    """Windows of nearly the same size over ``shape`` (rows, cols), in strips from north to south.

    ``window`` is the side of a core at most, in pixels; windows, ``halo`` and ``taper`` are
    rounded up to the ``stride``, so that every window begins on it and the net divides all of
    them alike.
    """

    shape: tuple[int, int]
    window: int
    halo: int
    taper: int = 0
    stride: int = 32

    def __post_init__(self) -> None:
        """Refuse windows that are nothing."""
        sizes = (*self.shape, self.window, self.stride)
        if min(sizes) < 1 or min(self.halo, self.taper) < 0:
            raise InvalidArgument(
                "not a way to cut a picture",
                expected="windows of 1 px or more over 1 x 1 px or more, halo and taper >= 0",
                got=f"{self}",
            )

    @property
    def strips(self) -> int:
        """How many strips there are."""
        return math.ceil(self.shape[0] / self._side(self.shape[0]))

    @property
    def margin(self) -> int:
        """How far a window is blended into its neighbours; 0 without a taper."""
        return _up(self.taper, self.stride)

    def strip(self, number: int) -> tuple[Piece, ...]:
        """The windows of one strip, from west to east."""
        down = self._cut(self.shape[0], number)
        across = math.ceil(self.shape[1] / self._side(self.shape[1]))
        return tuple(
            Piece(*(_window(down[k], right[k]) for k in range(3)))
            for right in (self._cut(self.shape[1], column) for column in range(across))
        )

    def weights(self, piece: Piece) -> Array:
        """How much the answer of a window counts in its blended rectangle; float32, 0..1.

        Over all windows the weights of a pixel sum to 1: two Hann ramps that cross (sin^2 + cos^2).
        """
        core, blended = piece.core, piece.blended
        down = self._ramp(core.row, core.rows, blended.row, blended.rows, self.shape[0])
        right = self._ramp(core.col, core.cols, blended.col, blended.cols, self.shape[1])
        return np.outer(down, right).astype(np.float32)

    def _side(self, length: int) -> int:
        """The side of a core along an axis: as even as the stride lets them be."""
        most = _up(self.window, self.stride)
        return _up(math.ceil(length / math.ceil(length / most)), self.stride)

    def _cut(self, length: int, number: int) -> tuple[tuple[int, int], ...]:
        """(first, count) of the core, blended and seen part of one cut along an axis."""
        side, halo = self._side(length), _up(self.halo, self.stride)
        taper = self.margin
        first, last = number * side, min((number + 1) * side, length)
        cuts = []
        for margin in (0, taper, taper + halo):
            low, high = max(first - margin, 0), min(last + margin, length)
            cuts.append((low, high - low))
        return tuple(cuts)

    def _ramp(self, first: int, count: int, low: int, span: int, length: int) -> Array:
        taper = self.margin
        at = np.arange(low, low + span) + 0.5
        # A difference of rises telescopes: the sum is 1 even where a core is smaller than a taper.
        into = _rise((at - first) / taper) if taper and first > 0 else np.ones(span)
        out = first + count
        beyond = _rise((at - out) / taper) if taper and out < length else np.zeros(span)
        return into - beyond


def _rise(at: Array) -> Array:
    """From 0 at -1 to 1 at +1, as a Hann window does."""
    risen: Array = np.sin(np.pi / 4 * (np.clip(at, -1.0, 1.0) + 1.0)) ** 2
    return risen


def _window(down: tuple[int, int], right: tuple[int, int]) -> Window:
    return Window(down[0], right[0], down[1], right[1])


def _up(value: int, step: int) -> int:
    return -(-value // step) * step
