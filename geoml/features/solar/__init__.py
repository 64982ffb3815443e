"""How much sun a roof gets and what solar modules would make of it.

Read in this order: ``azimuth`` (two conventions, two types), ``sky`` (a declared monthly climate),
``days`` (one typical day a month under that sky), ``planes`` (the sun on every tilt and azimuth),
``irradiation`` (answers for roofs of any kind, unknown orientation included), ``facets`` (planes in
a surface model), ``horizon`` (who stands in the sun), ``usable``, ``energy`` and ``potential``.
``pvgis`` and ``choice`` bring an area a better sky than that of its latitude.

Heights and lengths are metres, angles degrees, sums kWh per square metre; unknown is NaN.
"""
