"""Imperviousness: the share of the ground that rain cannot enter."""

from __future__ import annotations

import numpy as np

from geoml.features.known import within
from geoml.features.normalized import normalized_difference
from geoml.features.quantity import Quantity
from geoml.types import Array, Features, Text

BARE, GREEN = 0.05, 0.70
"""NDVI of ground without and with full plant cover. Frozen, so that the same place has the same
value in every scene; Carlson and Ripley take them from the scene itself. A choice, not a fit."""


def vegetation_cover(ndvi: Array) -> Array:
    """Share of the ground under plants, ((ndvi - BARE) / (GREEN - BARE))**2, in [0, 1].

    NaN in, NaN out; an NDVI of 0.375, half-way between the anchors, gives 0.25. Carlson and Ripley
    1997, doi:10.1016/S0034-4257(97)00104-1.
    """
    scaled: Array = np.clip((ndvi - BARE) / (GREEN - BARE), 0, 1)
    return scaled * scaled


def imperviousness(
    ndvi: Array, nir: Array, green: Array | None = None, building_density: Array | None = None
) -> Array:
    """Sealed share of each cell, 1 - vegetation cover, in [0, 1]; NaN where ``ndvi`` is NaN.

    Open water (NDVI below 0 and, where green is known, NDWI above 0; McFeeters 1996,
    doi:10.1080/01431169608948714) is 0. Where the building density is known the value is at least
    that: a roof is sealed even under a tree. Bare soil looks sealed, so outside towns the value
    is too high: Carlson and Arthur 2000, doi:10.1016/S0921-8181(00)00021-7, apply it to developed
    land. NDVI 0.375 gives 0.75; with roofs on 0.9 of the cell, 0.9.
    """
    sealed: Array = 1 - vegetation_cover(ndvi)
    water = ndvi < 0
    if green is not None:
        water &= ~(normalized_difference(green, nir) <= 0)  # an unknown NDWI objects to nothing
    sealed[water] = 0
    if building_density is not None:
        roofs = within(building_density, (0, 1)).astype(sealed.dtype)
        sealed = np.where(roofs > sealed, roofs, sealed)  # an unknown density objects to nothing
    return sealed


def _compute(layers: Features, _: object) -> Array:
    ndvi = within(layers["ndvi"], (-1, 1))
    return imperviousness(ndvi, layers["nir"], layers.get("green"), layers.get("building_density"))


QUANTITY = Quantity(
    "imperviousness",
    Text(fr="Imperméabilisation", en="Imperviousness"),
    unit="1",
    valid=(0, 1),
    needs=("ndvi", "nir"),
    optional=("green", "building_density"),
    compute=_compute,
    source="doi:10.1016/S0921-8181(00)00021-7",
)
