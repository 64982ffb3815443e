"""A packed R-tree over boxes in Hilbert order: built in milliseconds, searched by arrays alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.errors import InvalidArgument

Boxes: TypeAlias = NDArray[np.float64]
"""Shape (n, 4): west, south, east, north."""
Rows: TypeAlias = NDArray[np.intp]
"""Ascending row numbers, shape (k,)."""
Box: TypeAlias = tuple[float, float, float, float]

FANOUT = 16


class PackedTree:
    """Boxes packed ``FANOUT`` to a node, level upon level, in the order in which they come.

    Nothing is sorted here: boxes along a Hilbert curve lie near their neighbours, so that nodes
    are small. After Kamel and Faloutsos, "On packing R-trees", 1993,
    https://doi.org/10.1145/170088.170403.
    """

    def __init__(self, boxes: Boxes) -> None:
        """Pack ``boxes``, shape (n, 4); a box of NaN is never found."""
        self._levels = [np.ascontiguousarray(boxes.T, np.float64)]
        while self._levels[-1].shape[1] > FANOUT:
            self._levels.append(_packed(self._levels[-1]))
        self._unknown = np.flatnonzero(np.isnan(boxes).any(axis=1))

    def search(self, box: Box) -> Rows:
        """Rows whose boxes meet ``box``, edges included, ascending.

        A point or a line is a box too. Raises InvalidArgument for one that is none: NaN, infinite,
        or with its ends the wrong way round.
        """
        return self.settled(box, lambda doubtful: np.ones(len(doubtful), bool))

    def settled(self, box: Box, meets: Callable[[Rows], NDArray[np.bool_]]) -> Rows:
        """As ``search``, where ``meets`` decides about boxes that meet ``box`` and stick out of it.

        A node wholly inside is taken as it is: the work grows with the edge of ``box``, not with
        what is in it.
        """
        check(box)
        count = self._levels[0].shape[1]
        starts, ends = [], []
        nodes = np.arange(self._levels[-1].shape[1])
        for depth in range(len(self._levels) - 1, -1, -1):
            boxes = self._levels[depth][:, nodes].T
            met = meeting(boxes, box)
            nodes, whole = nodes[met], inside(boxes[met], box)
            size = FANOUT**depth
            starts.append(nodes[whole] * size)
            ends.append(np.minimum(starts[-1] + size, count))
            nodes = nodes[~whole]
            if depth:
                nodes = (nodes[:, None] * FANOUT + np.arange(FANOUT)).ravel()
                nodes = nodes[nodes < self._levels[depth - 1].shape[1]]
        doubtful = nodes[meets(nodes)] if nodes.size else nodes
        starts.append(doubtful)
        ends.append(doubtful + 1)
        found = expanded(np.concatenate(starts), np.concatenate(ends))
        return np.setdiff1d(found, self._unknown, True) if self._unknown.size else found


def expanded(starts: Rows, ends: Rows) -> Rows:
    """``start .. end - 1`` of every pair, ascending; the ranges may not overlap."""
    order = np.argsort(starts, kind="stable")
    starts, lengths = starts[order], (ends - starts)[order]
    before = np.cumsum(lengths) - lengths
    found: Rows = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return found


def meeting(boxes: Boxes, box: Box) -> NDArray[np.bool_]:
    """Which of ``boxes``, shape (n, 4), meet ``box``, edges included."""
    west, south, east, north = box
    x, y, to_x, to_y = boxes.T
    found: NDArray[np.bool_] = (x <= east) & (to_x >= west) & (y <= north) & (to_y >= south)
    return found


def inside(boxes: Boxes, box: Box) -> NDArray[np.bool_]:
    """Which of ``boxes``, shape (n, 4), lie wholly in ``box``: what is in them meets it surely."""
    west, south, east, north = box
    x, y, to_x, to_y = boxes.T
    found: NDArray[np.bool_] = (x >= west) & (y >= south) & (to_x <= east) & (to_y <= north)
    return found


def _packed(level: Boxes) -> Boxes:
    """The next level up, shape (4, ceil(n / FANOUT)); NaN is left out of the union."""
    starts = np.arange(0, level.shape[1], FANOUT)
    low = np.fmin.reduceat(level[:2], starts, axis=1)
    high = np.fmax.reduceat(level[2:], starts, axis=1)
    return np.concatenate([low, high])


def check(box: Box) -> None:
    """Refuse what is no box of finite numbers with InvalidArgument."""
    west, south, east, north = box
    if not (all(map(math.isfinite, box)) and west <= east and south <= north):
        raise InvalidArgument(
            "not a bounding box",
            expected="four finite numbers, west <= east and south <= north",
            got=", ".join(f"{value:g}" for value in box),
            next_step="cut a box across the antimeridian into two",
        )
