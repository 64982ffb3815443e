"""What a service that looks at pictures declares beside the rest: what it finds, and what of it.

A network gives every pixel of the picture a probability, which becomes outlines; both are the same
for every such service. What the town wants to know of each outline is the service's own to say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from geoml.types import Text

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoml.vector.outlines import Rules

PROBABILITY = "probability"
"""The map layer of a picture's pixels, and the column of what was found: its mean, 0..1."""
OF_OUTLINES = (PROBABILITY, "reg_status", "building")
"""The columns that outlines bring along, whatever the service."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = ("id", "kind", "lower", "upper", "applicability", "why", "area_m2", "geometry")
_PREFIX = re.compile(r"[ac-y]")


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is told of every unit: a number in ``unit``, or text where that is empty.

    ``tiled`` says whether vector tiles carry it, ``summed`` whether its sum over all units means
    something.
    """

    name: str
    title: Text
    unit: str = ""
    tiled: bool = False
    summed: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that no table can hold."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for a column")


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the ground that a picture shows, beside the picture.

    ``latitude`` and ``longitude`` are of its middle, in degrees, NaN where nobody says where it
    is. ``layers`` are rasters of the area by their source key, those of ``Segmentation.beside``
    that there are. ``folder`` is the area's own, where ``Segmentation.kept`` may lie; None for a
    picture of no area.
    """

    latitude: float = math.nan
    longitude: float = math.nan
    layers: Mapping[str, Path] = field(default_factory=dict)
    folder: Path | None = None


class AnswersOf(Protocol):
    """What is to be said of each thing that was found."""

    def __call__(self, found: geopandas.GeoDataFrame, ground: Ground) -> pd.DataFrame:
        """One row for each outline, with its index.

        ``found`` has polygons in metres (in a projected CRS, or in none where nobody knows where
        the picture was taken). The columns are those that ``Segmentation.columns`` declares, and
        ``applicability``, as in a ``Prediction``. Numbers are floats, NaN is unknown.
        ``attrs["assumptions"]`` may hold what these answers rest on beside the service's own, and
        ``attrs["warnings"]`` what is to be said of all of them: ``{"code", "fr", "en"}`` each.
        """


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How a service of the kind ``segmentation`` goes from a picture to its units.

    ``picture`` is the source key of what it looks at; ``beside`` are keys of rasters that make the
    answers better. What is found is of the kind ``unit``, outlined by ``rules()``. A unit that is a
    thing which the area knows already (source ``known``) has its id; the others have an id of
    their own that begins with ``prefix``. Of ``columns``, ``answer`` names those of the target and
    of its lower and upper end, in its unit. ``assumptions()`` are what every answer rests on, ready
    for JSON; ``kept`` are files in an area's folder that its answers may rest on too, and
    ``fetch(folder, latitude, longitude)`` asks the network for them, for who wants that; ``notes``
    are what to say where one of ``beside`` is missing, by its key.
    """

    picture: str
    unit: str
    prefix: str
    rules: Callable[[], Rules]
    answers_of: AnswersOf
    columns: tuple[Column, ...]
    answer: tuple[str, str, str]
    title: Text
    classes: tuple[str, ...]
    beside: tuple[str, ...] = ()
    known: str = ""
    assumptions: Callable[[], Mapping[str, Any]] = dict
    kept: tuple[str, ...] = ()
    fetch: Callable[[Path, float, float], object] | None = None
    notes: tuple[tuple[str, Text], ...] = ()

    def __post_init__(self) -> None:
        """Refuse columns that collide, a prefix that others have, notes on nothing."""
        own = [one.name for one in self.columns]
        names = [*_TAKEN, *OF_OUTLINES, *own]
        if set(self.answer) - {*own}:
            raise ValueError(f"the answer is in no column: {', '.join(self.answer)}")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"columns declared twice: {', '.join(twice)}")
        if not _PREFIX.fullmatch(self.prefix):
            raise ValueError(f"{self.prefix!r} cannot begin an id: one letter, neither b nor z")
        if {key for key, _ in self.notes} - {*self.beside}:
            raise ValueError(f"notes on keys that it does not use: {self.notes}")
