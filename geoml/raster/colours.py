"""How the bands of a foreign picture make red, green and blue bytes: decided before it is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, PhotometricInterp
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader

from geoml.errors import ForbiddenFormat
from geoml.raster.collar import SLACK, Collar, blank_pixels, coarse_shape, collar_of
from geoml.raster.formats import unreadable
from geoml.raster.grid import Window
from geoml.types import Mask

_SAMPLES, _SAMPLE = 5, 128  # 5 x 5 windows of 128 x 128 pixels
_ENDS = 0.5, 99.5
"""Percentiles of a 16-bit picture that become 1 and 255."""
_APP14, _SCAN = 0xEE, 0xDA  # markers of a JPEG: Adobe's own, and the beginning of the pixels
_RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
_INKS = (ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow, ColorInterp.black)


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """Which bands are red, green and blue, and what becomes of their numbers.

    ``table`` has the red, green, blue and opacity of the 256 indices of a palette. ``stretch``
    are the numbers that become 1 and 255, the first one larger where the file counts from white
    to black. ``inks`` are four bands of cyan, magenta, yellow and black, as 255 minus the ink.
    ``white`` is the largest number that a band can hold. ``collar`` is what is blank though the
    file does not say so, where it was looked for. ``notes`` say what was decided.
    """

    bands: tuple[int, ...]
    table: NDArray[np.uint8] | None = None
    stretch: tuple[float, float] | None = None
    inks: bool = False
    white: int = 255
    collar: Collar | None = None
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether the bands are what they show: bytes of red, green and blue, as far as known."""
        changed = self.table is not None or self.stretch is not None or self.inks
        return not changed and self.collar is None


def colours_of(dataset: DatasetReader, path: Path) -> Colours:
    """Decide on an open picture; of a 16-bit one at most 25 windows of 128 x 128 px are read.

    The colour interpretation of the file decides where it names red, green and blue; without it
    the first three bands are taken for them, and a fourth that is not opacity for near infrared.
    A single band is a palette, which is expanded, or grey, which is repeated; of fewer bits than 8
    it is black to white all the same, and where the file says that its 0 is white, it is.

    Raises ForbiddenFormat for numbers that are no picture, and UnreadableFile.
    """
    kinds = {dataset.dtypes[number - 1] for number in _data(dataset)}
    if not kinds or not kinds <= {"uint8", "uint16"}:
        raise _no_picture(path, f"{dataset.count} bands of {', '.join(sorted(kinds)) or 'opacity'}")
    _check_inks(dataset, path)
    found = _arranged(dataset, path)
    if found.table is None and not found.inks:
        return _stretched(dataset, path, found)
    if kinds != {"uint8"}:
        raise _no_picture(path, "a palette or inks of 16 bits")
    return found


def collared(dataset: DatasetReader, colours: Colours, path: Path) -> Colours:
    """The colours of an open picture with its collar, if it has one (``geoml.raster.collar``).

    It is looked for in at most 2048 x 2048 pixels: those of an upload, every n-th of an ortho. For
    a file without overviews that is one more pass over its blocks, a few in memory at a time.
    Pictures of fewer than 8 bits are hardly anything but black and white, and left as they are.
    """
    if colours.white < 255:
        return colours
    shape = coarse_shape(dataset.shape)
    numbers, known = _numbers(dataset, colours, path, out_shape=shape)
    slack = SLACK if _lossy(dataset) else 0
    collar = collar_of(numbers, known, dataset.shape, white=colours.white, slack=slack)
    if collar is None:
        return colours
    return replace(colours, collar=collar, notes=(*colours.notes, collar.note))


def read_rgb(
    dataset: DatasetReader, colours: Colours, window: Window, path: Path
) -> tuple[NDArray[np.uint8], Mask]:
    """(RGB bytes of shape (3, rows, cols), mask of known pixels) of a window.

    Unknown is what the nodata number, the opacity, the mask or a clear entry of the palette says,
    and the collar.
    """
    values, known = _numbers(dataset, colours, path, window)
    if colours.collar is not None:
        known = known & ~colours.collar.hides(values, window)
    if colours.stretch is not None:
        low, high = colours.stretch
        share = (values.astype(np.float32) - low) / (high - low)
        values = np.rint(1 + 254 * np.clip(share, 0, 1)).astype(np.uint8)
    return (np.repeat(values, 3, axis=0) if len(values) == 1 else values), known


def _numbers(
    dataset: DatasetReader,
    colours: Colours,
    path: Path,
    window: Window | None = None,
    out_shape: tuple[int, int] | None = None,
) -> tuple[NDArray[Any], Mask]:
    """The bands of a window, or every n-th pixel of them all, with palette and inks as colours."""
    bands, bounds = list(colours.bands), window.bounds if window else None
    size = (len(bands), *out_shape) if out_shape else None
    try:
        values = dataset.read(bands, window=bounds, out_shape=size)
        known = _known(dataset, values.shape[1:], window)
    except RasterioIOError as error:
        raise unreadable(path, error) from error
    if colours.table is not None:
        rgba = colours.table[values[0]].transpose(2, 0, 1)
        return rgba[:3], known & (rgba[3] > 0)
    if colours.inks:
        light = values[:3].astype(np.uint16) * values[3]
        return np.rint(light / 255).astype(np.uint8), known
    return values, known


def _lossy(dataset: DatasetReader) -> bool:
    told = dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", "")
    return dataset.driver in ("JPEG", "JP2OpenJPEG") or "JPEG" in told or "WEBP" in told


def _stretched(dataset: DatasetReader, path: Path, found: Colours) -> Colours:
    """The colours with the numbers that are black and white, where they are not 0 and 255."""
    top, told = _largest(dataset, found.bands), ""
    low, high, white = 0.0, float(top), top
    if dataset.dtypes[found.bands[0] - 1] != "uint8":
        low, high = _ends(dataset, path, found.bands, top)
        told = f"16 bits: {low:g} to {high:g} of {top} shown as black to white"
        if high <= 255:
            low, high, white, told = 1.0, 255.0, 255, ""
    elif top < 255:
        told = f"{top.bit_length()} bit{'s' if top > 1 else ''}: 0 to {top} shown as black to white"
    found = replace(found, white=white, notes=(*found.notes, *([told] if told else [])))
    if dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES":
        notes = (*found.notes, "0 is white in this file")
        return replace(found, stretch=(high, low), notes=notes)
    return replace(found, stretch=None if (low, high) == (0, 255) else (low, high))


def _largest(dataset: DatasetReader, bands: tuple[int, ...]) -> int:
    """The largest number that the bands can hold: white, as 15 is in four bits."""
    most = np.iinfo(dataset.dtypes[bands[0] - 1]).bits
    told = dataset.tags(bands[0], ns="IMAGE_STRUCTURE").get("NBITS", "")
    fewer = told in map(str, range(1, most))  # a file may hold any text under this name
    return int(2 ** (int(told) if fewer else most) - 1)


def _check_inks(dataset: DatasetReader, path: Path) -> None:
    """GDAL takes the inks of a JPEG for 255 minus the ink, as Adobe's are, whoever wrote it."""
    space = dataset.tags(ns="IMAGE_STRUCTURE").get("SOURCE_COLOR_SPACE", "")
    if dataset.driver != "JPEG" or space not in ("CMYK", "YCCK"):
        return
    if not _by_adobe(path):
        raise _no_picture(path, "CMYK inks that it does not say how to count")


def _by_adobe(path: Path) -> bool:
    """Whether the head of a JPEG has the segment in which Adobe says so."""
    with path.open("rb") as stream:
        stream.seek(2)
        while len(head := stream.read(4)) == 4 and head[0] == 0xFF and head[1] != _SCAN:
            content = stream.read(int.from_bytes(head[2:], "big") - 2)
            if head[1] == _APP14 and content.startswith(b"Adobe"):
                return True
    return False


def _known(dataset: DatasetReader, shape: tuple[int, ...], window: Window | None = None) -> Mask:
    if all(MaskFlags.all_valid in flags for flags in dataset.mask_flag_enums):
        return np.ones(shape, np.bool_)
    mask: Mask = dataset.dataset_mask(window=window.bounds if window else None, out_shape=shape) > 0
    return mask


def _data(dataset: DatasetReader) -> list[int]:
    """Numbers of the bands that are not opacity."""
    pairs = zip(dataset.indexes, dataset.colorinterp, strict=True)
    return [number for number, colour in pairs if colour is not ColorInterp.alpha]


def _arranged(dataset: DatasetReader, path: Path) -> Colours:
    at = dict(zip(dataset.colorinterp, dataset.indexes, strict=True))
    bands = _data(dataset)
    if all(ink in at for ink in _INKS):
        return Colours(tuple(at[ink] for ink in _INKS), inks=True, notes=("CMYK inks",))
    if len(bands) == 1 and ColorInterp.palette in at:
        return Colours((bands[0],), table=_table(dataset, bands[0]), notes=("palette expanded",))
    if len(bands) == 1:
        return Colours((bands[0],), notes=("grey: the same in red, green and blue",))
    if all(colour in at for colour in _RGB):
        chosen = tuple(at[colour] for colour in _RGB)
        left = [number for number in bands if number not in chosen]
        return Colours(chosen, notes=_unused(left))
    if len(bands) in (3, 4) and _unnamed(dataset, bands):
        return Colours(tuple(bands[:3]), notes=_unused(bands[3:]))
    raise _no_picture(path, f"{len(bands)} bands, none of them named red, green and blue")


def _unnamed(dataset: DatasetReader, bands: Sequence[int]) -> bool:
    """Whether nothing says that the bands are other colours; a grey first band says nothing."""
    silent = (ColorInterp.undefined, ColorInterp.gray, *_RGB)
    inks = dataset.photometric in (PhotometricInterp.cmyk, PhotometricInterp.cielab)
    return not inks and all(dataset.colorinterp[number - 1] in silent for number in bands)


def _unused(bands: Sequence[int]) -> tuple[str, ...]:
    told = ", ".join(map(str, bands))
    return (f"band {told} is not used",) if bands else ()


def _table(dataset: DatasetReader, band: int) -> NDArray[np.uint8]:
    entries = dataset.colormap(band)
    return np.array([entries.get(index, (0, 0, 0, 0)) for index in range(256)], np.uint8)


def _ends(
    dataset: DatasetReader, path: Path, bands: tuple[int, ...], white: int
) -> tuple[float, float]:
    """The numbers that become 1 and 255: the same for every band, so that colours stay.

    Pixels of 0 or of white in all bands do not count, for they are those of a collar.
    """
    samples: list[NDArray[Any]] = []
    for window in _scattered(dataset.height, dataset.width):
        values, known = _numbers(dataset, Colours(bands), path, window)
        samples.append(values[:, known & ~blank_pixels(values, white)].ravel())
    found = np.concatenate(samples)
    if not found.size:
        return 0.0, float(white)
    if found.max() <= 255:
        return 0.0, 255.0
    low, high = (float(value) for value in np.percentile(found, _ENDS))
    return low, max(high, low + 255.0)


def _scattered(rows: int, cols: int) -> list[Window]:
    return [
        Window(row, col, min(_SAMPLE, rows), min(_SAMPLE, cols))
        for row in _starts(rows)
        for col in _starts(cols)
    ]


def _starts(length: int) -> list[int]:
    free = max(0, length - _SAMPLE)
    count = min(_SAMPLES, math.ceil(length / _SAMPLE))
    return [round(free * at / max(1, count - 1)) for at in range(count)]


def _no_picture(path: Path, got: str) -> ForbiddenFormat:
    return ForbiddenFormat(
        "not a picture in colours",
        where=str(path),
        expected="red, green and blue of 8 or 16 bits, a palette, or grey",
        got=got,
        next_step="export it as 8-bit RGB (QGIS: Export > Save as > Rendered image)",
    )
