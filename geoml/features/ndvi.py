"""NDVI: how green a place is."""

from __future__ import annotations

from geoml.features.normalized import normalized_difference
from geoml.features.quantity import Quantity
from geoml.types import Array, Text


def ndvi(red: Array, nir: Array) -> Array:
    """Normalised difference vegetation index, (nir - red) / (nir + red), in [-1, 1].

    Reflectances, same shape; NaN where a band is NaN or no reflectance (raw digital numbers would
    give another, wrong index), or both are 0. Meadow of red 0.05 and near infrared 0.45: 0.8.
    Tucker 1979, doi:10.1016/0034-4257(79)90013-0.
    """
    return normalized_difference(nir, red)


QUANTITY = Quantity(
    "ndvi",
    Text(fr="Végétation (NDVI)", en="Vegetation (NDVI)"),
    unit="1",
    valid=(-1, 1),
    needs=("red", "nir"),
    compute=lambda layers, _grid: ndvi(layers["red"], layers["nir"]),
    source="doi:10.1016/0034-4257(79)90013-0",
)
