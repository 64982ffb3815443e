"""``geoml run SERVICE --area A``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, progress, say
from geoml.paths import Home


def command(
    service: str,
    area: Annotated[str, typer.Option(help="Area to score.")],
    force: Annotated[
        bool, typer.Option("--force", help="Publish even when nothing changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score an area and publish the edition, computing first what is missing or stale."""
    from geoml.lifecycle.run import run

    home = Home.from_environment()
    with progress(f"run {service}") as show:
        edition, notes = run(home, service, area, force=force, progress=show)
    for note in notes:
        say(f"note: {note}")
    say(f"served: {edition.folder}")
    manifest = edition.manifest()
    told = f"{edition.id}: {manifest['model']}, {len(manifest['features_used'])} features"
    emit({"folder": str(edition.folder), **manifest}, as_json, told)
