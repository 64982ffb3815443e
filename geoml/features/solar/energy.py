"""From the sun on a roof's modules to kilowatt-hours."""

from __future__ import annotations

import numpy as np

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.interval import Interval, widened
from geoml.types import Array


def peak_power(module_area_m2: Array, assumptions: Assumptions) -> Array:
    """Peak power of n roofs in kWp: module area x efficiency x 1 kW/m2. NaN in, NaN out."""
    power: Array = module_area_m2 * assumptions.module_efficiency
    return power


def energy(sun: Interval, kwp: Array, area_sigma: Array, assumptions: Assumptions) -> Interval:
    """Electricity of n roofs in kWh a year: kWp x kWh/m2 on the modules x performance ratio.

    Modules give their kWp under 1 kW/m2, so kWh/m2 are hours at full power. To the interval of the
    sun are added the relative standard errors of the performance ratio and of the area fitted.
    """
    made = sun.times(kwp * assumptions.performance_ratio)
    sigma = np.hypot(assumptions.sigma_performance, area_sigma)
    return widened(made.p50, made.low, made.high, sigma)
