"""Any set of quantities over a whole grid, block by block, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from geoml.errors import GridMismatch
from geoml.features.known import is_true, within
from geoml.features.plan import Plan, plan
from geoml.features.quantity import Caution, Family, Quantity, Surroundings
from geoml.features.registry import get
from geoml.raster.grid import Grid, Window, grown, windows
from geoml.types import Array, Mask

Read: TypeAlias = Callable[[str, Window], Any]
Write: TypeAlias = Callable[[str, Array, Window], None]
Progress: TypeAlias = Callable[[str, float], None]
_LATTICE = 1e-3  # cells by which two grids may lie apart, for corners are sums of binary fractions
Blocks: TypeAlias = dict[str, Array]
Cautions: TypeAlias = Mapping[str, tuple[Caution, ...]]


def compute(
    names: Sequence[str],
    reader: Read,
    writer: Write,
    grid: Grid,
    *,
    sources: Collection[str] | None = None,
    ready: Read | None = None,
    ground: Surroundings | None = None,
    block: int = 1024,
    workers: int = 2,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> Cautions:
    """Compute quantities and hand them to ``writer(name, values, window)``, float32, NaN unknown.

    The result does not depend on ``block`` or ``workers``. A value outside the range that its
    quantity declares is unknown. Returned is, by name, what is to be known of a quantity before it
    is believed; most have nothing.

    Args:
        names: What is written. What they are made from is computed too, and not written.
        reader: ``reader(key, window)`` gives a source on the grid, shape of the window: a raster as
            it is, ``buildings`` as covered share, ``water`` as a mask. Each source is read once a
            block, by several threads at once. Windows overlap where a quantity looks around.
        writer: Called from the calling thread only, with windows that tile the grid.
        grid: The analysis grid.
        sources: Keys that ``reader`` knows; an optional input outside them is left out. None:
            all that ``names`` may use.
        ready: ``ready(name, window)`` gives a quantity that was computed before; then quantities
            outside ``names`` are taken from there.
        ground: A wider grid for the families, which look beyond the area; None: ``grid``. Their
            values lie in memory as a whole: see the family for how much that is.
        block: Side of a block in cells.
        workers: Threads.
        scratch: Folder for the temporary file of quantities that look at the whole raster.
        progress: ``progress(label, share)`` after each block and each such quantity.

    Raises:
        UnknownFeature: A name that is no quantity.
        InvalidArgument: ``sources`` lack something that a quantity needs.
        GridMismatch: ``reader`` gave another shape than the window's.
    """
    work = plan(names, sources, grid, take_ready=ready is not None)
    parts = windows(grid, block) if work.order else ()
    steps, done = len(parts) + len(work.wide) + len(work.families), 0
    cautions: dict[str, tuple[Caution, ...]] = {}

    def tell(label: str) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(label, done / steps)

    for window, values in _walk(_Evaluation(work, grid, reader, ready), parts, workers):
        for name in (name for name in values if name in names):
            writer(name, values[name], window)
        tell("blocks")
    for quantity in work.wide:
        _sweep(quantity, reader, writer, grid, scratch, workers)
        tell(quantity.name)
    for family, members in work.families.items():
        keys = {key for name in members for key in work.inputs[name]}
        seen = _checked(ground or Surroundings(grid, grid.whole(), reader), grid)
        cautions |= _together(family, members, keys, seen, writer, scratch, workers)
        tell(family.name)
    return cautions


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """Quantities of one window, by name."""

    work: Plan
    grid: Grid
    reader: Read
    ready: Read | None

    def __call__(self, window: Window) -> Blocks:
        blocks: Blocks = {}
        for quantity in self.work.order:
            inner = self._around(quantity.name, window)
            outer = grown(inner, quantity.halo(self.grid), self.grid)
            layers = {
                name: self._layer(name, blocks, window, outer)
                for name in self.work.inputs[quantity.name]
            }
            values = quantity.compute(layers, self.grid.window(outer))
            blocks[quantity.name] = _declared(quantity, _cut(values, outer, inner))
        return {
            quantity.name: _cut(blocks[quantity.name], self._around(quantity.name, window), window)
            for quantity in self.work.order
        }

    def _layer(self, name: str, blocks: Blocks, window: Window, outer: Window) -> Array:
        around = self._around(name, window)
        if name not in blocks:
            read = self.ready if self.ready and name in self.work.ready else self.reader
            blocks[name] = _fitting(name, read(name, around), around)
        return _cut(blocks[name], around, outer)

    def _around(self, name: str, window: Window) -> Window:
        return grown(window, self.work.halo[name], self.grid)


def _walk(
    evaluate: Callable[[Window], Blocks], parts: Sequence[Window], workers: int
) -> Iterator[tuple[Window, Blocks]]:
    """Windows and their values in order, with at most ``workers + 1`` blocks in memory."""
    waiting: deque[tuple[Window, Future[Blocks]]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for window in parts:
                waiting.append((window, pool.submit(evaluate, window)))
                if len(waiting) > workers:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _next(waiting: deque[tuple[Window, Future[Blocks]]]) -> tuple[Window, Blocks]:
    window, future = waiting.popleft()
    return window, future.result()


def _sweep(
    quantity: Quantity,
    reader: Read,
    writer: Write,
    grid: Grid,
    scratch: Path | None,
    workers: int,
) -> None:
    (key,) = quantity.needs

    def read(window: Window) -> Mask:
        return is_true(_fitting(key, reader(key, window), window))

    def write(values: Array, window: Window) -> None:
        writer(quantity.name, _declared(quantity, values), window)

    if quantity.strips:
        quantity.strips(read, write, grid, scratch=scratch, workers=workers)


def _checked(ground: Surroundings, grid: Grid) -> Surroundings:
    """The same, with a reader that is checked; raises GridMismatch on another lattice."""
    here = ground.grid.window(ground.window)
    off = abs(here.west - grid.west) / grid.pixel_x + abs(here.north - grid.north) / grid.pixel_y
    same = (here.crs, here.pixel_x, here.pixel_y, here.shape)
    if same != (grid.crs, grid.pixel_x, grid.pixel_y, grid.shape) or off > _LATTICE:
        raise GridMismatch(
            "surroundings on another lattice than the area",
            expected=str(grid),
            got=str(here),
            next_step="ingest the terrain model again",
        )

    def read(key: str, window: Window) -> Array:
        return _fitting(key, ground.read(key, window), window)

    return Surroundings(ground.grid, ground.window, read)


def _together(
    family: Family,
    members: tuple[str, ...],
    keys: Collection[str],
    ground: Surroundings,
    writer: Write,
    scratch: Path | None,
    workers: int,
) -> Cautions:
    whole = Window(0, 0, ground.window.rows, ground.window.cols)

    def write(name: str, values: Array) -> None:
        writer(name, _declared(get(name), _fitting(name, values, whole)), whole)

    return family.compute(ground, keys, members, write, scratch=scratch, workers=workers)


def _declared(quantity: Quantity, values: Array) -> Array:
    return within(values.astype(np.float32, copy=False), quantity.valid)


def _cut(values: Array, have: Window, want: Window) -> Array:
    top, left = want.row - have.row, want.col - have.col
    return values[top : top + want.rows, left : left + want.cols]


def _fitting(name: str, values: Array, window: Window) -> Array:
    if values.shape != (window.rows, window.cols):
        raise GridMismatch(
            "read with the wrong shape",
            where=name,
            expected=str((window.rows, window.cols)),
            got=str(values.shape),
        )
    return values
