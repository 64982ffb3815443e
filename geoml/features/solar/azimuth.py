"""Which way a roof faces: two conventions that must never meet, so each is a type.

The same roof that faces east is 90 to a compass (and to pvlib) and -90 to PVGIS. A number alone
does not say which; these types do, and whoever asks for one refuses the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoml.errors import InvalidArgument
from geoml.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class CompassAzimuth:
    """Degrees clockwise from north: 0 north, 90 east, 180 south. Kept in [0, 360); NaN unknown.

    The convention of compasses, of pvlib and of everything that geoml writes.
    """

    degrees: float | Array

    def __post_init__(self) -> None:
        """Bring every angle into [0, 360), as an array of float64."""
        _refuse_another(self.degrees, "CompassAzimuth")
        object.__setattr__(self, "degrees", _turned(np.asarray(self.degrees, np.float64)))

    @property
    def values(self) -> Array:
        """The angles as an array of float64, zero-dimensional for one roof."""
        return np.asarray(self.degrees, np.float64)

    def to_south(self) -> SouthAzimuth:
        """The same direction as PVGIS counts it."""
        return SouthAzimuth(self.values - 180.0)


@dataclass(frozen=True, slots=True, eq=False)
class SouthAzimuth:
    """Degrees clockwise from south: 0 south, -90 east, 90 west. Kept in [-180, 180); NaN unknown.

    The convention of PVGIS, which calls it ``aspect``, in both hemispheres.
    """

    degrees: float | Array

    def __post_init__(self) -> None:
        """Bring every angle into [-180, 180), as an array of float64."""
        _refuse_another(self.degrees, "SouthAzimuth")
        turned = _turned(np.asarray(self.degrees, np.float64) + 180.0)
        object.__setattr__(self, "degrees", np.asarray(turned - 180.0))

    @property
    def values(self) -> Array:
        """The angles as an array of float64, zero-dimensional for one roof."""
        return np.asarray(self.degrees, np.float64)

    def to_compass(self) -> CompassAzimuth:
        """The same direction as a compass counts it."""
        return CompassAzimuth(self.values + 180.0)


def compass_values(azimuth: CompassAzimuth) -> Array:
    """The angles of a ``CompassAzimuth``; InvalidArgument for a bare number or the other type."""
    if not isinstance(azimuth, CompassAzimuth):
        raise InvalidArgument(
            "an azimuth that does not say where it counts from",
            expected="CompassAzimuth (0 = north, 90 = east)",
            got=type(azimuth).__name__,
            next_step="wrap it in CompassAzimuth(...), or call to_compass() on a SouthAzimuth",
        )
    return azimuth.values


def _turned(degrees: Array) -> Array:
    turned: Array = np.mod(degrees, 360.0)
    return np.where(turned == 360.0, 0.0, turned)  # the modulus of a tiny negative angle is 360


def _refuse_another(degrees: object, wanted: str) -> None:
    if isinstance(degrees, CompassAzimuth | SouthAzimuth):
        raise InvalidArgument(
            "an azimuth of one convention inside another",
            expected=f"degrees for {wanted}",
            got=type(degrees).__name__,
            next_step="convert it with to_compass() or to_south()",
        )


if TYPE_CHECKING:  # mypy --strict fails here on the day that it lets the two be mixed
    compass_values(SouthAzimuth(0.0))  # type: ignore[arg-type]
    CompassAzimuth(SouthAzimuth(0.0))  # type: ignore[arg-type]
