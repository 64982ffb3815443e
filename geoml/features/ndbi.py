"""NDBI: how built-up or bare a place looks."""

from __future__ import annotations

from geoml.features.normalized import normalized_difference
from geoml.features.quantity import Quantity
from geoml.types import Array, Text


def ndbi(nir: Array, swir1: Array) -> Array:
    """Normalised difference built-up index, (swir1 - nir) / (swir1 + nir), in [-1, 1].

    Reflectances, same shape; NaN where a band is NaN or no reflectance, or both are 0. Built-up
    and bare ground are above 0: near infrared 0.2 and shortwave infrared 0.3 give 0.2. Zha, Gao
    and Ni 2003, doi:10.1080/01431160304987.
    """
    return normalized_difference(swir1, nir)


QUANTITY = Quantity(
    "ndbi",
    Text(fr="Indice de bâti (NDBI)", en="Built-up index (NDBI)"),
    unit="1",
    valid=(-1, 1),
    needs=("nir", "swir1"),
    compute=lambda layers, _grid: ndbi(layers["nir"], layers["swir1"]),
    source="doi:10.1080/01431160304987",
)
