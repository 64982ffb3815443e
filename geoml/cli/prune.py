"""``geoml prune``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, say, table
from geoml.paths import Home


def command(
    keep: Annotated[
        int, typer.Option(min=0, max=10_000, help="Newest editions that stay, besides the served.")
    ] = 3,
    older_than: Annotated[
        str | None, typer.Option(help="Only editions published longer ago: 30d, 12h, 8w.")
    ] = None,
    grace: Annotated[
        str, typer.Option(help="How long a page may be open after another edition is served.")
    ] = "1h",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove old editions, never the one that is served; say what went and its bytes."""
    from datetime import timedelta

    from geoml.clock import span
    from geoml.upkeep.prune import as_document, prune

    removed, spared = prune(
        Home.from_environment(),
        keep=keep,
        older_than=span(older_than) if older_than else timedelta(0),
        grace=span(grace),
        dry_run=dry_run,
    )
    for line in spared:
        say(f"spared {line}")
    told = as_document(removed, spared)
    rows = [(one.what, one.path, one.bytes) for one in removed]
    done = "would be freed" if dry_run else "freed"
    listed = table(rows, ("what", "path", "bytes")) + "\n" if rows else ""
    emit({**told, "dry_run": dry_run}, as_json, f"{listed}{told['bytes']} bytes {done}")
