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
    app = create_app(Settings(home=Home.from_environment().root))
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
    bound = listening.getsockname()[1]
    say(f"map   http://{host}:{bound}/maps/\nAPI   http://{host}:{bound}/docs\nCtrl-C stops it")
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    uvicorn.Server(config).run(sockets=[listening])
