"""Aerial pictures of strangers, read as red, green and blue bytes: an ortho, or a small upload."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod
from rasterio.io import DatasetReader

from geoml.errors import (
    DataError,
    EmptySource,
    MissingCrs,
    OutOfRange,
    OversizedHeader,
    UnusableGrid,
)
from geoml.raster.colours import Colours, collared, colours_of, read_rgb
from geoml.raster.formats import ORTHO_DRIVERS
from geoml.raster.grid import Grid, Window, transformer
from geoml.raster.header import Header, Limits, check_content, opened, probe
from geoml.raster.hints import warp_first
from geoml.types import Mask

Place: TypeAlias = Literal["needed", "wanted", "ignored"]
"""What becomes of a georeference that cannot be used."""
PICTURE_DRIVERS = ("GTiff", "JPEG", "PNG")
LARGEST_PX = 2048
FINEST_M, COARSEST_M = 0.005, 30.0
"""What a picture from the air can be in metres per pixel; anything else is a misplaced one."""
_ALIKE = 0.02
_BLOCK = 512
_MARGIN = 64
_PIXEL_BYTES, _BANDS = 8, 16


@dataclass(frozen=True, slots=True)
class Ortho:
    """An open picture on a north-up grid, read by windows.

    ``gsd_m`` is the size of its pixels on the ground, along x and y; ``notes`` say what was
    decided about its colours.
    """

    path: Path
    grid: Grid
    gsd_m: tuple[float, float]
    colours: Colours
    dataset: DatasetReader

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.grid.shape

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about its colours."""
        return self.colours.notes

    def read(self, window: Window) -> tuple[NDArray[np.uint8], Mask]:
        """(RGB bytes of shape (3, rows, cols), mask of known pixels) of a window."""
        return read_rgb(self.dataset, self.colours, window, self.path)


@contextmanager
def open_ortho(path: Path) -> Iterator[Ortho]:
    """Open an ingested ortho, or one that is given directly; its header is judged first.

    No collar is looked for: ingestion has done so, and it would cost a pass over the file.

    Raises what ``probe`` and ``colours_of`` raise; UnusableGrid for a grid in degrees or with the
    south up, which ingestion would bring right; OutOfRange for pixels of an impossible size.
    """
    header = probe(path, drivers=ORTHO_DRIVERS, allow_multiband=True)
    grid, gsd = _grid(header), ground_m(header)
    with opened(path, ORTHO_DRIVERS) as dataset:
        yield Ortho(path, grid, gsd, colours_of(dataset, path), dataset)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A small picture in memory.

    ``rgb`` are bytes of shape (rows, cols, 3), ``known`` (rows, cols) says where it shows
    something. ``crs`` and ``transform`` (from column and row to x and y) are None for a picture
    that does not say where it is; ``gsd_m`` too, unless it was told.
    """

    rgb: NDArray[np.uint8]
    known: Mask
    crs: str | None
    transform: Affine | None
    gsd_m: float | None
    notes: tuple[str, ...] = ()


def read_picture(
    path: Path,
    *,
    place: Place = "needed",
    largest_px: int = LARGEST_PX,
    collar: bool = False,
) -> Picture:
    """Read a GeoTIFF, JPEG or PNG whole, as red, green and blue bytes.

    The content tells the format, whatever the name; sides, type and number of bands are judged by
    the header before a pixel is unpacked. A georeference that cannot be used is an error where the
    ``place`` is needed, and none at all where it is wanted; where it is ignored nobody looks. With
    ``collar`` a rim of black or white is unknown (``geoml.raster.collar``); the masks of training
    pictures come this way too, and are black for the most part.
    A file of a stranger is read in a child process: ``geoml.areas.ingest.pictures``.

    Raises a DataError: UnreadableFile, ForbiddenFormat, OversizedHeader, EmptySource where nothing
    is known; MissingCrs, UnusableGrid and OutOfRange for a georeference that cannot be right.
    """
    with opened(path, PICTURE_DRIVERS) as dataset:
        _check_size(dataset, path, largest_px)
        found = None if place == "ignored" else _place_if(place == "needed", path, dataset)
        colours = colours_of(dataset, path)
        turned = _turned(dataset)
        if collar:
            colours = collared(dataset, colours, path)
        whole = Window(0, 0, dataset.height, dataset.width)
        rgb, known = read_rgb(dataset, colours, whole, path)
    if not known.any():
        raise EmptySource(
            "nothing but nodata in the picture",
            where=str(path),
            expected="one known pixel or more",
            got="nodata or clear everywhere",
            next_step="check the file in QGIS, its nodata value and its alpha band",
        )
    crs, transform, gsd_m = found if found else (None, None, None)
    notes = colours.notes if found else (*colours.notes, *turned)
    pixels = np.ascontiguousarray(rgb.transpose(1, 2, 0))
    return Picture(pixels, known, crs, transform, gsd_m, notes)


def plain_rgb(
    header: Header,
    within: tuple[float, float, float, float],
    out: Path,
    colours: Colours | None = None,
) -> Header:
    """Write what a picture shows inside a box of its CRS as RGB bytes and opacity; its header.

    For a palette, CMYK, 16 bits or bands in another order, which must be colours before they may
    be averaged, and for a collar, which must be unknown. ``colours`` are those that were decided on
    already. ``out`` is a GeoTIFF for the time being; ``header`` is that of the picture, moved
    or not. A block is in memory at a time.
    """
    with opened(header.path, ORTHO_DRIVERS) as dataset:
        colours = colours or colours_of(dataset, header.path)
        box = _pixels_of(header, within)
        transform = header.transform @ Affine.translation(box.col, box.row)
        with rasterio.open(out, "w", **_plain_profile(box, transform, header.crs)) as target:
            for window in _blocks(box):
                rgb, known = read_rgb(dataset, colours, window, header.path)
                opacity = np.where(known, 255, 0).astype(np.uint8)[None]
                inside = Window(window.row - box.row, window.col - box.col, *known.shape)
                target.write(np.concatenate([rgb, opacity]), window=inside.bounds)
    return replace(
        header,
        path=out,
        driver="GTiff",
        shape=(box.rows, box.cols),
        band=None,
        bands=("red", "green", "blue"),
        dtype="uint8",
        transform=transform,
        nodata=None,
    )


def _plain_profile(box: Window, transform: Affine, crs: str) -> dict[str, Any]:
    return {
        "driver": "GTiff", "dtype": "uint8", "count": 4, "photometric": "RGB", "ALPHA": "YES",
        "width": box.cols, "height": box.rows, "crs": crs, "transform": transform,
        "tiled": True, "blockxsize": _BLOCK, "blockysize": _BLOCK, "BIGTIFF": "IF_SAFER",
        "compress": "zstd", "zstd_level": 1,
    }  # fmt: skip


def _pixels_of(header: Header, within: tuple[float, float, float, float]) -> Window:
    """The pixels inside a box of the picture's CRS, a few more, and one at least."""
    rows, cols = header.shape
    t = header.transform
    left, right = sorted((x - t.c) / t.a for x in within[::2])
    top, bottom = sorted((y - t.f) / t.e for y in within[1::2])
    first_col = min(max(math.floor(left) - _MARGIN, 0), cols - 1)
    first_row = min(max(math.floor(top) - _MARGIN, 0), rows - 1)
    last_col = max(min(math.ceil(right) + _MARGIN, cols), first_col + 1)
    last_row = max(min(math.ceil(bottom) + _MARGIN, rows), first_row + 1)
    return Window(first_row, first_col, last_row - first_row, last_col - first_col)


def _blocks(box: Window) -> Iterator[Window]:
    for row in range(box.row, box.row + box.rows, _BLOCK):
        for col in range(box.col, box.col + box.cols, _BLOCK):
            rows = min(_BLOCK, box.row + box.rows - row)
            yield Window(row, col, rows, min(_BLOCK, box.col + box.cols - col))


def _turned(dataset: DatasetReader) -> tuple[str, ...]:
    """A note for a photograph whose camera was held upright or upside down."""
    upright = dataset.tags().get("EXIF_Orientation", "1") in ("0", "1")
    return () if upright else ("the file says it is turned; pixels are counted as stored",)


def _check_size(dataset: DatasetReader, path: Path, largest_px: int) -> None:
    most = _PIXEL_BYTES * largest_px**2
    check_content(dataset, path, Limits(total=most, block=most, bands=_BANDS))
    if max(dataset.shape) <= largest_px:
        return
    raise OversizedHeader(
        "too large for a single picture",
        where=str(path),
        expected=f"at most {largest_px} x {largest_px} pixels",
        got=f"{dataset.width} x {dataset.height}",
        next_step="cut it, or ingest it as the ortho of an area",
    )


def _place_if(needed: bool, path: Path, dataset: DatasetReader) -> tuple[str, Affine, float] | None:
    """As ``_place_of``; unless it is ``needed``, None for a place that cannot be used."""
    try:
        return _place_of(path, dataset)
    except (MissingCrs, UnusableGrid, OutOfRange):
        if needed:
            raise
        return None


def _place_of(path: Path, dataset: DatasetReader) -> tuple[str, Affine, float] | None:
    """(CRS, transform, metres per pixel); None for a picture that says nothing of its place."""
    points = bool(dataset.gcps[0]) or dataset.rpcs is not None
    silent = dataset.crs is None and dataset.transform.is_identity and not points
    if silent or dataset.driver != "GTiff":  # what lies beside a JPEG was not handed in
        return None
    header = probe(path, drivers=PICTURE_DRIVERS, allow_multiband=True)
    gsd_x, gsd_y = ground_m(header)
    if not math.isclose(gsd_x, gsd_y, rel_tol=_ALIKE):
        raise UnusableGrid(
            "its pixels are not squares on the ground",
            where=str(path),
            expected="the same size along both axes",
            got=f"{gsd_x:.3g} x {gsd_y:.3g} m",
            next_step=warp_first(header.crs, *_middle(header)),
        )
    return header.crs, header.transform, math.sqrt(gsd_x * gsd_y)


def ground_m(header: Header) -> tuple[float, float]:
    """Size of a raster's pixels on the ground at its middle, along x and y, in metres.

    Raises UnusableGrid for degrees, MissingCrs outside the world, OutOfRange for a size that no
    picture from the air has: each is the mark of a wrong or missing reference system.
    """
    where, crs = str(header.path), CRS.from_user_input(header.crs)
    if crs.is_geographic:
        raise UnusableGrid(
            "its grid is in degrees",
            where=where,
            expected="a projected reference system, in metres",
            got=crs.name,
            next_step=warp_first(header.crs, *_middle(header)),
        )
    x, y = _middle(header)
    dx, dy = header.pixel
    lon, lat = transformer(header.crs, "OGC:CRS84").transform([x, x + dx, x], [y, y, y + dy])
    if not np.isfinite([*lon, *lat]).all():
        raise MissingCrs(
            "its place is outside the world of its reference system",
            where=where,
            expected=f"coordinates of {crs.name}",
            got=f"its middle at ({x:g}, {y:g})",
            next_step="assign the right one (QGIS: Assign projection)",
        )
    geod = Geod(ellps="WGS84")
    sides = tuple(geod.inv(lon[0], lat[0], lon[k], lat[k])[2] for k in (1, 2))
    if not all(FINEST_M <= side <= COARSEST_M for side in sides):
        raise _absurd(where, sides)
    # Where a map is true to a few parts in a hundred, its own numbers are meant.
    true = all(abs(side / own - 1) <= _ALIKE for side, own in zip(sides, (dx, dy), strict=True))
    return (dx, dy) if true else (sides[0], sides[1])


def _middle(header: Header) -> tuple[float, float]:
    west, south, east, north = header.bounds
    return (west + east) / 2, (south + north) / 2


def _absurd(where: str, sides: tuple[float, ...]) -> DataError:
    return OutOfRange(
        "its pixels have a size that no picture from the air has",
        where=where,
        expected=f"{FINEST_M:g} to {COARSEST_M:g} m",
        got=" x ".join(f"{side:.3g}" for side in sides) + " m",
        next_step="check its reference system: are the coordinates degrees or feet?",
    )


def _grid(header: Header) -> Grid:
    t = header.transform
    if t.a < 0 or t.e > 0:
        raise UnusableGrid(
            "its first row is not the northern one, or its first column not the western one",
            where=str(header.path),
            expected="rows from north to south, columns from west to east",
            got=f"steps of {t.a:g}, {t.e:g}",
            next_step="ingest it as the ortho of an area, or warp it (QGIS: Warp)",
        )
    return Grid(header.crs, t.c, t.f, t.a, -t.e, *header.shape)
