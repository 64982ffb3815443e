"""``geoml demo``: two generated towns, from files to a published map, without a network."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, progress, say
from geoml.paths import Home


def command(
    only: Annotated[
        str | None, typer.Option(help="Make one town only: demo or demo-coast.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Generate the demo towns, ingest them, train, score and publish what is not up to date.

    Every service that a town can feed is published.

    The towns are synthetic and say so everywhere. The first has a thermal image to learn from;
    the second has none and is scored by the model of the first, as a new town would be.
    """
    from geoml.lifecycle.demo import TOWNS, make

    home = Home.from_environment()
    wanted = (only,) if only else TOWNS
    made = []
    for town in wanted:
        with progress(f"demo town {town}") as show:
            editions = make(home, town, progress=show)
        for one, fresh in editions:
            say(f"{town}: {'published' if fresh else 'up to date,'} {one.folder}")
            made.append(
                {"service": one.service, "area": town, "edition": one.id, "published": fresh}
            )
    emit(made, as_json, "next: geoml serve")
