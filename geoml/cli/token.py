"""``geoml token create|list|revoke``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, say, table
from geoml.paths import Home

app = typer.Typer(
    help="Tokens: who may read staff layers, send feedback, operate.", no_args_is_help=True
)


@app.command()
def create(
    scope: Annotated[
        list[str], typer.Option(help="read, feedback or operate (all of them); repeat for more.")
    ],
    expires: Annotated[str, typer.Option(help="How long it lives: 12h, 90d, 52w.")] = "90d",
    name: Annotated[str, typer.Option(help="Whose it is, for the list.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a token and show it, once: what is kept cannot be turned back into it."""
    from geoml.clock import span
    from geoml.store import tokens

    given, made = tokens.create(Home.from_environment(), scope, span(expires), name)
    say("keep it now: it is not shown again. Send it as: Authorization: Bearer TOKEN")
    emit({"token": given, **_document(made)}, as_json, given)


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List every token there was: who, what for, until when; never the token."""
    from geoml.store import tokens

    listed = [_document(one) for one in tokens.every(Home.from_environment())]
    head = ("id", "state", "scopes", "expires", "name")
    rows = [[_cell(one[column]) for column in head] for one in listed]
    emit(listed, as_json, table(rows, head) if rows else "no token yet")


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="Id, from geoml token list.")],
    as_json: AsJson = False,
) -> None:
    """Take a token back; a running server refuses it within two seconds."""
    from geoml.store import tokens

    gone = tokens.revoke(Home.from_environment(), token)
    emit(_document(gone), as_json, f"{gone.id} opens nothing any more")


def _document(token: Any) -> dict[str, Any]:  # noqa: ANN401 - a Token; its module is imported late
    from datetime import UTC, datetime

    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "state": token.state(datetime.now(UTC)),
        "created": token.created.isoformat(timespec="seconds"),
        "expires": token.expires.isoformat(timespec="seconds"),
        "revoked": token.revoked.isoformat(timespec="seconds") if token.revoked else None,
    }


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
