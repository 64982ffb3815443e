"""``geoml serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoml.cli.output import say
from geoml.errors import InvalidArgument
from geoml.paths import Home

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

_DRAIN_S = 5
"""Seconds that requests have to end after Ctrl-C."""


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 picks a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes; each has caches and numbers of its own.")
    ] = 1,
) -> None:
    """Serve map, tiles and API in one process or more; Ctrl-C stops it."""
    import logging
    import os

    import uvicorn

    from geoml.api.settings import Settings

    os.environ["GEOML_HOME"] = str(Home.from_environment().root)  # workers read it again
    settings = Settings()
    listening = _listen(host, port)
    here = f"http://{_bracketed(host)}:{listening.getsockname()[1]}"
    say(_addresses(here, settings.public_url.rstrip("/")))
    options: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _DRAIN_S,
    }
    if workers == 1:
        uvicorn.Server(uvicorn.Config(application(), **options)).run(sockets=[listening])
        return
    from uvicorn.supervisors import Multiprocess

    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config("geoml.cli.serve:application", factory=True, workers=workers, **options)
    Multiprocess(config, sockets=[listening]).run()


def application() -> FastAPI:
    """The application of one process, as ``geoml serve`` runs it: the log is written aside."""
    import atexit
    import logging
    import sys

    from geoml.api.accesslog import QueuedLog
    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    log = QueuedLog(_to_stderr)
    atexit.register(log.close)
    return create_app(Settings(), log)


def _to_stderr(lines: str) -> None:
    import sys

    sys.stderr.write(lines)
    sys.stderr.flush()


def _listen(host: str, port: int) -> socket.socket:
    import socket

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
    return listening


def _addresses(here: str, public_url: str) -> str:
    """Where people open it, and where the proxy finds it when that is another place."""
    lines = [f"map   {public_url or here}/maps/", f"API   {public_url or here}/docs"]
    if public_url:
        lines.append(f"the proxy finds it at {here}")
    return "\n".join([*lines, "Ctrl-C stops it"])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
