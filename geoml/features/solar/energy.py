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


def energy(sun: Interval, kwp: Interval, assumptions: Assumptions) -> Interval:
    """Electricity of n roofs in kWh a year: kWp x kWh/m2 on the modules x performance ratio.

    Modules give their kWp under 1 kW/m2, so kWh/m2 are hours at full power. The least of the sun
    falls on the least that fits and the most on the most, as where one orientation decides about
    both. To that are added the relative standard errors of the performance ratio and of the area
    fitted.
    """
    ratio = assumptions.performance_ratio
    made = Interval(*(hours * power * ratio for hours, power in zip(sun, kwp, strict=True)))
    sigma = np.hypot(assumptions.sigma_performance, assumptions.sigma_area)
    return widened(made.p50, made.low, made.high, sigma)
