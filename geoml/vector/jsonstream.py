"""The features of a GeoJSON text, one after the other, in bounded memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from geoml.errors import UnreadableFile
from geoml.vector.formats import unreadable

_CHUNK = 4 << 20
_MOST = 256 << 20  # letters of one feature; GDAL stops at 200 MB
_DIGITS = 18  # of a whole number that an integer of 64 bits holds
_SPACE = re.compile(r"[ \t\n\r]*")
_GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_SINGLE = ("Feature", "GeometryCollection", *_GEOMETRIES)


class Broken(ValueError):
    """A value that is no JSON, or no GeoJSON."""


def features(
    path: Path, file: Path, progress: Callable[[float], None]
) -> Iterator[tuple[Any, Any]]:
    """(feature, ``crs`` member or None) for each member of a collection, or for the one object.

    Raises UnreadableFile, in the name of ``path``, for a ``file`` that is no JSON, no GeoJSON
    object, has a member twice, or has a ``crs`` member that comes only after the features.
    """
    try:
        with file.open("rb") as stream:
            yield from _walk(_Text(stream, file.stat().st_size, progress))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: ValueError | RecursionError) -> UnreadableFile:
    if isinstance(error, UnicodeDecodeError):
        return unreadable(path, "text that is not UTF-8")
    if isinstance(error, RecursionError):
        return unreadable(path, "lists within lists without end")
    return unreadable(path, error)


def _walk(text: _Text) -> Iterator[tuple[Any, Any]]:
    members: dict[str, Any] = {}
    for name in text.members():
        if name in members:
            raise Broken(f"its member {name[:40]!r} comes twice")
        if name == "crs" and "features" in members:
            raise Broken("its crs member comes only after its features")
        if name != "features":
            members[name] = text.value()
            continue
        members[name] = True
        for feature in text.items():
            yield feature, members.get("crs")
    text.end()
    kind = members.get("type")
    if "features" in members or kind == "FeatureCollection":
        if kind != "FeatureCollection" or "features" not in members:
            raise Broken("a FeatureCollection needs that type and a list of features")
    elif kind in _SINGLE:
        yield members, members.get("crs")
    else:
        raise Broken(f"its type is {str(kind)[:40]!r}, which is none of GeoJSON")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Broken("an object in it has a member twice")
    return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


class _Text:
    """A JSON text of which only a window is held."""

    def __init__(self, stream: IO[bytes], size: int, progress: Callable[[float], None]) -> None:
        self._stream, self._size, self._progress = stream, size, progress
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_whole)
        self._window, self._at, self._ended = "", 0, False

    def members(self) -> Iterator[str]:
        """Names of the members of the object that begins here; take each value in between."""
        for _ in self._listed("{", "}"):
            name = self.value()
            if not isinstance(name, str) or self._next() != ":":
                raise Broken("no name of a member where one should be")
            self._at += 1
            yield name

    def items(self) -> Iterator[Any]:
        """Members of the array that begins here."""
        for _ in self._listed("[", "]"):
            yield self.value()

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """The value that begins here."""
        self._next()
        while True:
            try:
                value, end = self._json.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise Broken(f"no JSON: {error.msg}, or it ends too early") from error
            else:
                if end < len(self._window) or self._ended:
                    self._at = end
                    return value
            self._more()

    def end(self) -> None:
        """Raise Broken unless nothing but space follows."""
        if self._next():
            raise Broken("more text after its end: a sequence of texts, or not what it says")

    def _listed(self, first: str, last: str) -> Iterator[None]:
        if self._next() != first:
            raise Broken(f"no {first} where one should be")
        self._at += 1
        if self._next() == last:
            self._at += 1
            return
        while True:
            yield
            mark = self._next()
            self._at += 1
            if mark == last:
                return
            if mark != ",":
                raise Broken("no comma where one should be, or it ends too early")

    def _next(self) -> str:
        """The next letter that is no space, not taken; "" at the end of the text."""
        while True:
            found = _SPACE.match(self._window, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._window) or self._ended:
                return self._window[self._at : self._at + 1]
            self._more()

    def _more(self) -> None:
        self._window, self._at = self._window[self._at :], 0
        if len(self._window) > _MOST:
            raise Broken(f"one value of more than {_MOST >> 20} million letters, or no JSON")
        # As much again as is held, so that a long value is not tried too often.
        chunk = self._stream.read(max(_CHUNK, len(self._window)))
        self._window += self._decode.decode(chunk, final=not chunk)
        self._ended = not chunk
        self._progress(self._stream.tell() / max(1, self._size))
