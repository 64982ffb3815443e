"""Looking at a foreign raster's header, and refusing it, before one pixel is read."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.io import DatasetReader

from geoml.errors import (
    BandNeeded,
    ForbiddenFormat,
    MissingCrs,
    OversizedHeader,
    UnusableGrid,
)
from geoml.raster import hints
from geoml.raster.formats import RASTER_DRIVERS, check_format, unreadable
from geoml.raster.sidecar import georeference

_ENV = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no .aux.xml, .ovr or .msk beside the file
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": 128 << 20,  # in bytes: rasterio asks for a number and takes it for them
    "GDAL_NUM_THREADS": "1",
    "VSI_CACHE": "NO",
    # Its short cut for whole pictures takes what a truncated PNG lacks for zeros, without a word.
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # no address inside a file is ever visited
}
_EARTH_RADIUS_M = 6_378_137.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a header may declare: decoded bytes, bytes of one block, number of bands."""

    total: int = 64 << 30
    block: int = 512 << 20
    bands: int = 512


@dataclass(frozen=True, slots=True)
class Header:
    """What a raster says about itself.

    ``band`` is the chosen band, counted from 1, or None when several are wanted at once; ``dtype``,
    ``nodata``, ``scale``, ``offset`` and ``unit`` are the chosen band's (the first one's when
    None). ``bands`` holds the names of all bands, alpha excluded. ``bounds`` are west, south, east,
    north and ``pixel`` the positive cell size in units of ``crs``, which is WKT or ``EPSG:n``.
    """

    path: Path
    driver: str
    shape: tuple[int, int]
    band: int | None
    bands: tuple[str, ...]
    dtype: str
    crs: str
    transform: Affine
    bounds: tuple[float, float, float, float]
    pixel: tuple[float, float]
    nodata: float | None
    scale: float
    offset: float
    unit: str


def probe(
    path: Path,
    *,
    drivers: Sequence[str] = RASTER_DRIVERS,
    band: int | None = None,
    allow_multiband: bool = False,
    limits: Limits = Limits(),
) -> Header:
    """Read and judge the header of a foreign raster; no pixel is read, no other file opened.

    Only ``drivers`` may open it, whatever its name; the one companion read is the georeference of
    a JPEG or PNG and the ``.prj`` of an ASCII grid. A south-up or oblong raster is fine.

    Raises:
        UnreadableFile: Missing, empty, truncated or corrupt.
        ForbiddenFormat: Another format than ``drivers``, or complex numbers.
        OversizedHeader: It declares more than ``limits``, or more than the file can hold.
        BandNeeded: Several bands (or images) and no ``band``, or a band that is not there.
        MissingCrs: No CRS, or one that is not on Earth.
        UnusableGrid: Rotated, sheared, without a position, or known by control points only.
    """
    with opened(path, drivers) as dataset:
        check_content(dataset, path, limits)
        crs, transform = _place(dataset, path)
        names = _data_bands(dataset)
        chosen = _choose(dataset, path, band, names, allow_multiband)
        return _header(dataset, path, chosen, tuple(names.values()), crs, transform)


@contextmanager
def opened(path: Path, drivers: Sequence[str] = RASTER_DRIVERS) -> Iterator[DatasetReader]:
    """Open a foreign raster with an allow-list of drivers and without its companion files."""
    driver = check_format(path, drivers)
    with rasterio.Env(**_ENV), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            # An absolute path can be no URL and no connection string of a GDAL driver.
            dataset = rasterio.open(path.resolve(), driver=driver)
        except RasterioIOError as error:
            raise unreadable(path, error) from error
        with dataset:
            _check_self_contained(dataset, path)
            yield dataset


def _check_self_contained(dataset: DatasetReader, path: Path) -> None:
    """Refuse a GeoTIFF whose metadata send GDAL elsewhere for overviews: any file, any address."""
    elsewhere = dataset.tags(ns="OVERVIEWS")
    if elsewhere:
        raise ForbiddenFormat(
            "it refers to other files",
            where=str(path),
            expected="a file that holds all of its cells",
            got=", ".join(f"{name}={value}" for name, value in elsewhere.items())[:200],
            next_step="export it again as a plain GeoTIFF (gdal_translate -co COPY_SRC_MDD=NO)",
        )


def check_content(dataset: DatasetReader, path: Path, limits: Limits) -> None:
    """Raise what ``probe`` raises for a header that declares too much, or complex numbers."""
    rows, cols, count = dataset.height, dataset.width, dataset.count
    declared = f"{cols} x {rows} cells in {count} band{'s' if count > 1 else ''}"
    if count > limits.bands:
        raise _oversized(path, f"at most {limits.bands} bands", declared)
    if "complex" in dataset.dtypes[0]:  # a GeoTIFF has one type for all its bands
        raise ForbiddenFormat(
            "its cells are complex numbers",
            where=str(path),
            expected="whole or real numbers",
            got=dataset.dtypes[0],
            next_step="export amplitude or another real quantity",
        )
    item = max(np.dtype(kind).itemsize for kind in dataset.dtypes)
    total = rows * cols * count * item
    if total > limits.total:
        raise _oversized(path, f"at most {_binary(limits.total)} of cells", declared)
    block_rows, block_cols = dataset.block_shapes[0]
    per_pixel = item * (count if _interleaved(dataset) else 1)
    block = block_rows * block_cols * per_pixel
    if block > limits.block:
        expected = f"blocks of at most {_binary(limits.block)}"
        raise _oversized(path, expected, f"{declared}, blocks of {block_cols} x {block_rows}")
    size = path.stat().st_size
    if _least_bytes(dataset, total) > size:
        raise _oversized(path, "no more cells than the file can hold", f"{declared}, {size} bytes")


def _binary(size: int) -> str:
    """A size in bytes for a reader: ``64 GiB``, ``32 MiB``."""
    return f"{size >> 30} GiB" if size >= 1 << 30 else f"{size >> 20} MiB"


def _interleaved(dataset: DatasetReader) -> bool:
    return dataset.interleaving is not None and dataset.interleaving.value == "PIXEL"


def _least_bytes(dataset: DatasetReader, total: int) -> int:
    """A lower bound of the size of an honest file with this header.

    A sparse GeoTIFF holds no cell, but an offset and a length for every block (6 bytes at least);
    deflate cannot do better than 1:1032; an ASCII cell takes a digit and a space.
    """
    rows, cols = int(dataset.height), int(dataset.width)
    if dataset.driver == "GTiff":
        block_rows, block_cols = dataset.block_shapes[0]
        blocks = math.ceil(rows / block_rows) * math.ceil(cols / block_cols)
        planes = 1 if _interleaved(dataset) else dataset.count
        return 6 * blocks * planes if blocks > 1 else 0
    if dataset.driver == "AAIGrid":
        return 2 * rows * cols - 1
    return total // 1100 if dataset.driver == "PNG" else total // 100_000


def _oversized(path: Path, expected: str, got: str) -> OversizedHeader:
    return OversizedHeader(
        "the header declares more than is accepted",
        where=str(path),
        expected=expected,
        got=got,
        next_step="if the file is honest, cut it to the area first (QGIS: Clip raster by extent)",
    )


def _data_bands(dataset: DatasetReader) -> dict[int, str]:
    """Number -> name of every band that is not an alpha band."""
    colours = dataset.colorinterp
    return {
        number: (description or (colour.name if colour.value > ColorInterp.gray.value else ""))
        for number, description, colour in zip(
            dataset.indexes, dataset.descriptions, colours, strict=True
        )
        if colour is not ColorInterp.alpha
    }


def _choose(
    dataset: DatasetReader, path: Path, band: int | None, names: dict[int, str], several: bool
) -> int | None:
    pages = len(dataset.subdatasets)
    if pages > 1:
        raise BandNeeded(
            "several images in one file",
            where=str(path),
            expected="one image",
            got=f"{pages} images",
            next_step="export the one that is meant to a file of its own",
        )
    listed = [f"{number} ({name})" if name else str(number) for number, name in names.items()]
    found = ", ".join(listed[:16]) + (", ..." if len(listed) > 16 else "")
    if band is not None and band not in dataset.indexes:
        raise BandNeeded(
            f"it has no band {band}",
            where=str(path),
            expected=f"a band among {found}",
            got=str(band),
            next_step=f"choose one with KEY={path.name}:BAND",
        )
    if band is None and len(names) != 1 and not several:
        raise BandNeeded(
            "several bands and none was chosen",
            where=str(path),
            expected="one band",
            got=f"bands {found}",
            next_step=f"choose one with KEY={path.name}:BAND",
        )
    return next(iter(names)) if band is None and len(names) == 1 else band


def _place(dataset: DatasetReader, path: Path) -> tuple[str, Affine]:
    """(CRS, transform), judged."""
    crs = dataset.crs.to_wkt() if dataset.crs else None
    transform = dataset.transform
    if dataset.driver in ("JPEG", "PNG"):
        crs, beside = georeference(path)
        transform = beside or transform
    by_points = bool(dataset.gcps[0]) or dataset.rpcs is not None
    if transform.is_identity:
        if crs is None and not by_points:
            raise _missing_crs(path, "none, and no position either")
        raise _unusable(path, "ground control points only" if by_points else "no position")
    tilt = max(abs(transform.b), abs(transform.d))
    # Rounding of the writer, far below a cell over any raster that is accepted here.
    if not tilt <= 1e-9 * math.sqrt(abs(transform.determinant)):
        middle = transform @ (dataset.width / 2, dataset.height / 2)
        raise _unusable(path, "a rotated or sheared grid", hints.warp_first(crs, *middle))
    if crs is None:
        raise _missing_crs(path, "none")
    _check_earth(path, crs)
    return crs, transform


def _check_earth(path: Path, wkt: str) -> None:
    try:
        crs = CRS.from_wkt(wkt)
    except CRSError as error:
        raise _missing_crs(path, "one that PROJ does not know") from error
    radius = crs.ellipsoid.semi_major_metre if crs.ellipsoid else 0.0
    if not 0.99 < radius / _EARTH_RADIUS_M < 1.01:
        body = f"'{crs.name}' on a body of radius {radius:,.0f} m, which is not the Earth"
        raise _missing_crs(path, body if radius else f"'{crs.name}', tied to no place on Earth")
    if not (crs.is_projected or crs.is_geographic):
        raise _missing_crs(path, f"'{crs.name}', neither projected nor geographic")


def _missing_crs(path: Path, got: str) -> MissingCrs:
    return MissingCrs(
        "no usable coordinate reference system",
        where=str(path),
        expected="a CRS on Earth stored in the file",
        got=got,
        next_step=hints.ASSIGN,
    )


def _unusable(path: Path, got: str, next_step: str = hints.warp_first()) -> UnusableGrid:
    return UnusableGrid(
        "its cells do not lie in rows and columns of its CRS",
        where=str(path),
        expected="rows and columns along the axes of its CRS",
        got=got,
        next_step=next_step,
    )


def _header(
    dataset: DatasetReader,
    path: Path,
    band: int | None,
    bands: tuple[str, ...],
    crs: str,
    transform: Affine,
) -> Header:
    index = (band or 1) - 1
    rows, cols = dataset.height, dataset.width
    corner_x, corner_y = transform.c + transform.a * cols, transform.f + transform.e * rows
    bounds = (
        min(transform.c, corner_x),
        min(transform.f, corner_y),
        max(transform.c, corner_x),
        max(transform.f, corner_y),
    )
    if not all(map(math.isfinite, bounds)):
        raise _unusable(path, "a position that is not a number")
    code = CRS.from_wkt(crs).to_epsg(min_confidence=100)
    return Header(
        path=path,
        driver=dataset.driver,
        shape=(rows, cols),
        band=band,
        bands=bands,
        dtype=dataset.dtypes[index],
        crs=f"EPSG:{code}" if code else crs,
        transform=transform,
        bounds=bounds,
        pixel=(abs(transform.a), abs(transform.e)),
        nodata=dataset.nodatavals[index],
        scale=float(dataset.scales[index]),
        offset=float(dataset.offsets[index]),
        unit=dataset.units[index] or "",
    )
