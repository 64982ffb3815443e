"""Drawing on a grid with numpy alone: fill a polygon, sample a field, average blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely import Polygon

from geoml.areas.demo.shapes import Shape
from geoml.raster.grid import Grid
from geoml.types import Array, Mask


def axes(grid: Grid) -> tuple[Array, Array]:
    """Give x of the columns, shape (cols,), and y of the rows, shape (rows, 1): cell centres."""
    x: Array = grid.west + (np.arange(grid.cols) + 0.5) * grid.pixel_x
    y: Array = grid.north - (np.arange(grid.rows) + 0.5) * grid.pixel_y
    return x, y[:, None]


def fill(values: NDArray[Any], grid: Grid, shape: Shape, value: float) -> None:
    """Set every cell whose centre lies inside ``shape``, in place (even-odd scan lines)."""
    for polygon in shapely.get_parts(shape):
        if not polygon.is_empty:
            _scan(values, grid, _edges(polygon), value)


def mask(grid: Grid, *shapes: Shape) -> Mask:
    """True where a cell's centre lies inside any of ``shapes``."""
    out = np.zeros(grid.shape, bool)
    for shape in shapes:
        fill(out, grid, shape, True)
    return out


def _edges(polygon: Polygon) -> Array:
    rings = [np.asarray(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
    edges: Array = np.concatenate([np.hstack([ring[:-1, :2], ring[1:, :2]]) for ring in rings])
    return edges


def _scan(values: NDArray[Any], grid: Grid, edges: Array, value: float) -> None:
    x0, y0, x1, y1 = edges.T
    top = max(int(np.ceil((grid.north - edges[:, 1].max()) / grid.pixel_y - 0.5)), 0)
    bottom = min(
        int(np.floor((grid.north - edges[:, 1].min()) / grid.pixel_y - 0.5)) + 1, grid.rows
    )
    y = grid.north - (np.arange(top, bottom) + 0.5) * grid.pixel_y
    row, edge = np.nonzero((y0 <= y[:, None]) != (y1 <= y[:, None]))
    x = x0[edge] + (y[row] - y0[edge]) / (y1[edge] - y0[edge]) * (x1[edge] - x0[edge])
    order = np.lexsort((x, row))  # a ring crosses a row an even number of times: in, out, in, out
    ends = np.ceil((x[order] - grid.west) / grid.pixel_x - 0.5).astype(int).clip(0, grid.cols)
    runs = (top + row[order][::2]).tolist(), ends[::2].tolist(), ends[1::2].tolist()
    for at, start, stop in zip(*runs, strict=True):
        values[at, start:stop] = value


def sample(values: Array, grid: Grid, x: Array, y: Array) -> Array:
    """Bilinear values of a field at points; beyond the edge, the edge's value."""
    row = (grid.north - np.asarray(y)) / grid.pixel_y - 0.5
    col = (np.asarray(x) - grid.west) / grid.pixel_x - 0.5
    out: Array = ndimage.map_coordinates(values, (row, col), order=1, mode="nearest")
    return out


def distance_m(grid: Grid, where: Mask) -> Array:
    """Metres to the nearest True cell (square cells), float32; a far constant if there is none."""
    if not where.any():
        return np.full(grid.shape, 1e5, np.float32)
    cells: Array = np.asarray(ndimage.distance_transform_edt(~where))
    return (cells * grid.pixel_x).astype(np.float32)


def coarse(values: NDArray[Any], factor: int) -> Array:
    """Mean of ``factor`` x ``factor`` blocks, float32."""
    rows, cols = values.shape[0] // factor, values.shape[1] // factor
    blocks = values.reshape(rows, factor, cols, factor)
    out: Array = blocks.mean(axis=(1, 3), dtype=np.float32)
    return out


def fine(values: Array, factor: int) -> Array:
    """Bilinear enlargement by an integer factor, float32, edges held."""
    out = values.astype(np.float32)
    for axis in (0, 1):
        position = (np.arange(out.shape[axis] * factor) + 0.5) / factor - 0.5
        low = np.floor(position).astype(np.int64)
        share = (position - low).astype(np.float32)
        share = share[:, None] if axis == 0 else share
        last = out.shape[axis] - 1
        first, second = low.clip(0, last), (low + 1).clip(0, last)
        out = np.take(out, first, axis) * (1 - share) + np.take(out, second, axis) * share
    return out


def repeat(values: NDArray[Any], factor: int) -> NDArray[Any]:
    """Each cell ``factor`` x ``factor`` times."""
    return values.repeat(factor, axis=0).repeat(factor, axis=1)


def smoothstep(values: Array, low: float, high: float) -> Array:
    """0 below ``low``, 1 above ``high``, a smooth S between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    out: Array = t * t * (3 - 2 * t)
    return out
