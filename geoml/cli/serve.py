"""``geoml serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import say
from geoml.errors import InvalidArgument
from geoml.paths import Home


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 picks a free one.")] = 8000,
) -> None:
    """Serve map, tiles and API in one process; Ctrl-C stops it."""
    import logging
    import socket
    import sys

    import uvicorn

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    settings = Settings(home=Home.from_environment().root)
    app = create_app(settings)
    try:
        listening = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise InvalidArgument(
            "cannot listen there",
            where=f"{host}:{port}",
            got=str(error),
            next_step="choose another port: geoml serve --port 8001 (make demo PORT=8001)",
        ) from error
    # Accepted connections inherit it; asyncio sets it only on sockets that it made itself, and
    # without it every answer waits 40 ms for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    here = f"http://{_bracketed(host)}:{listening.getsockname()[1]}"
    say(_addresses(here, settings.public_url.rstrip("/")))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    uvicorn.Server(config).run(sockets=[listening])


def _addresses(here: str, public_url: str) -> str:
    """Where people open it, and where the proxy finds it when that is another place."""
    lines = [f"map   {public_url or here}/maps/", f"API   {public_url or here}/docs"]
    if public_url:
        lines.append(f"the proxy finds it at {here}")
    return "\n".join([*lines, "Ctrl-C stops it"])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
