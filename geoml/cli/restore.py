"""``geoml restore FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, say
from geoml.paths import Home


def command(
    file: Annotated[Path, typer.Argument(help="What geoml backup wrote.")],
    as_json: AsJson = False,
) -> None:
    """Make GEOML_HOME from a backup, every byte checked; it must be empty or not there."""
    from geoml.upkeep.restore import restore

    home = Home.from_environment()
    done = restore(home, file)
    say(f"wrote {home.root}")
    told = f"{done['files']} files, {done['bytes']} bytes, backed up {done['created']}"
    emit(done, as_json, told)
