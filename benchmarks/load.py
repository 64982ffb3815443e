"""A client that is quicker than what it measures: keep-alive connections, raw bytes, no parsing.

One request is under way on each connection. The client runs in the process of the caller; its
share of a core is told, because a client without any left measures itself.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import uvloop

_LENGTH = b"content-length:"


@dataclass(slots=True)
class Tally:
    """What came back."""

    times_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    body_bytes: int = 0


def request(path: str, *headers: str) -> bytes:
    """One GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def measure(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float
) -> dict[str, Any]:
    """Requests a second, times, bytes and the client's share of a core; every answer must be 200.

    Connection number k of n sends requests k, k + n, ... and begins again after the last.
    """
    tally, used = Tally(), resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    uvloop.run(_all(port, requests, connections, seconds, tally))
    spent = time.perf_counter() - started
    if set(tally.statuses) != {200}:
        raise SystemExit(f"statuses {tally.statuses}; first request {requests[0]!r}")
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    p50, p99 = np.percentile(np.array(tally.times_s) * 1000, [50, 99])
    count = len(tally.times_s)
    return {
        "per_s": round(count / spent, 1),
        "p50_ms": round(float(p50), 2),
        "p99_ms": round(float(p99), 2),
        "bytes_a_tile": round(tally.body_bytes / count),
        "requests": count,
        "client_core_share": round(cpu / spent, 2),
    }


async def _all(
    port: int, requests: Sequence[bytes], connections: int, seconds: float, tally: Tally
) -> None:
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    clients = []
    for number in range(connections):
        mine = requests[number::connections] or requests
        _, client = await loop.create_connection(
            lambda mine=mine: Client(mine, until, tally), "127.0.0.1", port
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))


class Client(asyncio.Protocol):
    """One connection: sends the next request as soon as the answer is whole."""

    def __init__(self, requests: Sequence[bytes], until: float, tally: Tally) -> None:
        self._requests, self._until, self._tally = requests, until, tally
        self._number, self._sent = 0, 0.0
        self._got, self._wanted = bytearray(), -1
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if self._wanted < 0:
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._got[:end]).lower()
            at = head.find(_LENGTH) + len(_LENGTH)
            length = int(head[at:].split(b"\r\n", 1)[0])
            self._wanted = end + 4 + length
            self._tally.body_bytes += length
            status = int(head[9:12])
            self._tally.statuses[status] = self._tally.statuses.get(status, 0) + 1
        if len(self._got) >= self._wanted:
            self._tally.times_s.append(time.perf_counter() - self._sent)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        self._sent = time.perf_counter()
        if self._sent >= self._until:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._got.clear()
        self._wanted = -1
        self._transport.write(self._requests[self._number % len(self._requests)])
        self._number += 1
