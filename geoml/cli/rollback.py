"""``geoml rollback SERVICE --area A [--to EDITION]``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, say
from geoml.paths import Home


def command(
    service: str,
    area: Annotated[str, typer.Option(help="Area whose edition is rolled back.")],
    to: Annotated[str | None, typer.Option(help="Edition; the one before when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Serve an earlier edition, checked file by file first; nothing is deleted."""
    from geoml import catalog, editions
    from geoml.areas import area as areas

    home = Home.from_environment()
    areas.load(home, area)
    before = editions.current(home, catalog.get(service).name, area)
    ref = editions.rollback(home, service, area, to)
    say(f"wrote {home.editions(service, area) / 'current.json'}")
    emit(
        {"service": service, "area": area, "edition": ref.id, "before": before and before.id},
        as_json,
        f"now served: {ref.id}",
    )
