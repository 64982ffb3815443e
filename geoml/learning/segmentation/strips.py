"""The windows of a picture through the net, strip by strip, and their answers put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.learning.segmentation.engine import Engine
from geoml.learning.segmentation.rescale import Source
from geoml.learning.segmentation.windows import Piece, Tiling
from geoml.types import Array, Mask

Progress: TypeAlias = Callable[[str, float], None]

_Read: TypeAlias = tuple[Piece, NDArray[np.uint8], Mask]


def strips(
    engine: Engine,
    source: Source,
    tiling: Tiling,
    *,
    first: int = 0,
    progress: Progress | None = None,
) -> Iterator[Array]:
    """Yield the rows that each strip finishes, north to south: float32, 0..1, NaN where unknown.

    ``source`` holds RGB bytes. The first ``first`` strips are left out. A strip finishes the rows
    that no later one has a say in; together they are all rows, each once. In memory are one strip
    and two windows: the next one is read while the net works on this one.
    """
    taper, columns = tiling.margin, tiling.shape[1]
    # What reaches from the strip before into the first one has to be computed again.
    start = max(0, first - 1) if taper else first
    carried = np.zeros((0, columns), np.float32)
    with ThreadPoolExecutor(max_workers=1) as reader:
        for number in range(start, tiling.strips):
            pieces = tiling.strip(number)
            top, rows = pieces[0].blended.row, pieces[0].blended.rows
            values, known = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), bool)
            values[: len(carried)] = carried
            for done, read in enumerate(_ahead(reader, source, pieces, tiling.stride), 1):
                _add(values, known, engine, tiling, read)
                if progress is not None:
                    progress("segmenting", (number + done / len(pieces)) / tiling.strips)
            core = pieces[0].core
            last = number == tiling.strips - 1
            finished = rows if last else core.row + core.rows - taper - top
            carried = values[finished:].copy()
            if number >= first:
                yield np.where(known[:finished], values[:finished], np.float32(np.nan))


def _add(values: Array, known: Mask, engine: Engine, tiling: Tiling, read: _Read) -> None:
    """Add the weighted answer of one window to the rows of its strip, in place."""
    piece, image, seen = read
    blended = piece.blended
    rows, cols = slice(0, blended.rows), slice(blended.col, blended.col + blended.cols)
    inner = (
        _inside(blended.row - piece.seen.row, blended.rows),
        _inside(blended.col - piece.seen.col, blended.cols),
    )
    known[rows, cols] = seen[inner]
    if not seen[inner].any():
        return
    answer = engine(image)[inner]
    if not tiling.margin:
        values[rows, cols] = answer
    else:
        values[rows, cols] += answer * tiling.weights(piece)


def _inside(first: int, count: int) -> slice:
    return slice(first, first + count)


def _ahead(
    reader: ThreadPoolExecutor, source: Source, pieces: tuple[Piece, ...], stride: int
) -> Iterator[_Read]:
    """Read one window ahead: files are read and unpacked by one thread, the net runs in others."""
    following: Future[_Read] = reader.submit(_read, source, pieces[0], stride)
    for piece in pieces[1:]:
        read, following = following.result(), reader.submit(_read, source, piece, stride)
        yield read
    yield following.result()


def _read(source: Source, piece: Piece, stride: int) -> _Read:
    """What the net is shown of one window: its sides multiples of the stride.

    Unknown is black, as in training and in the stored orthos. What is missing to a multiple, at
    the south and east edge of the picture only, mirrors it.
    """
    rgb, known = source.read(piece.seen)
    if not known.all():
        rgb = np.where(known, rgb, np.uint8(0))
    down, right = (-length % stride for length in known.shape)
    if down or right:
        rgb = np.pad(rgb, ((0, 0), (0, down), (0, right)), mode="symmetric")
    return piece, rgb, known
