"""The access log: one JSON line per answer, and no answer that waits for it.

A line goes into a queue; a thread writes what it finds there, many lines at a stroke. Where the
reader of the log stops reading, the queue fills and lines are lost, counted, while the server
goes on.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from threading import Event, Thread
from typing import Protocol, TypeAlias

from geoml.api.security import loggable

access = logging.getLogger("geoml.access")

_MOST = 100_000
_PAUSE_S = 0.1
_Line: TypeAlias = tuple[float, bytes, str, str, int, float]


class AccessLog(Protocol):
    """Takes one answer: time, request id, method, path, status, seconds."""

    def __call__(  # noqa: D102
        self, now: float, request_id: bytes, method: str, path: str, status: int, seconds: float
    ) -> None: ...


def to_logger(
    now: float, request_id: bytes, method: str, path: str, status: int, seconds: float
) -> None:
    """Write a line at once through the logger ``geoml.access``, as tests and notebooks like it."""
    if access.isEnabledFor(logging.INFO):
        access.info(line(now, request_id, method, path, status, seconds))


def line(now: float, request_id: bytes, method: str, path: str, status: int, seconds: float) -> str:
    """One answer as JSON.

    Never the query string, nor a place in the path: a click's coordinates are somebody's
    whereabouts. Never an address of the client.
    """
    told = {
        "time": f"{_second(int(now))}.{int(now % 1 * 1000):03d}Z",
        "id": request_id.decode(),
        "method": method[:16],
        "path": loggable(path)[:300],
        "status": status,
        "ms": round(seconds * 1000, 2),
    }
    return json.dumps(told)


@lru_cache(maxsize=2)
def _second(now: int) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S}"


class QueuedLog:
    """An ``AccessLog`` whose lines a thread of its own writes; ``lost`` counts those it could not.

    ``write`` takes whole lines and may block. ``close`` writes what is left and ends the thread.
    """

    def __init__(self, write: Callable[[str], object], most: int = _MOST) -> None:
        self._write, self._most = write, most
        self._lines: deque[_Line] = deque()
        self._over = Event()
        self.lost = 0
        self._thread = Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def __call__(
        self, now: float, request_id: bytes, method: str, path: str, status: int, seconds: float
    ) -> None:
        """Queue a line; never waits."""
        if len(self._lines) < self._most:
            self._lines.append((now, request_id, method, path, status, seconds))
        else:
            self.lost += 1

    @property
    def waiting(self) -> int:
        """Lines that are not written yet."""
        return len(self._lines)

    def close(self, patience_s: float = 1.0) -> None:
        """Write what is left, for ``patience_s`` at most."""
        self._over.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        while not self._over.wait(_PAUSE_S):
            self._drain()
        self._drain()

    def _drain(self) -> None:
        while self._lines:
            batch = [self._lines.popleft() for _ in range(min(len(self._lines), 500))]
            text = "".join(f"{line(*one)}\n" for one in batch)
            try:
                self._write(text)
            except (OSError, ValueError):  # the reader is gone, or the stream was closed
                self.lost += len(batch)
            time.sleep(0)  # between two strokes the event loop has the interpreter


_: type[AccessLog] = QueuedLog
