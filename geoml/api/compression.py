"""Content codings: text is compressed once, pictures and files that are compressed never again.

RFC 9110, section 12.5.3 (Accept-Encoding), 8.4 (Content-Encoding), 8.8.3 (ETag). A compressed
answer is another representation: its tag becomes weak, as nginx does it, and ``Vary`` names the
header that chose it.
"""

from __future__ import annotations

import gzip
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoml.api.problems import problem

LEAST = 600
"""Bytes below which a body is smaller than what compressing it would save."""

_IN_A_THREAD = 32_000
_LARGEST = 8 << 20  # bytes of a body that is gathered; a larger one is compressed in parts
_LONGEST = 500  # characters of an Accept-Encoding header that is read
_KEPT_BYTES = 32 << 20
_TEXT = frozenset(
    {
        "application/geo+json", "application/geo+json-seq", "application/javascript",
        "application/json", "application/manifest+json", "application/problem+json",
        "application/schema+json", "application/vnd.mapbox-vector-tile",
        "application/vnd.oai.openapi+json", "application/xml", "application/wasm",
        "application/vnd.ogc.sld+xml", "image/svg+xml", "text/css", "text/csv", "text/html",
        "text/javascript", "text/markdown", "text/plain", "text/xml",
    }
)  # fmt: skip


def _zstd(body: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=3).compress(body)


def _br(body: bytes) -> bytes:
    import brotli  # type: ignore[import-untyped]

    packed: bytes = brotli.compress(body, quality=4)
    return packed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=4, mtime=0)


class _Stream(Protocol):
    """Compresses a stream part by part."""

    def compress(self, part: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _zstd_stream() -> _Stream:
    import zstandard

    stream: _Stream = zstandard.ZstdCompressor(level=3).compressobj()
    return stream


class _BrotliStream:
    def __init__(self) -> None:
        import brotli

        self._stream: Any = brotli.Compressor(quality=4)

    def compress(self, part: bytes, /) -> bytes:
        packed: bytes = self._stream.process(part)
        return packed

    def flush(self) -> bytes:
        packed: bytes = self._stream.finish()
        return packed


_STREAMS: Mapping[str, Callable[[], _Stream]] = MappingProxyType(
    {
        "br": _BrotliStream,
        "zstd": _zstd_stream,
        "gzip": lambda: zlib.compressobj(4, zlib.DEFLATED, 31),
    }
)

CODINGS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"br": _br, "zstd": _zstd, "gzip": _gzip}
)
"""Codings in the order in which we prefer them where the client does not mind."""


@lru_cache(maxsize=256)
def choose(asked: str | None) -> str | None:
    """The coding for an Accept-Encoding header: a key of CODINGS, or ``identity``.

    None where the client accepts nothing that we have, not even plain content. ``*`` alone gives
    plain content: those who send it (pystac does) name no coding, and most of them read none.
    """
    if asked is None or len(asked) > _LONGEST:
        return "identity"
    weights = _weights(asked)
    rest = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda name: weights.get(name, rest))  # the first of equals
    coded, plain = weights.get(best, rest), weights.get("identity", weights.get("*", 0.001))
    if coded > 0 and coded >= plain and not (plain and CODINGS.keys().isdisjoint(weights)):
        return best
    return "identity" if plain > 0 else None


@lru_cache(maxsize=256)
def accepts(asked: str | None, coding: str) -> bool:
    """Whether an Accept-Encoding header names a coding and does not refuse it."""
    return asked is not None and len(asked) <= _LONGEST and _weights(asked).get(coding, 0.0) > 0


def _weights(asked: str) -> dict[str, float]:
    weights = dict(map(_weighed, filter(str.strip, asked.split(","))))
    return {{"x-gzip": "gzip"}.get(name, name): q for name, q in weights.items()}


def _weighed(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    _, _, q = parameters.replace(" ", "").lower().partition("q=")
    try:
        weight = float(q) if q else 1.0
    except ValueError:
        weight = 0.0
    return name.strip().lower(), weight if 0.0 <= weight <= 1.0 else 0.0


class _Kept:
    """Compressed bodies that are asked for again, the latest used; so many bytes of them.

    They are found by what was compressed, so that no answer is taken for another's.
    """

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._bodies: OrderedDict[tuple[bytes, str], bytes] = OrderedDict()

    async def pack(self, body: bytes, coding: str) -> bytes:
        """The body in a coding."""
        key = (blake2b(body, digest_size=16).digest(), coding)
        found = self._bodies.get(key)
        if found is not None:
            self._bodies.move_to_end(key)
            return found
        small = len(body) < _IN_A_THREAD
        pack = CODINGS[coding]
        packed = pack(body) if small else await run_in_threadpool(pack, body)
        if key not in self._bodies and len(packed) <= self._most // 8:
            self._bodies[key], self._size = packed, self._size + len(packed)
            while self._size > self._most:
                self._size -= len(self._bodies.popitem(last=False)[1])
        return packed


class Compression:
    """ASGI middleware that compresses answers of text in the coding that the client likes best."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._kept = app, _Kept(_KEPT_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        coding = choose(_asked(scope))
        if coding is None:
            detail = "no content coding that this server has is accepted"
            await problem(406, detail, expected=[*CODINGS, "identity"])(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(send, coding, self._kept))


def _asked(scope: Scope) -> str | None:
    told = [value for name, value in scope["headers"] if name == b"accept-encoding"]
    return b",".join(told).decode("latin-1") if told else None


class _Answer:
    """Sends one answer, compressed where that is right: whole bodies at once, streams in parts."""

    def __init__(self, send: Send, coding: str, kept: _Kept) -> None:
        self._send, self._coding, self._kept = send, coding, kept
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._stream: _Stream | None = None

    async def __call__(self, message: Message) -> None:
        """Take one message of the application."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] != "http.response.body":
            await self._file(message)
        elif self._stream is not None:
            await self._part(self._stream, message)
        elif self._start is not None:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._whole(self._start, b"".join(self._parts))
        else:
            await self._send(message)

    async def _begin(self, start: Message) -> None:
        start["headers"] = list(start["headers"])
        headers = MutableHeaders(raw=start["headers"])
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        text = kind in _TEXT and "content-encoding" not in headers
        if text or start["status"] == 304:
            headers.add_vary_header("Accept-Encoding")
        whole = start["status"] not in (204, 206, 304) and "content-range" not in headers
        if not (text and whole) or self._coding == "identity":
            await self._send(start)
        elif int(headers.get("content-length", _LARGEST)) < _LARGEST:
            self._start = start
        else:
            _say(headers, self._coding)
            del headers["content-length"]
            self._stream = _STREAMS[self._coding]()
            await self._send(start)

    async def _file(self, message: Message) -> None:
        """A file by its path: what ``HeadAsGet`` alone asks for, and uvicorn never.

        A small text is read, because HEAD tells the length that GET has.
        """
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
        else:
            await self._whole(start, await run_in_threadpool(Path(message["path"]).read_bytes))

    async def _part(self, stream: _Stream, message: Message) -> None:
        more = bool(message.get("more_body"))
        part = stream.compress(message.get("body", b""))
        if not more:
            part += stream.flush()
        if part or not more:
            await self._send({"type": "http.response.body", "body": part, "more_body": more})

    async def _whole(self, start: Message, body: bytes) -> None:
        if len(body) >= LEAST:
            packed = await self._kept.pack(body, self._coding)
            if len(packed) < len(body):
                body, headers = packed, MutableHeaders(raw=start["headers"])
                _say(headers, self._coding)
                headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _say(headers: MutableHeaders, coding: str) -> None:
    """What a compressed answer says of itself: its coding, a weak tag, and that it has no parts."""
    headers["content-encoding"] = coding
    tag = headers.get("etag", "W/")
    if not tag.startswith("W/"):
        headers["etag"] = f"W/{tag}"
    if "accept-ranges" in headers:
        del headers["accept-ranges"]
