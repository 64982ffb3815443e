"""The faces of a roof, found as planes among the heights of a surface model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoml.types import Array, Mask

HYPOTHESES = 48
VOTES = 4096
"""Cells that a hypothesis is judged by at most: a hall seen in 0.1 m has millions."""
MOST_FACETS = 12
LEAST_CELLS = 6
LEAST_PLAN_M2 = 4.0
LEAST_EXPLAINED = 0.5
LEAST_CORE = 1 / 3
SETTLING = 3


@dataclass(frozen=True, eq=False)
class Cells:
    """Heights in metres on cells of a roof's window, row 0 in the north; NaN unknown.

    ``inside`` are the cells whose centre lies in the roof; ``cell_x`` and ``cell_y`` in metres.
    """

    heights: Array
    inside: Mask
    cell_x: float
    cell_y: float

    @cached_property
    def east_north(self) -> tuple[Array, Array]:
        """Metres east and north of the first cell's centre, each (rows, cols)."""
        rows, cols = self.heights.shape
        north, east = np.meshgrid(
            -np.arange(rows) * self.cell_y, np.arange(cols) * self.cell_x, indexing="ij"
        )
        return east, north

    @property
    def tolerance_m(self) -> float:
        """How far from a plane a cell may lie: noise of the survey, and of a cell's own size."""
        return 0.15 + 0.1 * max(self.cell_x, self.cell_y)

    @cached_property
    def core(self) -> Mask:
        """Cells inside whose eight neighbours are inside too."""
        from scipy import ndimage

        core: Mask = ndimage.binary_erosion(self.inside, np.ones((3, 3)), border_value=0)
        return core


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """One plane: height = base + rise_east * east + rise_north * north, over its ``cells``.

    ``cells`` has the shape of the window; ``spread_m`` is the root mean square of what is left.
    """

    rise_east: float
    rise_north: float
    base: float
    cells: Mask
    spread_m: float

    @property
    def tilt_deg(self) -> float:
        """Degrees from level, atan(hypot(rise_east, rise_north)), [0, 90)."""
        return float(np.degrees(np.arctan(np.hypot(self.rise_east, self.rise_north))))

    @property
    def grid_azimuth_deg(self) -> float:
        """The way down, degrees clockwise from the grid's north, [0, 360)."""
        return float(np.degrees(np.arctan2(-self.rise_east, -self.rise_north)) % 360.0)

    def height(self, east: Array, north: Array) -> Array:
        """Height of the plane at places of the window."""
        at: Array = self.base + self.rise_east * east + self.rise_north * north
        return at


def facets(roof: Cells) -> tuple[Facet, ...]:
    """The planes of one roof, largest first; none where no plane explains enough of it.

    The plane of every third-by-third neighbourhood is a hypothesis; the one that most cells lie on
    (within ``tolerance_m``) is fitted to them by least squares, its largest connected part is a
    facet, and the search goes on among the rest: RANSAC (Fischler and Bolles 1981,
    doi:10.1145/358669.358692) with hypotheses taken from the surface in place of drawn ones, so
    that the same roof gives the same facets. A facet has at least 6 cells and 4 m2 of plan, and a
    third of it in the ``core``, for at the edge a surface model slides from roof to ground. Cells
    along a ridge then go to the face they fit best, what remains is shared out by ``_complete``,
    and planes that explain less than half of the core are not believed.
    """
    free = roof.inside & np.isfinite(roof.heights)
    core = roof.core
    least = max(LEAST_CELLS, round(LEAST_PLAN_M2 / (roof.cell_x * roof.cell_y)))
    guesses = _slopes(roof, free)
    found: list[Facet] = []
    while int(free.sum()) >= least and len(found) < MOST_FACETS:
        facet = _largest(roof, free, guesses)
        if facet is None or int(facet.cells.sum()) < least:
            break
        if int((facet.cells & core).sum()) >= LEAST_CORE * int(facet.cells.sum()):
            found.append(facet)
        free = free & ~facet.cells
    explained = sum(int((facet.cells & core).sum()) for facet in found)
    if not found or explained < LEAST_EXPLAINED * int(core.sum()):
        return ()
    whole = _complete(roof, _settled(roof, found))
    return tuple(sorted(whole, key=lambda facet: -int(facet.cells.sum())))


def _slopes(roof: Cells, free: Mask) -> tuple[Array, Array]:
    """Rise east and north of the best plane through every 3 x 3 cells; NaN at the roof's edge."""
    z = np.where(free, roof.heights, np.nan).astype(np.float64)
    padded = np.pad(z, 1, constant_values=np.nan)
    columns = padded[:-2] + padded[1:-1] + padded[2:]
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    east = (columns[:, 2:] - columns[:, :-2]) / (6 * roof.cell_x)
    north = (rows[:-2] - rows[2:]) / (6 * roof.cell_y)
    return east, north


def _largest(roof: Cells, free: Mask, guesses: tuple[Array, Array]) -> Facet | None:
    at = np.flatnonzero(free & np.isfinite(guesses[0]) & np.isfinite(guesses[1]))
    if not at.size:
        return None
    east, north = roof.east_north
    x, y, z = (part[free].astype(np.float64) for part in (east, north, roof.heights))
    tried = at[np.linspace(0, at.size - 1, min(at.size, HYPOTHESES)).astype(np.int64)]
    rise_e, rise_n = guesses[0].flat[tried], guesses[1].flat[tried]
    base = _middle(roof, tried) - rise_e * east.flat[tried] - rise_n * north.flat[tried]
    some = slice(None, None, -(-x.size // VOTES))
    off = np.abs(z[some] - (base[:, None] + rise_e[:, None] * x[some] + rise_n[:, None] * y[some]))
    best = int(np.argmax((off < roof.tolerance_m).sum(axis=1)))
    plane = np.array([base[best], rise_e[best], rise_n[best]])
    on = np.abs(z - (plane[0] + plane[1] * x + plane[2] * y)) < roof.tolerance_m
    for _ in range(3):
        if int(on.sum()) < 3:
            return None
        plane = _fit(x[on], y[on], z[on])
        on = np.abs(z - (plane[0] + plane[1] * x + plane[2] * y)) < roof.tolerance_m
    cells = np.zeros(free.shape, bool)
    cells[free] = on
    return _facet(roof, _connected(cells))


def _middle(roof: Cells, tried: NDArray[np.int64]) -> Array:
    """Mean height of the 3 x 3 cells around each: one noisy cell moves a hypothesis less."""
    rows, cols = np.unravel_index(tried, roof.heights.shape)
    steps = (-1, 0, 1)
    around = [roof.heights[rows + down, cols + right] for down in steps for right in steps]
    mean: Array = np.mean(np.asarray(around, np.float64), axis=0)
    return mean


def _fit(x: Array, y: Array, z: Array) -> Array:
    """Base, rise east and rise north by least squares; level across a line of cells."""
    east, north, up = x.mean(), y.mean(), z.mean()
    u, v, w = x - east, y - north, z - up
    uu, vv, uv, uw, vw = u @ u, v @ v, u @ v, u @ w, v @ w
    det = uu * vv - uv * uv
    if det <= 1e-9 * max(uu * vv, 1e-9):
        total = max(float(uu + vv), 1e-9)
        rise_e, rise_n = uw / total, vw / total
    else:
        rise_e, rise_n = (uw * vv - vw * uv) / det, (vw * uu - uw * uv) / det
    plane: Array = np.array([up - rise_e * east - rise_n * north, rise_e, rise_n])
    return plane


def _facet(roof: Cells, cells: Mask) -> Facet | None:
    """The plane through these cells; None of too few."""
    if int(cells.sum()) < LEAST_CELLS:
        return None
    east, north = roof.east_north
    x, y, z = (part[cells].astype(np.float64) for part in (east, north, roof.heights))
    plane = _fit(x, y, z)
    left = z - (plane[0] + plane[1] * x + plane[2] * y)
    spread = float(np.sqrt(np.mean(left**2)))
    return Facet(float(plane[1]), float(plane[2]), float(plane[0]), cells, spread)


def _connected(cells: Mask) -> Mask:
    from scipy import ndimage

    parts, count = ndimage.label(cells)
    if count <= 1:
        return cells
    biggest: Mask = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return biggest


def _settled(roof: Cells, found: list[Facet]) -> list[Facet]:
    """Faces whose cells fit them better than they fit a neighbour, fitted once more to those.

    The first face found takes the cells just beyond its ridge, which tilts it towards level.
    """
    from scipy import ndimage

    east, north = roof.east_north
    for _ in range(SETTLING if len(found) > 1 else 0):
        reach = [ndimage.binary_dilation(facet.cells, iterations=2) for facet in found]
        off = [np.abs(roof.heights - facet.height(east, north)) for facet in found]
        near = [
            np.where(here & (away < roof.tolerance_m) & roof.inside, away, np.inf)
            for here, away in zip(reach, off, strict=True)
        ]
        best, least = np.argmin(near, axis=0), np.min(near, axis=0)
        again = [
            _facet(roof, (best == number) & np.isfinite(least)) for number in range(len(found))
        ]
        found = [facet for facet in again if facet] or found
    return found


def _complete(roof: Cells, found: list[Facet]) -> list[Facet]:
    """Give each cell that no plane took to the nearest facet, unless something stands there.

    A cell that rises above its plane stays out: a chimney, a dormer, a tree. One that lies below it
    at the edge of the roof is the surface model's own blur between roof and ground and belongs to
    the roof; so does an unknown cell. One that lies below it further inside stays out.
    """
    from scipy import ndimage

    taken = np.zeros(roof.inside.shape, np.int64)
    for number, facet in enumerate(found, start=1):
        taken[facet.cells] = number
    nearest = ndimage.distance_transform_edt(
        taken == 0, sampling=(roof.cell_y, roof.cell_x), return_distances=False, return_indices=True
    )
    owner = np.where(roof.inside, taken[tuple(nearest)], 0)
    border = roof.inside & ~roof.core
    east, north = roof.east_north
    whole = []
    for number, facet in enumerate(found, start=1):
        above = roof.heights - facet.height(east, north)
        lies = ~(np.abs(above) > 2 * roof.tolerance_m) | (border & (above < 0))
        cells = facet.cells | ((owner == number) & (taken == 0) & lies)
        whole.append(Facet(facet.rise_east, facet.rise_north, facet.base, cells, facet.spread_m))
    return whole
