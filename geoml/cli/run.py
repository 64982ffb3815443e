"""``geoml run SERVICE --area A``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, progress, say
from geoml.paths import Home


def command(
    service: str,
    area: Annotated[str, typer.Option(help="Area to score.")],
    force: Annotated[
        bool, typer.Option("--force", help="Publish even when nothing changed.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="Score with this version, or with the service's 'champion'; no training."
        ),
    ] = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Ask the network first for what it knows better: PVGIS for the sun."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score an area and publish the edition, computing first what is missing or stale."""
    from geoml.lifecycle.run import run

    home = Home.from_environment()
    with progress(f"run {service}") as show:
        edition, notes = run(
            home, service, area, force=force, model=model, online=online, progress=show
        )
    for note in notes:
        say(f"note: {note}")
    say(f"served: {edition.folder}")
    manifest = edition.manifest()
    for line in _told(manifest):
        say(line)
    emit({"folder": str(edition.folder), **manifest}, as_json, f"{edition.id}: {manifest['model']}")


def _told(manifest: Mapping[str, Any]) -> list[str]:
    """What the map is made from, what it lacks, and where it has no answer."""
    if "picture" in manifest:
        return _told_of_picture(manifest)
    coverage = manifest["features_coverage_percent"]
    used = (f"{name} ({coverage[name]:g} %)" for name in manifest["features_used"])
    return [
        f"made from: {', '.join(used)}",
        f"missing (known nowhere here): {', '.join(manifest['features_missing']) or 'nothing'}",
        f"reference: {manifest['reference']['text']['en']}",
        f"answers for {manifest['answered_percent']:g} % of the area, "
        f"{manifest['applicable_percent']:g} % like what the model has seen",
        *(f"warning: {one['en']}" for one in manifest["warnings"]),
    ]


def _told_of_picture(manifest: Mapping[str, Any]) -> list[str]:
    """What was looked at, how sharply, and what was found in it."""
    used = (f"{k} ({one['coverage_percent']:g} %)" for k, one in manifest["sources"].items())
    found = (f"{count:,} {kind}" for kind, count in manifest["units"].items())
    sums = (
        f"{name} {'unknown' if value is None else f'{value:,.0f}'}"
        for name, value in manifest["totals"].items()
    )
    return [
        f"made from: {', '.join(used)}",
        f"looked at with pixels of {manifest['gsd_m']:g} m",
        f"found: {', '.join(found)}; together {', '.join(sums)}",
        f"reference: {manifest['reference']['text']['en']}",
        *(f"warning: {one['en']}" for one in manifest["warnings"]),
    ]
