"""The edges of what a raster shows, chunk by chunk, with no seam between the chunks.

Each chunk is cut into connected pieces (by sides, not by corners). Pieces that meet across a seam
are one: they are united in whole pixels, where every sum is exact. So the outlines are the same to
the last bit for every size of chunk, and memory holds one chunk and the outlines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes

from geoml.raster.grid import Window
from geoml.types import Array
from geoml.vector.outlines.coded import NODATA, Read
from geoml.vector.outlines.rings import Shapes, straightened
from geoml.vector.repair import usable


@dataclass(slots=True)
class _Found:
    """What the chunks gave: whole pieces, and those that may go on behind a seam."""

    whole: list[Shapes] = field(default_factory=list)
    cut: list[Shapes] = field(default_factory=list)
    cut_ids: list[NDArray[np.int64]] = field(default_factory=list)
    meetings: list[NDArray[np.int64]] = field(default_factory=list)


def trace(
    read: Read,
    shape: tuple[int, int],
    least: int,
    *,
    chunk_px: int,
    keep: Callable[[Shapes], Shapes] = lambda polygons: polygons,
) -> Shapes:
    """Outlines of the pixels whose byte is ``least`` or more, in pixels: x right, y down.

    Corners are whole numbers and rings go round connected pixels; a hole is a ring of its own.
    ``keep`` picks and may change what is worth keeping, of whole outlines only. The order is by
    the first pixel, row by row. Every outline is valid.
    """
    found = _Found()
    above = np.zeros(shape[1], np.int64)
    number = 0
    for row in range(0, shape[0], chunk_px):
        left: NDArray[np.int64] | None = None
        for col in range(0, shape[1], chunk_px):
            window = Window(row, col, min(chunk_px, shape[0] - row), min(chunk_px, shape[1] - col))
            labels = _labels(read(window) >= least, number)
            across = slice(col, col + window.cols)
            _meet(found, above[across], labels[0])
            if left is not None:
                _meet(found, left, labels[:, 0])
            above[across], left = labels[-1], labels[:, -1].copy()
            _collect(found, labels, window, shape, keep)
            number = max(number, int(labels.max(initial=0)))
    polygons = np.concatenate([*found.whole, keep(_united(found)), np.empty(0, object)])
    return polygons[_by_first_pixel(polygons)]


def means(read: Read, shape: tuple[int, int], polygons: Shapes, *, chunk_px: int) -> Array:
    """Mean byte of the known pixels whose middle lies in each polygon (in pixels), NaN for none."""
    sums, counts = np.zeros((2, len(polygons)))
    tree = shapely.STRtree(polygons)
    for window in _windows(shape, chunk_px):
        top, left = window.row, window.col
        box = shapely.box(left, top, left + window.cols, top + window.rows)
        met = np.sort(tree.query(box))
        if not len(met):
            continue
        values = read(window)
        known = values != NODATA
        numbered = zip(polygons[met], range(1, len(met) + 1), strict=True)
        burnt = rasterize(
            numbered, values.shape, transform=Affine.translation(left, top), dtype="int32"
        )
        inside = burnt[known]
        sums[met] += np.bincount(inside, values[known].astype(float), len(met) + 1)[1:]
        counts[met] += np.bincount(inside, minlength=len(met) + 1)[1:]
    mean: Array = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return mean


def _windows(shape: tuple[int, int], size: int) -> Iterator[Window]:
    for row in range(0, shape[0], size):
        for col in range(0, shape[1], size):
            yield Window(row, col, min(size, shape[0] - row), min(size, shape[1] - col))


def _labels(mask: NDArray[np.bool_], number: int) -> NDArray[np.int64]:
    """Numbers above ``number`` for the pieces of a chunk, 0 between them."""
    from scipy.ndimage import label

    labels, _ = label(mask)
    counted: NDArray[np.int64] = np.where(mask, labels.astype(np.int64) + number, 0)
    return counted


def _meet(found: _Found, one: NDArray[np.int64], other: NDArray[np.int64]) -> None:
    both = np.stack([one, other])[:, (one > 0) & (other > 0)]
    if both.size:
        found.meetings.append(np.unique(both, axis=1))


def _collect(
    found: _Found,
    labels: NDArray[np.int64],
    window: Window,
    shape: tuple[int, int],
    keep: Callable[[Shapes], Shapes],
) -> None:
    """Sort the pieces of a chunk into whole ones and those that touch a seam."""
    if not labels.any():
        return
    ids, polygons = _polygons(labels, window)
    ends = window.row + window.rows, window.col + window.cols
    seams = [
        labels[0] if window.row else None,
        labels[:, 0] if window.col else None,
        labels[-1] if ends[0] < shape[0] else None,
        labels[:, -1] if ends[1] < shape[1] else None,
    ]
    edge = np.unique(np.concatenate([np.zeros(1, np.int64), *(s for s in seams if s is not None)]))
    cut = np.isin(ids, edge)
    found.cut.append(polygons[cut])
    found.cut_ids.append(ids[cut])
    if not cut.all():
        found.whole.append(keep(straightened(_valid(polygons[~cut]))))


def _polygons(labels: NDArray[np.int64], window: Window) -> tuple[NDArray[np.int64], Shapes]:
    """(number, outline) of every piece of a chunk, in pixels of the whole raster."""
    first = int(labels[labels > 0].min())
    local = np.where(labels > 0, labels - first + 1, 0).astype(np.int32)
    traced = [
        (int(value) + first - 1, shapely.Polygon(told["coordinates"][0], told["coordinates"][1:]))
        for told, value in shapes(local, mask=local > 0, connectivity=4)
    ]
    outlines = np.array([polygon for _, polygon in traced], dtype=object)
    moved = shapely.transform(outlines, lambda xy: xy + np.array([window.col, window.row]))
    return np.array([number for number, _ in traced], np.int64), moved


def _united(found: _Found) -> Shapes:
    """The pieces that meet across seams, as one outline each."""
    polygons = np.concatenate([*found.cut, np.empty(0, object)])
    if not len(polygons):
        return polygons
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ids = np.concatenate(found.cut_ids)
    order = np.argsort(ids)
    pairs = np.concatenate([*found.meetings, np.zeros((2, 0), np.int64)], axis=1)
    one, other = np.searchsorted(ids, pairs, sorter=order)
    links = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(ids), len(ids)))
    _, group = connected_components(links, directed=False)
    by_group = np.argsort(group, kind="stable")
    members = np.split(order[by_group], np.flatnonzero(np.diff(group[by_group])) + 1)
    united = [
        polygons[rows[0]] if len(rows) == 1 else shapely.union_all(polygons[rows])
        for rows in members
    ]
    return straightened(_valid(np.array(united, dtype=object)))


def _valid(polygons: Shapes) -> Shapes:
    """Rings that touch themselves in a corner, as an outer ring and a hole."""
    return usable(polygons, ("polygon",))[0]


def _by_first_pixel(polygons: Shapes) -> NDArray[np.intp]:
    """Order by the first pixel of each outline, row by row; no two have the same."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    order = np.lexsort((xy[:, 0], xy[:, 1], owner))
    firsts = order[np.flatnonzero(np.diff(owner, prepend=-1))]
    found: NDArray[np.intp] = np.lexsort((xy[firsts, 0], xy[firsts, 1]))
    return found
