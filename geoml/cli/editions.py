"""``geoml editions``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, table
from geoml.paths import Home


def command(
    service: Annotated[str | None, typer.Argument(help="One service; all when left out.")] = None,
    area: Annotated[str | None, typer.Option(help="One area; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """List published editions; the one that is served is marked."""
    from geoml import catalog
    from geoml import editions as shelf
    from geoml.areas import area as areas

    home = Home.from_environment()
    services = (catalog.get(service).name,) if service else catalog.names()
    places = (areas.load(home, area).id,) if area else areas.names(home)
    listed: list[dict[str, Any]] = []
    for one in services:
        for place in places:
            now = shelf.current(home, one, place)
            for ref in shelf.all_of(home, one, place):
                manifest = ref.manifest()
                listed.append(
                    {
                        "service": one,
                        "area": place,
                        "edition": ref.id,
                        "served": now is not None and now.id == ref.id,
                        "model": manifest["model"],
                        "date": manifest["date"],
                        "created": manifest["created"],
                    }
                )
    rows = [
        ("*" if e["served"] else "", e["service"], e["area"], e["edition"], e["model"])
        for e in listed
    ]
    head = ("", "service", "area", "edition", "model")
    emit(listed, as_json, table(rows, head) if rows else "no edition yet")
