"""What the readers of foreign vector files are asked, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.vector.repair import Shape

Bounds: TypeAlias = tuple[float, float, float, float]
Columns: TypeAlias = dict[str, NDArray[Any]]
Choose: TypeAlias = Callable[[Sequence[str]], Sequence[str]]
Share: TypeAlias = Callable[[float], None]

BATCH = 50_000
"""Rows that are held at a time where a format can be read by batches."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader is to read.

    ``shapes`` are the geometries that are wanted, ``within`` (in ``crs``) where; ``choose`` picks
    attribute names, ``subject`` is what to look for in a file that knows everything (OSM).
    ``folder`` is for temporary files; ``progress`` is told the share that is done, 0..1.
    """

    shapes: tuple[Shape, ...]
    crs: str
    within: Bounds | None
    choose: Choose
    subject: str | None
    folder: Path
    progress: Share


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file as they are in it.

    ``geometries`` are in ``crs``, None where the file has none, or one that cannot be read
    (``unreadable`` of them; ``others`` of what is not meant anyway). ``skipped`` rows were not
    read, because an index says that they lie elsewhere.
    """

    geometries: NDArray[Any]
    columns: Columns
    crs: str
    unreadable: int = 0
    skipped: int = 0
    others: int = 0
    notes: tuple[str, ...] = ()
    licence: str | None = None


def from_wkb(wkb: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(flat geometries, which of them are there but cannot be read): None in both cases."""
    geometries: NDArray[Any] = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    there = np.array([one is not None for one in wkb], dtype=bool)
    return geometries, shapely.is_missing(geometries) & there
