"""The command itself: gathers the verbs, turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import typer

from geoml import __version__, errors
from geoml.cli import (
    area,
    backup,
    bench,
    check,
    demo,
    editions,
    exposure,
    features,
    ingest,
    promote,
    prune,
    republish,
    restore,
    rollback,
    run,
    serve,
    services,
    smoke,
    token,
    train,
)
from geoml.cli.output import say
from geoml.paths import Home

EXIT: Mapping[type[errors.GeomlError], int] = {
    errors.UsageError: 2,
    errors.DataError: 3,
    errors.NotFound: 2,
    errors.Conflict: 3,
    errors.MissingTool: 4,
}
"""Exit codes: 0 ok, 2 usage, 3 bad data, 4 missing tool or network, 1 bug."""

app = typer.Typer(
    name="geoml",
    help="Where a town is hot, where it floods and which roofs can carry solar panels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(area.app, name="area")
app.add_typer(token.app, name="token")
app.add_typer(bench.app, name="bench")
VERBS = (
    ingest, features, train, promote, run, exposure, editions, rollback, republish, services, demo,
    serve, smoke, check, backup, restore, prune,
)  # fmt: skip
for verb in VERBS:
    app.command(name=verb.__name__.rpartition(".")[2])(verb.command)


@app.callback(invoke_without_command=True)
def root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Where a town is hot, where it floods and which roofs can carry solar panels."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def execute() -> None:
    """Run the command; errors of ours become one line on stderr and an exit code."""
    _no_telemetry()
    try:
        app()
    except errors.GeomlError as error:
        say(f"error: {error}")
        sys.exit(exit_code(type(error)))
    except OSError as error:
        unusable = Home.from_environment().unusable(error)
        if unusable is None:
            raise
        say(f"error: {unusable}")
        sys.exit(exit_code(type(unusable)))


def exit_code(error: type[errors.GeomlError]) -> int:
    """The exit code of an error class: that of its nearest listed ancestor."""
    return next(EXIT[kind] for kind in error.__mro__ if kind in EXIT)


def _no_telemetry() -> None:
    """Dependencies read these when they are imported, which happens after this."""
    for name, value in {
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "ORT_DISABLE_TELEMETRY": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "GIT_PYTHON_REFRESH": "quiet",
    }.items():
        os.environ.setdefault(name, value)
