"""The one exact Euclidean distance transform, in metres, for rasters of any size.

Two passes over strips of rows. The first goes down and keeps, for every strip, what lies above it:
one row of distances. The second goes up: inside a strip it knows the nearest True above and below
in every column, and per row it takes the lower envelope of the parabolas that stand on these
distances. Felzenszwalb and Huttenlocher 2012, doi:10.4086/toc.2012.v008a019; Meijster et al. 2000,
doi:10.1007/0-306-47025-X_36.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoml.errors import GridMismatch, InvalidArgument
from geoml.features.envelope import FAR, fall, rise_and_fall, row_distances
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Mask

ReadMask: TypeAlias = Callable[[Window], Mask]
Write: TypeAlias = Callable[[Array, Window], None]
_Steps: TypeAlias = NDArray[np.int32]

WORKERS = 2
_STRIP_ROWS = 512
_STRIP_CELLS = 1 << 24


def distance_m(
    mask: Mask, pixel_x: float, pixel_y: float, *, workers: int = WORKERS, strip_rows: int = 0
) -> Array:
    """Distance in metres from every cell centre to the nearest True cell's centre.

    Shape (rows, cols), float32, 0 on True cells; exact on oblong pixels. All NaN where no cell is
    True: how far the nearest one is, nobody knows. The same bits for any ``workers`` and
    ``strip_rows`` (0: chosen here).
    """
    out = np.empty(mask.shape, np.float32)
    if not mask.size:
        return out

    def write(values: Array, window: Window) -> None:
        out[window.slices] = values

    grid = Grid("", 0.0, 0.0, pixel_x, pixel_y, *mask.shape)
    _sweep(lambda window: mask[window.slices], write, grid, strip_rows, workers, io.BytesIO())
    return out


def distance_strips(
    read: ReadMask,
    write: Write,
    grid: Grid,
    *,
    scratch: Path | None = None,
    strip_rows: int = 0,
    workers: int = WORKERS,
) -> None:
    """As ``distance_m``, for rasters that do not fit in memory.

    Every strip (``strip_rows`` full rows) is read once, downward, and written once, upward; memory
    is a few strips. In between, one bit a cell and four bytes a column and strip wait in an
    unnamed file in ``scratch`` (default: the system's temporary folder), which is gone whatever
    happens.

    Raises:
        GridMismatch: ``read`` gave a mask of another shape than its window.
    """
    with tempfile.TemporaryFile(dir=scratch) as spool:
        _sweep(read, write, grid, strip_rows, workers, spool)


def _sweep(
    read: ReadMask, write: Write, grid: Grid, strip_rows: int, workers: int, spool: IO[bytes]
) -> None:
    strips = _strips(grid, strip_rows)
    with ThreadPoolExecutor(max_workers=_at_least_one(workers)) as pool:
        above = np.full(grid.cols, FAR, np.int32)
        for strip in strips:
            mask = _checked(read(strip), strip)
            spool.write(above.tobytes())
            spool.write(np.packbits(mask).tobytes())
            fall(mask, above)
        below = np.full(grid.cols, FAR, np.int32)
        end = spool.tell()
        for strip in reversed(strips):
            end = spool.seek(end - above.nbytes - -(-strip.rows * strip.cols // 8))
            mask, above = _recall(spool, strip)
            write(_strip_distances(mask, above, below, grid, pool, workers), strip)


def _strips(grid: Grid, strip_rows: int) -> tuple[Window, ...]:
    if strip_rows < 0:
        raise InvalidArgument("not a strip", where="strip_rows", got=str(strip_rows))
    rows = strip_rows or max(1, min(_STRIP_ROWS, _STRIP_CELLS // grid.cols))
    return tuple(
        Window(row, 0, min(rows, grid.rows - row), grid.cols) for row in range(0, grid.rows, rows)
    )


def _at_least_one(workers: int) -> int:
    if workers < 1:
        raise InvalidArgument("no worker", where="workers", expected="1 or more", got=str(workers))
    return workers


def _checked(mask: Mask, strip: Window) -> Mask:
    if mask.shape != (strip.rows, strip.cols):
        raise GridMismatch(
            "strip of the wrong shape",
            expected=str((strip.rows, strip.cols)),
            got=str(mask.shape),
        )
    return np.ascontiguousarray(mask, dtype=np.bool_)


def _recall(spool: IO[bytes], strip: Window) -> tuple[Mask, _Steps]:
    above = np.frombuffer(spool.read(4 * strip.cols), np.int32).copy()
    cells = strip.rows * strip.cols
    bits = np.frombuffer(spool.read(-(-cells // 8)), np.uint8)
    mask: Mask = np.unpackbits(bits, count=cells).view(np.bool_)
    return mask.reshape(strip.rows, strip.cols), above


def _strip_distances(
    mask: Mask, above: _Steps, below: _Steps, grid: Grid, pool: ThreadPoolExecutor, workers: int
) -> Array:
    steps = np.empty(mask.shape, np.int32)
    out = np.empty(mask.shape, np.float32)

    def columns(first: int, last: int) -> None:
        part = slice(first, last)
        rise_and_fall(mask[:, part], above[part], below[part], steps[:, part])

    def rows(first: int, last: int) -> None:
        row_distances(steps[first:last], grid.pixel_x, grid.pixel_y, out[first:last])

    for work, size in ((columns, mask.shape[1]), (rows, mask.shape[0])):
        cuts = [size * part // workers for part in range(workers + 1)]
        list(pool.map(work, cuts[:-1], cuts[1:]))  # list: raises what a worker raised
    return out
