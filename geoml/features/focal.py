"""Means over a disk: what surrounds a place counts too."""

from __future__ import annotations

import math

import numpy as np

from geoml.features import building_density, imperviousness, ndvi
from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Array, Text

LEAST_KNOWN = 0.5
_QUANTUM = 2.0**30


def focal_mean(values: Array, pixel_x: float, pixel_y: float, radius_m: float) -> Array:
    """Mean of the known cells whose centre is at most ``radius_m`` away, shape of ``values``.

    NaN where less than half of the disk is known (cells outside the raster are not), whatever the
    cell itself is: a small cloud does not hide what surrounds it. One known cell of 1 among zeros
    and a radius of one square cell: 0.2 there and on its four neighbours.

    The same bits however the raster is cut: values are rounded to multiples of 2**-30, so that
    their sums are exact in float64 as long as a row sums to less than 2**22.
    """
    known = np.isfinite(values)
    rounded = np.where(known, np.rint(values.astype(np.float64) * _QUANTUM) / _QUANTUM, 0.0)
    reach = disk(pixel_x, pixel_y, radius_m)
    total = _disk_sums(rounded, reach)
    count = _disk_sums(known.astype(np.int32), reach)
    cells = sum(2 * half + 1 for half in reach)
    mean = np.full(values.shape, np.nan)
    np.divide(total, count, out=mean, where=count >= max(1, math.ceil(LEAST_KNOWN * cells)))
    out: Array = mean.astype(values.dtype)
    return out


def disk(pixel_x: float, pixel_y: float, radius_m: float) -> tuple[int, ...]:
    """Columns that a disk reaches to each side, per row from its top to its bottom."""
    slack = 1 + 1e-9  # a centre exactly on the rim is inside, whatever binary fractions say
    rows = math.floor(radius_m / pixel_y * slack)
    squares = (max(radius_m**2 - (row * pixel_y) ** 2, 0.0) for row in range(-rows, rows + 1))
    return tuple(math.floor(math.sqrt(square) / pixel_x * slack) for square in squares)


def _disk_sums(values: Array, reach: tuple[int, ...]) -> Array:
    rows, cols = values.shape
    high, wide = len(reach) // 2, max(reach)
    sums = np.zeros((rows + 2 * high, cols + 2 * wide + 1), values.dtype)
    padded = np.pad(values, ((high, high), (wide, wide)))
    np.cumsum(padded, axis=1, dtype=values.dtype, out=sums[:, 1:])
    out = np.zeros_like(values)
    for row, half in enumerate(reach):
        strip = sums[row : row + rows]
        out += strip[:, wide + half + 1 : wide + half + 1 + cols]
        out -= strip[:, wide - half : wide - half + cols]
    return out


def _mean_of(base: Quantity, radius_m: int, fr: str, en: str) -> Quantity:
    return Quantity(
        f"{base.name}_mean_{radius_m}m",
        Text(fr=f"{fr} à {radius_m} m à la ronde", en=f"{en} within {radius_m} m"),
        unit=base.unit,
        valid=base.valid,
        needs=(base.name,),
        compute=lambda layers, grid: focal_mean(
            within(layers[base.name], base.valid), grid.pixel_x, grid.pixel_y, radius_m
        ),
        halo_m=radius_m,
        least_known=LEAST_KNOWN,
        source=base.source,
    )


QUANTITIES = (
    _mean_of(ndvi.QUANTITY, 300, "Végétation", "Vegetation"),
    _mean_of(building_density.QUANTITY, 300, "Densité du bâti", "Building density"),
    _mean_of(imperviousness.QUANTITY, 300, "Imperméabilisation", "Imperviousness"),
)
