"""Running a peer: an environment of its own with pinned packages, its server, its port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

HERE = Path(__file__).parent


class Absent(Exception):
    """A peer that cannot run here; says why."""


def environment(folder: Path, peer: str, python: Path) -> Path:
    """The programs of a virtual environment with the pinned packages of a peer."""
    wanted = HERE / f"requirements-{peer}.txt"
    there = folder / "venv"
    done = there / wanted.name
    if not done.exists() or done.read_bytes() != wanted.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        run([python, "-m", "venv", "--clear", there])
        run([there / "bin" / "python", "-m", "pip", "install", "-q", "-r", wanted])
        shutil.copyfile(wanted, done)
    return there / "bin"


def run(command: Sequence[str | Path], variables: dict[str, str] | None = None) -> None:
    """Run to the end; raises Absent with the last words of what failed."""
    settings = {**os.environ, **(variables or {})}
    done = subprocess.run(list(map(str, command)), env=settings, capture_output=True, text=True)
    if done.returncode:
        raise Absent(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()[-300:]}")


@contextmanager
def server(command: Sequence[str | Path], variables: dict[str, str], port: int) -> Iterator[None]:
    settings = {**os.environ, **variables}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        list(map(str, command)), env=settings, stdout=quiet, stderr=quiet
    ) as process:
        try:
            _wait(port, process)
            yield
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.connect()
            connection.close()
            return
        except OSError:
            time.sleep(0.2)
    raise Absent("its server does not start")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
