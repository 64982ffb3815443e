"""Albedo: the share of sunlight that a place sends back."""

from __future__ import annotations

import numpy as np

from geoml.features.known import within
from geoml.features.normalized import REFLECTANCE
from geoml.features.quantity import Quantity
from geoml.types import Array, Text

WEIGHTS = {"blue": 0.356, "red": 0.130, "nir": 0.373, "swir1": 0.085, "swir2": 0.072}
OFFSET = -0.0018


def albedo(blue: Array, red: Array, nir: Array, swir1: Array, swir2: Array) -> Array:
    """Broadband shortwave albedo from Landsat reflectances, in [0, 1].

    0.356 blue + 0.130 red + 0.373 nir + 0.085 swir1 + 0.072 swir2 - 0.0018, cut at 0 and 1; NaN
    where a band is NaN or no reflectance. A grey surface of reflectance 0.3 in every band has
    0.303. Made for surface reflectance of Landsat; on top-of-atmosphere reflectance, and on the
    near bands of other sensors, it is an approximation. Liang 2001,
    doi:10.1016/S0034-4257(00)00205-4.
    """
    bands = {"blue": blue, "red": red, "nir": nir, "swir1": swir1, "swir2": swir2}
    total = np.full_like(blue, OFFSET)
    for name, weight in WEIGHTS.items():
        total += weight * within(bands[name], REFLECTANCE)
    clipped: Array = np.clip(total, 0, 1)
    return clipped


QUANTITY = Quantity(
    "albedo",
    Text(fr="Albédo", en="Albedo"),
    unit="1",
    valid=(0, 1),
    needs=tuple(WEIGHTS),
    compute=lambda layers, _grid: albedo(**{name: layers[name] for name in WEIGHTS}),
    source="doi:10.1016/S0034-4257(00)00205-4",
)
