"""A bounded queue before the worker threads: the server says no in time, and goes on answering.

Work is sorted into lanes. Of each lane so many requests run at once, so many wait, and the next
one is answered 503 with ``Retry-After`` at once, which costs nothing. What needs no thread
(health, finished tiles) passes no gate.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoml.api.problems import problem

PATIENCE_S = 10.0
SEGMENT_PATIENCE_S = 30.0
"""Longer: a picture takes many seconds, and has been sent already."""
RETRY_S = 2
_FREE = frozenset({"healthz", "readyz", "metrics", "static", "maps"})
_HEAVY = re.compile(
    r"/tiles/.*(?<!/tilejson\.json)"
    r"|/collections/[^/]+/(?:styles/[^/]+/)?map/tiles(?:/[^/]+){4}"  # a tile, and no metadata
    r"|/collections/[^/]+/download/[^/]+"
    r"|/services/[^/]+/scenarios",
    re.DOTALL,
)
_PICTURE = re.compile(r"/services/[^/]+/segment")
_MOST_SEGMENTED = 3  # the network alone fills all cores
_SENT_AHEAD = 3  # pictures that may be in memory while others are looked at

Sort: TypeAlias = Callable[[Scope], "Lane | None"]


@dataclass(slots=True)
class Lane:
    """One kind of work: ``at_once`` of it run, ``waiting`` wait, in the order they came.

    Nobody waits longer than ``patience_s``, by default ``PATIENCE_S``.
    """

    name: str
    at_once: int
    waiting: int
    patience_s: float | None = None
    running: int = 0
    refused: int = 0
    queue: deque[asyncio.Future[None]] = field(default_factory=deque)

    async def enter(self) -> bool:
        """Wait for a place; False where there is none, or none in time."""
        if self.running < self.at_once:
            self.running += 1
            return True
        if len(self.queue) >= self.waiting:
            self.refused += 1
            return False
        turn = asyncio.get_running_loop().create_future()
        self.queue.append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), self.patience_s or PATIENCE_S)
        except TimeoutError:
            if not turn.done():
                self._forget(turn)
                self.refused += 1
                return False
        except asyncio.CancelledError:
            if turn.done():
                self.leave()
            else:
                self._forget(turn)
            raise
        return True

    def leave(self) -> None:
        """Give the place to the next in the queue."""
        if self.queue:
            self.queue.popleft().set_result(None)
        else:
            self.running -= 1

    def _forget(self, turn: asyncio.Future[None]) -> None:
        self.queue.remove(turn)
        turn.cancel()


class Lanes:
    """The lanes of the server: drawn tiles and their like, looking at pictures, all other work.

    A picture takes as long as hundreds of tiles, so it never has a place of theirs, and fewer are
    looked at than there are such places. Together fewer run at once than there are worker threads
    (40), so that one is always left for who passes no gate.
    """

    def __init__(self, heavy_at_once: int = 0, heavy_waiting: int = 0) -> None:
        """0 means what the machine's cores suggest."""
        cores = os.cpu_count() or 1
        heavy = min(heavy_at_once or max(2, cores), 12)
        self.heavy = Lane("heavy", heavy, heavy_waiting or max(32, 8 * heavy))
        self.other = Lane("other", 24, 256)
        seen = min(max(1, heavy - 1), _MOST_SEGMENTED)
        self.segment = Lane("segment", seen, _SENT_AHEAD, SEGMENT_PATIENCE_S)
        self.pictures = Lane("pictures", seen + _SENT_AHEAD, 8)

    def sort(self, scope: Scope) -> Lane | None:
        """The lane of a request, None for what passes no gate."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        door = path[1:].partition("/")[0]
        if door in _FREE:
            return None
        if door == "services" and is_picture(scope):
            return self.segment
        heavy = _HEAVY.fullmatch(path) or (door == "wmts" and _asks_tile(scope))
        return self.heavy if heavy else self.other

    def uploads(self, scope: Scope) -> Lane | None:
        """The lane that a request stands in before its body is read: large bodies are few."""
        return self.pictures if is_picture(scope) else None

    def running(self) -> dict[tuple[str, ...], float]:
        """How many of each lane run."""
        return {(lane.name,): lane.running for lane in self._all()}

    def queued(self) -> dict[tuple[str, ...], float]:
        """How many of each lane wait."""
        return {(lane.name,): len(lane.queue) for lane in self._all()}

    def refused(self) -> dict[tuple[str, ...], float]:
        """How many of each lane were answered 503."""
        return {(lane.name,): lane.refused for lane in self._all()}

    def _all(self) -> tuple[Lane, ...]:
        return self.heavy, self.other, self.segment, self.pictures


def is_picture(scope: Scope) -> bool:
    """Whether a request sends a picture to look at: its body may be larger than others."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return _PICTURE.fullmatch(path) is not None and scope["method"] == "POST"


def _asks_tile(scope: Scope) -> bool:
    """Whether a question to WMTS by name and value wants a tile; names come in any case."""
    return b"=gettile" in scope.get("query_string", b"").lower()


class Gate:
    """ASGI middleware that lets a request in when its lane has a place.

    The place is free again when the answer begins: a client that reads slowly holds none.
    """

    def __init__(self, app: ASGIApp, sort: Sort) -> None:
        self._app, self._sort = app, sort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        lane = self._sort(scope) if scope["type"] == "http" else None
        if lane is None:
            await self._app(scope, receive, send)
        elif await lane.enter():
            await self._through(lane, scope, receive, send)
        else:
            detail = "too much is asked at once; ask again in a moment"
            refusal = problem(503, detail)
            refusal.headers["retry-after"] = str(RETRY_S)
            await refusal(scope, receive, send)

    async def _through(self, lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
        inside = True

        async def leaving(message: Message) -> None:
            nonlocal inside
            if inside and message["type"] == "http.response.start":
                inside = False
                lane.leave()
            await send(message)

        try:
            await self._app(scope, receive, leaving)
        finally:
            if inside:
                lane.leave()
