"""The collections into which the features of an edition are laid out, by who may see them.

As a rule there are two: units, and cells. What finds things in pictures has no cells. Where some
kinds of units are for staff and others are not, the collection of units holds what everybody may
see, and each kind has one of its own: ``<service>-<area>-<kind>``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geoml.catalog import audience
from geoml.contract import Audience, Service

CELLS = "-cells"
"""What the id of a collection of cells ends in; no id of an area may."""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the collections of every edition of a service.

    ``suffix`` is what its id ends in after the area, ``kinds`` are the units that it holds: None
    means all that the edition has.
    """

    kind: Literal["units", "cells"]
    suffix: str
    audience: Audience
    kinds: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """A name for what it holds, in tags and in names of files: never that of something else."""
        return "+".join((self.kind, *(self.kinds or ())))


def sections(service: Service) -> tuple[Section, ...]:
    """The sections of a service as it is declared now, units before cells."""
    cells = () if service.segmentation else (Section("cells", CELLS, audience.of_cells(service)),)
    seen = {kind: audience.of_units(service, (kind,)) for kind in service.units}
    if len({*seen.values()}) < 2:
        return Section("units", "", audience.of_units(service)), *cells
    public = tuple(kind for kind, who in seen.items() if who == "public")
    own = (Section("units", f"-{kind}", who, (kind,)) for kind, who in seen.items())
    return Section("units", "", "public", public), *own, *cells
