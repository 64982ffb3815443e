"""Runoff of a design storm: the rain that the ground does not take."""

from __future__ import annotations

import numpy as np

from geoml.features import curve_number
from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Array, Text

STORM_MM = 50.0
"""The declared design storm; what it is once in how many years depends on the place."""


def runoff_depth(rain_mm: float | Array, number: Array) -> Array:
    """Runoff of one storm in mm, 0 to ``rain_mm``, from SCS curve numbers in (0, 100].

    (P - 0.2 S)**2 / (P + 0.8 S) above an initial loss of 0.2 S, S = 25,400 / CN - 254; NaN in, NaN
    out. 5 inches (127 mm) on a curve number of 80: 2.89 inches (73.4 mm). USDA 1986, TR-55,
    equations 2-3 and 2-4, table 2-1.
    """
    storage = 25_400 / number - 254
    excess: Array = np.maximum(rain_mm - 0.2 * storage, 0)
    total = excess + storage
    out: Array = np.divide(excess**2, total, out=np.zeros_like(total), where=excess != 0)
    return out


QUANTITY = Quantity(
    f"runoff_{STORM_MM:.0f}mm",
    Text(fr="Ruissellement d'un orage de 50 mm", en="Runoff of a 50 mm storm"),
    unit="mm",
    valid=(0, STORM_MM),
    needs=("curve_number",),
    compute=lambda layers, _grid: runoff_depth(
        STORM_MM, within(layers["curve_number"], curve_number.QUANTITY.valid)
    ),
)
"""USDA Soil Conservation Service 1986, Urban Hydrology for Small Watersheds, TR-55."""
