"""``geoml editions``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, say, table
from geoml.paths import Home


def command(
    service: Annotated[str | None, typer.Argument(help="One service; all when left out.")] = None,
    area: Annotated[str | None, typer.Option(help="One area; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """List published editions; the one that is served is marked.

    Editions of a service that is not installed are listed too, and said to be.
    """
    from geoml import catalog
    from geoml import editions as shelf
    from geoml.areas import area as areas

    home = Home.from_environment()
    places = (areas.folder(home, area).name,) if area else areas.names(home)
    alone = sorted({name for place in places for name in catalog.not_installed(home, place)})
    services = sorted({*catalog.names(), *alone})
    if service:
        services = [service if service in alone else catalog.get(service).name]
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
                        "installed": one not in alone,
                        "served": one not in alone and now is not None and now.id == ref.id,
                        "model": manifest["model"],
                        "date": manifest["date"],
                        "created": manifest["created"],
                    }
                )
    for name in alone if not service or service in alone else ():
        say(f"note: the service {name!r} is not installed; its editions are kept and not served")
    rows = [
        ("*" if e["served"] else "", e["service"], e["area"], e["edition"], e["model"])
        for e in listed
    ]
    head = ("", "service", "area", "edition", "model")
    emit(listed, as_json, table(rows, head) if rows else "no edition yet")
