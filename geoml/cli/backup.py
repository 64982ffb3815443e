"""``geoml backup FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, progress, say
from geoml.paths import Home


def command(
    file: Annotated[Path, typer.Argument(help="Where to write it (a .tar), outside GEOML_HOME.")],
    as_json: AsJson = False,
) -> None:
    """Write GEOML_HOME to one file, as it is now; serving and publishing go on."""
    from geoml.store.database import VARIABLE, address
    from geoml.upkeep.backup import backup

    home = Home.from_environment()
    with progress("backing up") as show:
        done = backup(home, file, show)
    elsewhere = address(home).get_backend_name() != "sqlite"
    if elsewhere:
        say(f"the database of {VARIABLE} (tokens) is not in it: back it up with pg_dump")
    say(f"wrote {done['file']}")
    told = f"{done['files']} files, {done['bytes']} bytes"
    emit({**done, "database_included": not elsewhere}, as_json, told)
