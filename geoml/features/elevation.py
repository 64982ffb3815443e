"""Elevation of the ground."""

from __future__ import annotations

from geoml.features.quantity import Quantity
from geoml.types import Text

QUANTITY = Quantity(
    "elevation",
    Text(fr="Altitude", en="Elevation"),
    unit="m",
    valid=(-450, 9000),
    needs=("dem",),
    compute=lambda layers, _grid: layers["dem"],
)
"""Metres above the datum of the terrain model, as it is: mean of the cell, NaN in, NaN out."""
