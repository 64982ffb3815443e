"""GFI: the water that a river can bring here, against the height that it would have to rise."""

from __future__ import annotations

import numpy as np

from geoml.types import Array

SCALE_A, EXPONENT_N = 1.0, 0.354429752
"""h_r = a A^n with A in km2 and h_r in m. n is the mean of the literature that Samela et al. 2018
(doi:10.1016/j.compenvurbsys.2018.01.013) give their tool; a = 1 is their form before a town's own
floods calibrate it (a = exp(-threshold); Manfreda and Samela 2019, doi:10.1111/jfr3.12541)."""

LEAST_HEIGHT_M = 0.5
"""Height to which a smaller H is raised. Heights that differ by less are alike to a terrain model
of a town; and with a floor of a centimetre the bed of a gully, H = 0, would stand above every
meadow beside a great river. A choice, not a fit."""


def river_depth(upstream_km2: Array, a: float = SCALE_A, n: float = EXPONENT_N) -> Array:
    """Depth of water in a river in flood, h_r = a A^n in metres, from its upstream area in km2.

    NaN in, NaN out. 100 km2 give 5.1 m.
    """
    depth: Array = a * np.power(upstream_km2, n)
    return depth


def gfi(river_depth_m: Array, hand_m: Array) -> Array:
    """Geomorphic flood index, ln(h_r / H): above 0 where the river can reach.

    ``river_depth_m`` is that of the nearest drainage cell, ``hand_m`` the height H above it, raised
    to ``LEAST_HEIGHT_M``, so that a bed has the index of its own depth (a brook shallower than that
    stays below 0); NaN where one of them is unknown. A river of 100 km2 and a height of 1 m:
    1.63. Samela, Troy and Manfreda 2017, doi:10.1016/j.advwatres.2017.01.007.
    """
    index: Array = np.log(river_depth_m / np.maximum(hand_m, np.float32(LEAST_HEIGHT_M)))
    return index


def water_depth(river_depth_m: Array, hand_m: Array) -> Array:
    """Depth in metres to which that river would flood a place, max(h_r - H, 0); NaN unknown.

    A river of 100 km2 floods a place 1 m above it by 4.1 m. Manfreda and Samela 2019,
    doi:10.1111/jfr3.12541. A proxy: no rain, no dike and no hydraulics are in it.
    """
    depth: Array = np.maximum(river_depth_m - hand_m, np.float32(0))
    return depth
