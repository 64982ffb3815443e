"""Curve number: how readily the ground turns rain into runoff."""

from __future__ import annotations

from geoml.features import imperviousness
from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Array, Text

SEALED, LAWN = 98.0, 74.0
"""Curve numbers of sealed ground, and of open space in good condition on soils of hydrologic group
C (TR-55, table 2-2a). Group C, slow to take water, is a stated default: no soil map is read."""


def curve_number(sealed: Array, unsealed: float = LAWN) -> Array:
    """Composite SCS curve number, 98 p + CN (1 - p), from the sealed share p; NaN in, NaN out.

    Between ``unsealed`` and 98; a quarter sealed on lawn: 80. USDA 1986, TR-55, figure 2-3, where
    all sealed ground is connected to the drainage; antecedent moisture is average (II).
    """
    number: Array = SEALED * sealed + unsealed * (1 - sealed)
    return number


QUANTITY = Quantity(
    "curve_number",
    Text(fr="Aptitude au ruissellement (CN)", en="Curve number"),
    unit="1",
    valid=(0, 100),
    needs=("imperviousness",),
    compute=lambda layers, _grid: curve_number(
        within(layers["imperviousness"], imperviousness.QUANTITY.valid)
    ),
)
"""USDA Soil Conservation Service 1986, Urban Hydrology for Small Watersheds, TR-55."""
