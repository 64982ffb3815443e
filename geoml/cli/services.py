"""``geoml services``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoml.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from geoml.contract import Service


def command(as_json: AsJson = False) -> None:
    """List the services and what they need; a folder that cannot be loaded is told on stderr."""
    from geoml import catalog

    for error in catalog.broken().values():
        say(f"error: {error}")
    found = [catalog.get(name) for name in catalog.names()]
    rows = [(one.name, one.title.en, ", ".join(_needs(one))) for one in found]
    listed = [
        {
            "name": one.name,
            "title": one.title.as_dict(),
            "kind": one.kind,
            "picture": one.segmentation.picture if one.segmentation else None,
            "features": [feature.name for feature in one.features],
            "needs_one_of": [list(group) for group in one.needs_one_of],
        }
        for one in found
    ]
    emit(listed, as_json, table(rows, ("service", "title", "made from")))


def _needs(service: Service) -> list[str]:
    """What a map is made from: features, or a picture and what may lie beside it."""
    found = service.segmentation
    if found is None:
        return [one.name for one in service.features]
    return [key for key in (found.picture, *found.beside, found.known) if key]
