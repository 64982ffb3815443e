"""In which unit a temperature raster is, and bringing it to kelvin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoml.errors import InvalidArgument, UnknownUnit
from geoml.types import Array

PLAUSIBLE_K = {"lst": (240.0, 345.0), "thermal": (200.0, 350.0)}
"""Where the median of a scene must lie, by key.

The coldest towns (Yakutsk, Norilsk) stay near 240 K (-33 degC) in winter, and half of a hot desert
never passes 345 K. Landsat's rule makes about 200 K of MODIS numbers (0.02 K each), which must
not pass. Brightness is that of the air and of cloud tops too: colder than any ground.
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """``kelvin = scale * value + offset``."""

    name: str
    scale: float
    offset: float

    def kelvin(self, values: Array) -> Array:
        """``values`` in kelvin; NaN in, NaN out."""
        return values * np.float32(self.scale) + np.float32(self.offset)


KELVIN = Unit("K", 1.0, 0.0)
CELSIUS = Unit("degC", 1.0, 273.15)
FAHRENHEIT = Unit("degF", 5.0 / 9.0, 273.15 - 32.0 * 5.0 / 9.0)
LANDSAT_ST = Unit("dn", 0.00341802, 149.0)  # Collection 2 Level-2, LSDS-1618 and LSDS-1619

_BY_TAG = {
    **dict.fromkeys(("k", "kelvin", "kelvins", "degk", "degrees kelvin"), KELVIN),
    **dict.fromkeys(
        ("c", "degc", "deg c", "celsius", "degrees celsius", "degree celsius"), CELSIUS
    ),
    **dict.fromkeys(("f", "degf", "deg f", "fahrenheit", "degrees fahrenheit"), FAHRENHEIT),
}


def named(key: str, text: str) -> str:
    """The name of a unit that a caller gave: ``degC``, ``degF``, ``K`` or ``dn``."""
    if text.strip().lower() == "dn":
        if key == "thermal":
            raise InvalidArgument(
                "dn is the surface temperature of Landsat Collection 2 Level-2",
                where="--unit thermal=dn",
                expected="degC or K for a brightness temperature",
                next_step="ingest it as lst=FILE --unit lst=dn",
            )
        return LANDSAT_ST.name
    unit = _tagged(text)
    if unit is None:
        raise InvalidArgument(
            "not a unit of temperature",
            where=f"--unit {key}={text}"[:80],
            expected="degC, K or dn (Landsat Collection 2 surface temperature)",
        )
    return unit.name


def unit_of(key: str, path: str, told: str | None, tag: str, median: float) -> Unit:
    """The unit of a temperature raster, from what the caller told, else its tag, else its values.

    Raises UnknownUnit when nothing tells, or when the result would be no temperature on Earth.
    ``median`` is that of the values as they are in the file.
    """
    known = {unit.name: unit for unit in (KELVIN, CELSIUS, FAHRENHEIT, LANDSAT_ST)}
    unit = known[told] if told else _tagged(tag)
    low, high = PLAUSIBLE_K[key]
    if unit is None and low <= median <= high:
        return KELVIN
    if unit is not None and low <= unit.scale * median + unit.offset <= high:
        return unit
    said = f"taken as {unit.name}" if unit else "no unit in the file and none given"
    raise UnknownUnit(
        "its unit of temperature cannot be told",
        where=f"{key}={path}",
        expected=f"a median within {low:.0f}..{high:.0f} K",
        got=f"a median of {median:.6g}, {said}",
        next_step=f"pass --unit {key}=degC, --unit {key}=K or --unit lst=dn",
    )


def _tagged(tag: str) -> Unit | None:
    cleaned = " ".join(
        tag.lower().replace("°", "deg").replace("º", "deg").replace("_", " ").split()
    )
    return _BY_TAG.get(cleaned)
