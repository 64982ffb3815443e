"""Building density: the share of the ground that is under roofs."""

from __future__ import annotations

import numpy as np

from geoml.features.known import within
from geoml.features.quantity import Quantity
from geoml.types import Array, Text

_ROUNDING = 1e-3


def building_density(covered: Array) -> Array:
    """Share of each cell under building footprints, in [0, 1]; NaN where it is not mapped.

    ``covered`` is what ``geoml.vector.coverage`` counts: what rounding put just outside its range
    is cut, what lies farther outside is no share, NaN. A cell of 30 m with
    one roof of 15 m by 15 m has 0.25.
    """
    share: Array = np.clip(within(covered, (-_ROUNDING, 1 + _ROUNDING)), 0, 1)
    return share


QUANTITY = Quantity(
    "building_density",
    Text(fr="Densité du bâti", en="Building density"),
    unit="1",
    valid=(0, 1),
    needs=("buildings",),
    compute=lambda layers, _grid: building_density(layers["buildings"]),
)
