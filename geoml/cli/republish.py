"""``geoml republish [SERVICE] [--area A]``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, progress, table
from geoml.paths import Home


def command(
    service: Annotated[str | None, typer.Argument(help="One service; all when left out.")] = None,
    area: Annotated[str | None, typer.Option(help="One area; all when left out.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Publish even what has every file already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring served editions to the newest format; answers stay, earlier editions too."""
    from geoml import catalog, editions
    from geoml.areas import area as areas
    from geoml.lifecycle.republish import republish

    home = Home.from_environment()
    services = (catalog.get(service).name,) if service else catalog.names()
    places = (areas.load(home, area).id,) if area else areas.names(home)
    pairs = [(one, at) for one in services for at in places if editions.current(home, one, at)]
    done: list[dict[str, Any]] = []
    with progress("republish") as show:
        for number, (one, at) in enumerate(pairs):
            show(f"{one} in {at}", number / len(pairs))
            ref, new = republish(home, one, at, force=force)
            if ref is not None:
                done.append({"service": one, "area": at, "edition": ref.id, "republished": new})
    rows = [
        (e["service"], e["area"], e["edition"], "new" if e["republished"] else "as it was")
        for e in done
    ]
    head = ("service", "area", "edition", "")
    emit(done, as_json, table(rows, head) if rows else "no edition yet")
