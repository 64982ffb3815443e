"""What the ground is made of: reflectance, land-cover class and thermal behaviour by material.

Reflectances are round values in the range of published spectra (USGS Spectral Library Version 7,
doi:10.3133/ds1035; ECOSTRESS library, doi:10.1016/j.rse.2019.05.015), for the bands blue, green,
red, nir, swir1, swir2. ``evaporative`` is the share of the available energy that evaporates water,
``ground`` the share that goes into the ground, ``conductance`` the heat that a square metre gives
to the air and the sky per kelvin (W m-2 K-1). Classes are ESA WorldCover codes (product user
manual v2.0: 10 tree, 20 shrub, 30 grass, 40 crop, 50 built-up, 60 bare, 80 water, 90 wetland).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geoml.types import Array

BANDS: Final = ("blue", "green", "red", "nir", "swir1", "swir2")


@dataclass(frozen=True, slots=True)
class Material:
    """One surface material; see the module for units."""

    name: str
    reflectance: tuple[float, float, float, float, float, float]
    cover: int
    evaporative: float
    ground: float
    conductance: float

    @property
    def response(self) -> float:
        """Kelvin above the air per W m-2 of net radiation."""
        return (1 - self.ground) * (1 - self.evaporative) / self.conductance


MATERIALS: Final = (
    Material("river", (0.050, 0.058, 0.040, 0.020, 0.008, 0.005), 80, 0.75, 0.60, 30),
    Material("sea", (0.055, 0.048, 0.024, 0.010, 0.004, 0.003), 80, 0.75, 0.70, 34),
    Material("broadleaf", (0.022, 0.048, 0.026, 0.370, 0.170, 0.075), 10, 0.66, 0.05, 38),
    Material("conifer", (0.018, 0.034, 0.022, 0.240, 0.110, 0.050), 10, 0.60, 0.05, 40),
    Material("shrub", (0.030, 0.060, 0.042, 0.290, 0.200, 0.105), 20, 0.58, 0.08, 32),
    Material("meadow", (0.034, 0.074, 0.048, 0.370, 0.235, 0.120), 30, 0.58, 0.10, 28),
    Material("lawn", (0.040, 0.080, 0.056, 0.340, 0.230, 0.120), 30, 0.54, 0.10, 27),
    Material("dry grass", (0.058, 0.092, 0.098, 0.280, 0.290, 0.190), 30, 0.42, 0.12, 27),
    Material("maize", (0.026, 0.064, 0.034, 0.430, 0.210, 0.095), 40, 0.66, 0.08, 30),
    Material("sunflower", (0.030, 0.076, 0.044, 0.400, 0.220, 0.110), 40, 0.60, 0.09, 29),
    Material("beet", (0.028, 0.072, 0.036, 0.440, 0.220, 0.100), 40, 0.63, 0.09, 28),
    Material("ripe wheat", (0.070, 0.110, 0.150, 0.300, 0.330, 0.215), 40, 0.40, 0.12, 28),
    Material("stubble", (0.085, 0.130, 0.175, 0.290, 0.360, 0.270), 40, 0.36, 0.14, 27),
    Material("vineyard", (0.045, 0.078, 0.075, 0.290, 0.230, 0.140), 40, 0.48, 0.12, 29),
    Material("soil", (0.075, 0.105, 0.140, 0.215, 0.300, 0.260), 60, 0.30, 0.18, 27),
    Material("sand", (0.170, 0.225, 0.275, 0.335, 0.410, 0.370), 60, 0.24, 0.20, 27),
    Material("gravel", (0.120, 0.140, 0.160, 0.195, 0.240, 0.225), 60, 0.10, 0.18, 34),
    Material("marsh", (0.036, 0.064, 0.050, 0.230, 0.130, 0.070), 90, 0.68, 0.20, 29),
    Material("asphalt", (0.068, 0.077, 0.086, 0.098, 0.125, 0.120), 50, 0.03, 0.20, 39),
    Material("paving", (0.130, 0.152, 0.172, 0.205, 0.245, 0.235), 50, 0.04, 0.20, 38),
    Material("concrete", (0.180, 0.205, 0.225, 0.255, 0.280, 0.265), 50, 0.03, 0.22, 38),
    Material("tile roof", (0.070, 0.100, 0.180, 0.255, 0.310, 0.290), 50, 0.01, 0.12, 39),
    Material("slate roof", (0.075, 0.084, 0.090, 0.108, 0.135, 0.135), 50, 0.01, 0.12, 40),
    Material("metal roof", (0.260, 0.275, 0.285, 0.305, 0.320, 0.300), 50, 0.00, 0.08, 37),
    Material("dark flat roof", (0.085, 0.092, 0.098, 0.110, 0.135, 0.135), 50, 0.00, 0.12, 40),
    Material("pitch", (0.038, 0.092, 0.048, 0.420, 0.210, 0.100), 30, 0.62, 0.10, 27),
)
CODE: Final = {material.name: code for code, material in enumerate(MATERIALS)}


def table(name: str) -> Array:
    """One number per material code, float32: a band, ``response`` or ``cover``."""
    if name in BANDS:
        values = [material.reflectance[BANDS.index(name)] for material in MATERIALS]
    else:
        values = [getattr(material, name) for material in MATERIALS]
    out: Array = np.array(values, np.float32)
    return out
