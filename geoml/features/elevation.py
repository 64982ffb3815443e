"""Elevation of the ground."""

from __future__ import annotations

from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Text

VALID = (-450, 9000)
"""From the shore of the Dead Sea to above Mount Everest."""

QUANTITY = Quantity(
    "elevation",
    Text(fr="Altitude", en="Elevation"),
    unit="m",
    valid=VALID,
    needs=("dem",),
    compute=lambda layers, _grid: within(layers["dem"], VALID),
)
"""Metres above the datum of the terrain model: mean of the cell; NaN where it is NaN or no height
of ground on Earth."""
