"""Outlines of what a raster of probabilities shows, as a table of polygons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import geopandas
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import DatasetReader

from geoml.errors import DataError, MissingCrs
from geoml.raster.cog import open_cog
from geoml.raster.grid import Window
from geoml.types import Array, Bytes2D, Mask
from geoml.vector.outlines.apart import parted
from geoml.vector.outlines.coded import LEVELS, NODATA, Read, encoded, least_byte
from geoml.vector.outlines.regular import regularised
from geoml.vector.outlines.rings import Shapes, filled
from geoml.vector.outlines.rules import Rules
from geoml.vector.outlines.separate import separated
from geoml.vector.outlines.smooth import smoothed
from geoml.vector.outlines.trace import means, trace
from geoml.vector.outlines.valleys import parted_by_valleys

CHUNK_PX = 2048
THRESHOLD = 0.5
_AT_ONCE = 2_000


def outlines(
    probability: Path,
    *,
    threshold: float = THRESHOLD,
    rules: Rules | None = None,
    chunk_px: int = CHUNK_PX,
) -> geopandas.GeoDataFrame:
    """Outlines of the pixels of ``probability.tif`` that are ``threshold`` or more.

    Columns: ``geometry`` (valid Polygon in the CRS of the file, none overlap), ``probability``
    (mean over the pixels that were seen, 0..1), ``area_m2``, ``reg_status`` ("regularised" or
    "raw": as it was seen, its lines smoothed), ``vertices`` (corners, holes included). In the order
    of the first pixel of each outline. The file has bytes, 0 unknown, else 1 + round(254 p).
    Memory holds one chunk and the outlines; the table is the same for every size of chunk.

    Raises MissingCrs when the CRS is not projected, DataError for another kind of file.
    """
    with _opened(probability) as dataset:
        _, metres = dataset.crs.linear_units_factor
        return _table(
            _reader(dataset), dataset.shape, (dataset.res[0] * metres, dataset.res[1] * metres),
            threshold, rules or Rules(), chunk_px, transform=dataset.transform, crs=dataset.crs,
        )  # fmt: skip


def footprint(probability: Path, *, chunk_px: int = CHUNK_PX) -> shapely.MultiPolygon:
    """The ground that ``probability.tif`` knows, in its CRS: what the picture shows."""
    with _opened(probability) as dataset:
        known = trace(_reader(dataset), dataset.shape, NODATA + 1, chunk_px=chunk_px)
        return shapely.MultiPolygon(list(_placed(known, (1.0, -1.0), dataset.transform)))


@contextmanager
def _opened(probability: Path) -> Iterator[DatasetReader]:
    with open_cog(probability) as dataset:
        if dataset.dtypes[0] != "uint8" or dataset.nodata != NODATA:
            raise DataError(
                "not a raster of probabilities",
                where=str(probability),
                expected=f"uint8 with nodata {NODATA}",
                got=f"{dataset.dtypes[0]} with nodata {dataset.nodata}",
                next_step="run the segmentation again",
            )
        if not dataset.crs or not dataset.crs.is_projected:
            raise MissingCrs(
                "areas are measured in a projected CRS",
                where=str(probability),
                got=str(dataset.crs or "none"),
                next_step="reproject it to the CRS of the area",
            )
        yield dataset


def _reader(dataset: DatasetReader) -> Read:
    def read(window: Window) -> Bytes2D:
        found: Bytes2D = dataset.read(1, window=window.bounds)
        return found

    return read


def outlines_of(
    probability: Array,
    gsd_m: float | tuple[float, float],
    *,
    threshold: float = THRESHOLD,
    rules: Rules | None = None,
    transform: Affine | None = None,
    crs: object = None,
) -> geopandas.GeoDataFrame:
    """As ``outlines``, of an array of probabilities 0..1, shape (rows, cols), NaN unknown.

    ``gsd_m`` is the side of a pixel in metres (or its width and height). Without ``transform``
    coordinates are pixels: x right, y down, (0, 0) the outer corner of the first pixel; with it
    (from column and row to x and y) they are in ``crs``. Areas are in m2 in every case.
    """
    width, height = (gsd_m, gsd_m) if isinstance(gsd_m, int | float) else gsd_m
    coded = encoded(probability)
    return _table(
        lambda window: coded[window.slices], coded.shape, (width, height), threshold,
        rules or Rules(), CHUNK_PX, transform=transform or Affine.identity(), crs=crs,
    )  # fmt: skip


def _table(
    read: Read,
    shape: tuple[int, int],
    pixel_m: tuple[float, float],
    threshold: float,
    rules: Rules,
    chunk_px: int,
    *,
    transform: Affine,
    crs: object,
) -> geopandas.GeoDataFrame:
    least = least_byte(threshold)
    keep = partial(_kept, rules, pixel_m)
    seen = trace(read, shape, least, chunk_px=chunk_px, keep=keep)
    seen = parted_by_valleys(seen, read, least, rules.core_m2 / (pixel_m[0] * pixel_m[1]))
    seen = keep(separated(seen, round(rules.neck_m / max(pixel_m))))
    probability = (means(read, shape, seen, chunk_px=chunk_px) - 1) / LEVELS
    drawn, regular = _drawn(seen, rules, pixel_m)
    drawn = parted(drawn, probability)
    rows = np.flatnonzero(shapely.area(drawn) >= rules.min_area_m2)
    drawn = drawn[rows]
    return geopandas.GeoDataFrame(
        {
            "probability": probability[rows].round(4),
            "area_m2": shapely.area(drawn).round(2),
            "reg_status": np.where(regular[rows], "regularised", "raw"),
            "vertices": _corners(drawn),
        },
        geometry=_placed(drawn, pixel_m, transform),
        crs=crs,
    )


def _kept(rules: Rules, pixel_m: tuple[float, float], polygons: Shapes) -> Shapes:
    """Outlines in pixels that are large enough, without their small holes."""
    pixel_m2 = pixel_m[0] * pixel_m[1]
    whole = filled(polygons, rules.min_hole_m2 / pixel_m2)
    kept: Shapes = whole[shapely.area(whole) >= rules.min_area_m2 / pixel_m2]
    return kept


def _drawn(seen: Shapes, rules: Rules, pixel_m: tuple[float, float]) -> tuple[Shapes, Mask]:
    """(outlines in metres, x right and y up; which of them were regularised)."""
    drawn, regular = np.empty(len(seen), object), np.zeros(len(seen), bool)
    for start in range(0, len(seen), _AT_ONCE):  # what was seen has a corner for every other pixel
        some = slice(start, start + _AT_ONCE)
        drawn[some], regular[some] = _some_drawn(seen[some], rules, pixel_m)
    return drawn, regular


def _some_drawn(seen: Shapes, rules: Rules, pixel_m: tuple[float, float]) -> tuple[Shapes, Mask]:
    side = max(pixel_m)
    raw = shapely.transform(seen, lambda xy: xy * np.array([pixel_m[0], -pixel_m[1]]))
    plain = shapely.simplify(raw, rules.tolerance_m(side), preserve_topology=True)
    if not rules.regularise:
        return plain, np.zeros(len(plain), bool)
    return regularised(smoothed(seen, pixel_m), raw, plain, side)


def _corners(polygons: Shapes) -> NDArray[np.int64]:
    rings = shapely.get_num_interior_rings(polygons) + 1
    number: NDArray[np.int64] = shapely.get_num_coordinates(polygons) - rings
    return number


def _placed(drawn: Shapes, pixel_m: tuple[float, float], transform: Affine) -> Shapes:
    """Outlines in metres brought to the coordinates that ``transform`` gives to pixels."""
    a, b, c, d, e, f = tuple(transform)[:6]
    linear = np.array([[a, b], [d, e]]) / (pixel_m[0], -pixel_m[1])
    return shapely.transform(drawn, lambda xy: xy @ linear.T + (c, f))
