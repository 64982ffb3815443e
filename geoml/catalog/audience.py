"""Whom the parts of an edition are for, as the service declares it in ``Service.staff``.

What is more than one thing is for the fewest: a file of buildings and zones is for staff when
buildings are; a file that gives the score away is for staff when the score is; a file that nobody
knows is for staff when anything is. Where kinds of units differ, each has a collection of its own
(``geoml.catalog.sections``).
"""

from __future__ import annotations

from collections.abc import Iterable

from geoml.contract import Audience, Service

_OPEN_FILES = frozenset({"manifest.json"})
_UNITS = frozenset({"units", "units-index", "tiles-units"})
_ANSWERS = frozenset({"target", "inputs", "edition", "cells-index"})


def of_layer(service: Service, layer: str) -> Audience:
    """Whom a map layer is for: one of ``Service.layers``."""
    return _audience(service, (layer,))


def of_units(service: Service, kinds: Iterable[str] | None = None) -> Audience:
    """Whom units of these kinds are for; of all that the service declares, where left out."""
    return _audience(service, (*(service.units if kinds is None else kinds), *_parts(service)))


def of_cells(service: Service) -> Audience:
    """Whom the cells of the analysis grid are for: they tell the score, and each part of it."""
    return _audience(service, ("cells", "score", *_parts(service)))


def of_file(service: Service, name: str) -> Audience:
    """Whom a file of an edition is for, by its name.

    The target in its unit, what the model saw and where there is an answer tell every score.
    """
    if name in _OPEN_FILES:
        return "public"
    stem = name.partition(".")[0]
    if stem in _UNITS:
        return of_units(service)
    layer = stem.removeprefix("tiles-").removesuffix("-web")
    if layer in service.layers:
        return of_layer(service, layer)
    if stem in _ANSWERS:
        return _audience(service, ("score", *_parts(service)))
    return "staff" if service.staff else "public"


def _parts(service: Service) -> tuple[str, ...]:
    return tuple(part.name for part in service.parts)


def _audience(service: Service, things: Iterable[str]) -> Audience:
    return "staff" if service.staff.intersection(things) else "public"
