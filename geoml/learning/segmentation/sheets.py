"""Sheets: what lies together without a gap and is read by windows, pixels and labels at once.

A sheet is one picture, or tiles that are laid side by side again. Which tiles make which sheet is
told by their headers; a pixel is read when a chip needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.areas.keys import VECTOR_DRIVERS
from geoml.errors import GridMismatch, InvalidArgument, MissingCrs
from geoml.learning.segmentation.dataset import DataSet, Pictures
from geoml.learning.segmentation.masks import MaskRule, read_mask
from geoml.learning.segmentation.rescale import Source
from geoml.raster.grid import Grid, Window
from geoml.raster.header import opened
from geoml.raster.picture import PICTURE_DRIVERS, open_ortho, read_picture
from geoml.raster.sidecar import georeference
from geoml.types import Mask
from geoml.vector.coverage import VectorBlocks
from geoml.vector.foreign import read_foreign

_LARGEST_PX = 8192
"""A side that is unpacked at once; larger pictures are orthos, which are read by windows."""
_CLOSE = 0.02
"""Tiles of one picture lie within this share of a pixel count of a tile's side."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of a sheet: where it lies in it, and how its roofs are told."""

    image: Path
    window: Window
    mask: Path | None = None
    rule: MaskRule = field(default_factory=MaskRule)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tiles on one grid of ``shape`` pixels, ``gsd_m`` metres each.

    ``group`` tells what must not be parted by a split: the folder of the files.
    """

    key: str
    place: str
    group: str
    shape: tuple[int, int]
    gsd_m: float
    tiles: tuple[Tile, ...]
    weight: float = 1.0
    held_out: bool = False
    roofs: Path | None = None

    @property
    def area_m2(self) -> float:
        """Ground that it shows."""
        return self.shape[0] * self.shape[1] * self.gsd_m**2


def sheets(data: DataSet) -> tuple[Sheet, ...]:
    """All sheets of a data set, by the headers of its files alone.

    Raises what reading a header does, GridMismatch for a mask of another size than its picture,
    InvalidArgument where neither the file nor the data set says how large a pixel is, MissingCrs
    for tiles to be laid together that do not say where they lie.
    """
    return tuple(sheet for one in data.pictures for sheet in _of(one))


def source(sheet: Sheet) -> Source:
    """The sheet as a ``Source`` of four bands: red, green, blue and label (0, 1), all uint8."""
    return _Outlined(sheet) if sheet.roofs else _Tiled(sheet)


def _of(told: Pictures) -> Iterator[Sheet]:
    if told.roofs is not None:
        yield from (_ortho(told, path, told.roofs) for path in told.images)
        return
    if told.gsd_m is None:
        raise InvalidArgument(
            "the size of a pixel is not known",
            where=told.place,
            expected="gsd_m = metres per pixel, in the data set",
        )
    masks = told.masks
    tiles = [_tile(image, mask, told) for image, mask in zip(told.images, masks, strict=True)]
    if told.mosaic:
        placed, shape = _laid(tiles)
        yield _sheet(told, told.place, told.place, shape, placed)
        return
    for tile in tiles:
        shape = tile.window.rows, tile.window.cols
        yield _sheet(told, str(tile.image), str(tile.image.parent), shape, (tile,))


def _sheet(
    told: Pictures, key: str, group: str, shape: tuple[int, int], tiles: tuple[Tile, ...]
) -> Sheet:
    gsd = told.gsd_m or 0.0
    return Sheet(key, told.place, group, shape, gsd, tiles, told.weight, told.held_out)


def _ortho(told: Pictures, path: Path, roofs: Path) -> Sheet:
    with open_ortho(path) as picture:
        shape, gsd = picture.shape, told.gsd_m or float(np.sqrt(np.prod(picture.gsd_m)))
    tile = Tile(path, Window(0, 0, *shape))
    where = str(path)
    return Sheet(where, told.place, where, shape, gsd, (tile,), told.weight, told.held_out, roofs)


def _tile(image: Path, mask: Path, told: Pictures) -> Tile:
    shape, of_mask = _shape(image), _shape(mask)
    if shape != of_mask:
        raise GridMismatch(
            "a mask is not of its picture's size",
            where=str(mask),
            expected=str(shape),
            got=str(of_mask),
            next_step=f"make it again for {image.name}",
        )
    return Tile(image, Window(0, 0, *shape), mask, told.rule)


def _shape(path: Path) -> tuple[int, int]:
    with opened(path, PICTURE_DRIVERS) as dataset:
        rows, cols = dataset.shape
    return int(rows), int(cols)


def _laid(tiles: Sequence[Tile]) -> tuple[tuple[Tile, ...], tuple[int, int]]:
    """The tiles at their places in the picture that they make, and its shape."""
    corners = np.array([_corner(tile) for tile in tiles])  # x, y, width and height of a pixel
    step = np.median(corners[:, 2:], axis=0)
    cols, rows = np.rint(
        (corners[:, :2] - [corners[:, 0].min(), corners[:, 1].max()]) / step
    ).T.astype(int)
    placed = tuple(
        Tile(
            one.image,
            Window(_snapped(row, one.window.rows), _snapped(col, one.window.cols), *_size(one)),
            one.mask,
            one.rule,
        )
        for one, row, col in zip(tiles, rows.tolist(), cols.tolist(), strict=True)
    )
    high = max(one.window.row + one.window.rows for one in placed)
    wide = max(one.window.col + one.window.cols for one in placed)
    return placed, (high, wide)


def _size(tile: Tile) -> tuple[int, int]:
    return tile.window.rows, tile.window.cols


def _snapped(start: int, side: int) -> int:
    """On the raster of its tiles where it is within rounding of it."""
    near = round(start / side) * side
    return near if abs(near - start) <= _CLOSE * side else start


def _corner(tile: Tile) -> tuple[float, float, float, float]:
    _, transform = georeference(tile.image)
    if transform is None:
        with opened(tile.image, PICTURE_DRIVERS) as dataset:
            transform = dataset.transform
    if transform.is_identity:
        raise MissingCrs(
            "a tile that does not say where it lies",
            where=str(tile.image),
            next_step="leave out mosaic = true: each file is then a picture of its own",
        )
    return transform.c, transform.f, transform.a, transform.e


class _Tiled:
    """A sheet of small files; those that were read last are kept."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.shape = sheet.shape

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """As ``Source``."""
        values = np.zeros((4, window.rows, window.cols), np.uint8)
        known = np.zeros((window.rows, window.cols), bool)
        for tile in self.sheet.tiles:
            both = _overlap(window, tile.window)
            if both is not None:
                inside = _within(both, tile.window)
                pixels, seen = _decoded(tile)
                values[:, *_within(both, window)] = pixels[:, *inside]
                known[_within(both, window)] = seen[inside]
        return values, known


class _Outlined:
    """An ortho of any size with the outlines of its roofs."""

    def __init__(self, sheet: Sheet) -> None:
        self.path = sheet.tiles[0].image
        self.shape = sheet.shape
        with open_ortho(self.path) as picture:
            self.grid: Grid = picture.grid
        found = read_foreign(
            sheet.roofs or Path(),
            crs=self.grid.crs,
            drivers=VECTOR_DRIVERS,
            shapes=("polygon",),
            within=self.grid.bounds,
        )
        self.roofs = VectorBlocks(found.geometries)

    def read(self, window: Window) -> tuple[NDArray[Any], Mask]:
        """As ``Source``."""
        with open_ortho(self.path) as picture:
            rgb, known = picture.read(window)
        label = self.roofs.coverage(self.grid.window(window), oversample=1) >= 0.5
        return np.concatenate([rgb, label[None].astype(np.uint8)]), known


@lru_cache(maxsize=256)
def _decoded(tile: Tile) -> tuple[NDArray[np.uint8], Mask]:
    picture = read_picture(tile.image, place="ignored", largest_px=_LARGEST_PX)
    mask = (
        read_mask(tile.mask, tile.rule, largest_px=_LARGEST_PX)
        if tile.mask
        else np.zeros(picture.known.shape, bool)
    )
    bands = [*np.moveaxis(picture.rgb, -1, 0), mask.astype(np.uint8)]
    return np.stack(bands), picture.known


def _overlap(one: Window, other: Window) -> Window | None:
    row, col = max(one.row, other.row), max(one.col, other.col)
    rows = min(one.row + one.rows, other.row + other.rows) - row
    cols = min(one.col + one.cols, other.col + other.cols) - col
    return Window(row, col, rows, cols) if rows > 0 and cols > 0 else None


def _within(part: Window, whole: Window) -> tuple[slice, slice]:
    return Window(part.row - whole.row, part.col - whole.col, part.rows, part.cols).slices
