"""The declared climate of the sun: how clear the sky is in each month of a normal year.

Two monthly tables make a sky: the Linke turbidity of a cloudless sky, and the *clearness*, the
share of cloudless sunshine on level ground that clouds leave (0 to 1). What is packaged knows
latitude alone, so its uncertainty is wide and declared with it; a town that knows better gives its
own file (``read_sky``) or its own monthly sums (``sky_from_sums``), as PVGIS delivers them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from geoml.errors import InvalidArgument, UnreadableFile
from geoml.types import Array

LATITUDES = (-66.0, 66.0)
"""Beyond the polar circles a typical day a month says too little; nothing is answered there."""


DARK_KWH_M2 = 20.0


@dataclass(frozen=True, slots=True)
class Sky:
    """Twelve months of sky above one place, January first.

    ``turbidity`` is Linke's factor at air mass 2 (1 to 12), ``clearness`` in (0, 1.3],
    ``uncertainty`` the relative standard error of a yearly sum (0.1 is 10 %), ``interannual`` the
    relative standard deviation from year to year; ``source`` says where the numbers are from.
    """

    turbidity: tuple[float, ...]
    clearness: tuple[float, ...]
    uncertainty: float
    interannual: float
    source: str

    def __post_init__(self) -> None:
        """Refuse what cannot be a sky: InvalidArgument."""
        _check("turbidity", self.turbidity, (1.0, 12.0))
        _check("clearness", self.clearness, (0.01, 1.3))
        _check("uncertainty", (self.uncertainty, self.interannual), (0.0, 0.5), count=2)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; ``Sky(**document)`` with the lists as tuples restores it."""
        lists = {"turbidity": list(self.turbidity), "clearness": list(self.clearness)}
        rest = ("uncertainty", "interannual", "source")
        return lists | {name: getattr(self, name) for name in rest}


def sky_at(latitude: float) -> Sky:
    """The packaged sky of a latitude in degrees, between -66 and 66, linear between its knots.

    It knows nothing of coasts, mountains or deserts. Raises InvalidArgument outside the range.
    """
    low, high = LATITUDES
    if not low <= latitude <= high:
        raise InvalidArgument(
            "no sky is declared so close to a pole",
            expected=f"a latitude from {low:g} to {high:g} degrees",
            got=f"{latitude:g}",
            next_step="give a sky of your own: read_sky(file) or sky_from_sums(...)",
        )
    knots, turbidity, clearness, rest = _packaged()
    months = [
        tuple(round(float(np.interp(latitude, knots, month)), 4) for month in table.T)
        for table in (turbidity, clearness)
    ]
    return Sky(months[0], months[1], rest["uncertainty"], rest["interannual"], rest["source"])


def read_sky(path: Path, latitude: float) -> Sky:
    """A town's own sky from a TOML file with any of the fields of ``Sky`` at its top level.

    What the file leaves out is that of ``sky_at(latitude)``, except ``source`` and ``uncertainty``:
    who brings numbers says where they are from and how sure they are. Raises UnreadableFile,
    InvalidArgument.
    """
    try:
        fields = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(
            "not a sky", where=str(path), expected="a TOML file", got=str(error)
        ) from error
    known, own = set(Sky.__slots__), set(fields)
    if own - known or not {"clearness", "source", "uncertainty"} <= own:
        raise InvalidArgument(
            "not a sky",
            where=str(path),
            expected="clearness, source and uncertainty; turbidity and interannual if you like",
            got=", ".join(sorted(own)) or "nothing",
        )
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return replace(sky_at(latitude), **(fields | lists))


def sky_from_sums(
    latitude: float,
    sums_kwh_m2: Sequence[float],
    *,
    uncertainty: float,
    source: str,
    altitude_m: float = 0.0,
) -> Sky:
    """The sky under which level ground gets these twelve monthly sums, in kWh/m2.

    Clearness = the sum / the sum of a cloudless month with the packaged turbidity of the latitude
    at that altitude; held in [0.05, 1.2] in the dark months near a polar circle. ``uncertainty`` is
    that of the sums, relative, for a year. InvalidArgument for sums that no sky gives.
    """
    from geoml.features.solar.days import cloudless_sums

    sums = np.asarray(sums_kwh_m2, np.float64)
    if sums.shape != (12,):
        raise InvalidArgument("not a year", expected="12 monthly sums", got=f"{sums.shape}")
    base = sky_at(latitude)
    clear = cloudless_sums(latitude, base, altitude_m)
    share = np.divide(sums, clear, out=np.full(12, 0.5), where=clear > 0.1)
    dark = clear < DARK_KWH_M2  # a quotient of two small numbers: held, not refused
    share[dark] = np.clip(share[dark], 0.05, 1.2)
    clearness = tuple(round(float(value), 4) for value in share)
    return replace(base, clearness=clearness, uncertainty=uncertainty, source=source)


@lru_cache(maxsize=1)
def _packaged() -> tuple[Array, Array, Array, dict[str, Any]]:
    text = files("geoml.features.solar").joinpath("sky.toml").read_text("utf-8")
    document = tomllib.loads(text)
    bands = sorted(document["band"], key=lambda band: float(band["latitude"]))
    columns = [np.array([band[name] for band in bands], np.float64) for name in _COLUMNS]
    return columns[0], columns[1], columns[2], document["all"]


_COLUMNS = ("latitude", "turbidity", "clearness")


def _check(name: str, values: Sequence[float], valid: tuple[float, float], count: int = 12) -> None:
    low, high = valid
    if len(values) != count or not all(low <= value <= high for value in values):
        raise InvalidArgument(
            f"not the {name} of a sky",
            expected=f"{count} numbers from {low:g} to {high:g}",
            got=f"{list(values)}",
        )
