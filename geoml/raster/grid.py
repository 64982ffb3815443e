"""A grid: a projected CRS, a north-west corner, a pixel size and a shape, in that order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from affine import Affine
from pyproj import CRS, Transformer

from geoml.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of cells: first row, first column, rows, columns."""

    row: int
    col: int
    rows: int
    cols: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index into an array of the whole grid."""
        return slice(self.row, self.row + self.rows), slice(self.col, self.col + self.cols)

    @property
    def bounds(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """``((row, row_end), (col, col_end))``, the form that rasterio takes."""
        return (self.row, self.row + self.rows), (self.col, self.col + self.cols)


@dataclass(frozen=True, slots=True)
class Grid:
    """North-up grid in a projected CRS.

    ``west`` and ``north`` are the outer corner of cell (0, 0) in CRS units; ``pixel_x`` and
    ``pixel_y`` are both positive, in metres on every analysis grid. Cells may be oblong.
    """

    crs: str
    west: float
    north: float
    pixel_x: float
    pixel_y: float
    rows: int
    cols: int

    def __post_init__(self) -> None:
        """Refuse an empty or upside-down grid."""
        sides = 0 < self.pixel_x < math.inf and 0 < self.pixel_y < math.inf  # NaN is neither
        if self.rows < 1 or self.cols < 1 or not sides:
            raise InvalidArgument(
                "not a grid",
                expected="at least 1 x 1 cells of positive size",
                got=f"{self.rows} x {self.cols} cells of {self.pixel_x} x {self.pixel_y}",
            )

    def __str__(self) -> str:
        """Short enough for an error message."""
        size = f"{self.pixel_x:g} x {self.pixel_y:g}"
        corner = f"({self.west:.1f}, {self.north:.1f})"
        return f"{self.crs} {self.rows} rows x {self.cols} cols of {size} from {corner}"

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.rows, self.cols

    @property
    def transform(self) -> Affine:
        """The affine map from (col, row) to (x, y)."""
        return Affine(self.pixel_x, 0.0, self.west, 0.0, -self.pixel_y, self.north)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in the grid's CRS."""
        south = self.north - self.rows * self.pixel_y
        return self.west, south, self.west + self.cols * self.pixel_x, self.north

    def lonlat_bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees, densified along the edges."""
        west, south, east, north = transformer(self.crs, "OGC:CRS84").transform_bounds(*self.bounds)
        return west, south, east, north

    def index(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, col) of the cell that holds a point in the grid's CRS; None outside."""
        row = math.floor((self.north - y) / self.pixel_y)
        col = math.floor((x - self.west) / self.pixel_x)
        return (row, col) if 0 <= row < self.rows and 0 <= col < self.cols else None

    def at(self, lon: float, lat: float) -> tuple[int, int] | None:
        """(row, col) of the cell at a longitude and latitude; None outside."""
        x, y = transformer("OGC:CRS84", self.crs).transform(lon, lat)
        return self.index(x, y) if math.isfinite(x) and math.isfinite(y) else None

    def window(self, window: Window) -> Grid:
        """The grid of one window of this grid."""
        west = self.west + window.col * self.pixel_x
        north = self.north - window.row * self.pixel_y
        return Grid(self.crs, west, north, self.pixel_x, self.pixel_y, window.rows, window.cols)

    def refine(self, factor: int) -> Grid:
        """The same ground in cells ``factor`` times smaller each way."""
        return Grid(
            self.crs,
            self.west,
            self.north,
            self.pixel_x / factor,
            self.pixel_y / factor,
            self.rows * factor,
            self.cols * factor,
        )

    def whole(self) -> Window:
        """The window that covers the grid."""
        return Window(0, 0, self.rows, self.cols)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``Grid(**document)`` restores it."""
        return {name: getattr(self, name) for name in self.__slots__}


def windows(grid: Grid, size: int = 1024) -> tuple[Window, ...]:
    """Windows of at most ``size`` x ``size`` cells that tile the grid exactly, row-major."""
    return tuple(
        Window(row, col, min(size, grid.rows - row), min(size, grid.cols - col))
        for row in range(0, grid.rows, size)
        for col in range(0, grid.cols, size)
    )


def grown(window: Window, halo: int, grid: Grid) -> Window:
    """``window`` widened by ``halo`` cells on every side, cut at the edge of the grid."""
    top, left = max(window.row - halo, 0), max(window.col - halo, 0)
    bottom = min(window.row + window.rows + halo, grid.rows)
    right = min(window.col + window.cols + halo, grid.cols)
    return Window(top, left, bottom - top, right - left)


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> Transformer:
    """A cached coordinate transformer, always in x, y (longitude, latitude) order.

    No PROJ network grids are used, so the answer is the same offline.
    """
    return Transformer.from_crs(
        CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True
    )
