"""Query parameters declared once: the same table reads a request and documents the route.

FastAPI cannot declare what OGC API asks for (an array in one value, ``style=form`` and
``explode=false``; parameters that depend on the collection), so that these routes read for
themselves, as strictly as the others: an unknown name, a name given twice and a value that is
not one of the declared are 400.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote_to_bytes

from geoml.errors import InvalidArgument

_DIGITS = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
)
_MOST = 64


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: how its text is read, and its OpenAPI 3.0 schema.

    ``read`` raises InvalidArgument. An array is one value with commas (``explode: false``).
    """

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    description: str

    def document(self) -> dict[str, Any]:
        """The parameter object of OpenAPI 3.0."""
        return {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.description,
            "style": "form",
            "explode": False,
            "schema": dict(self.schema),
        }


def read(query: bytes, declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of a query string by name; raises InvalidArgument for all that is not declared."""
    return values(pairs(query), declared)


def values(query: list[tuple[str, str]], declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """As ``read``, of names and values that ``pairs`` has decoded."""
    found: dict[str, Any] = {}
    for name, text in query:
        parameter = declared.get(name)
        if parameter is None:
            raise _unknown(name, declared)
        if name in found:
            raise wrong(name, "given twice", expected="each parameter once")
        found[name] = parameter.read(text)
    return found


def pairs(query: bytes) -> list[tuple[str, str]]:
    """Names and values of a query string, decoded; raises InvalidArgument."""
    parts = [part for part in query.split(b"&") if part]
    if len(parts) > _MOST:
        raise wrong("query", "too many parameters", expected=f"at most {_MOST}")
    found = []
    for part in parts:
        name, _, value = part.partition(b"=")
        found.append((_text(name), _text(value)))
    return found


def wrong(name: str, what: str, *, expected: str = "", got: str = "") -> InvalidArgument:
    """The error of a value that cannot be used; ``got`` is cut."""
    return InvalidArgument(
        what, where=name[:60], expected=expected, got=repr(got)[:80] if got else ""
    )


def whole(name: str, default: int, least: int, most: int, description: str) -> Parameter:
    """A whole number; what is larger than ``most`` is read as ``most``, never an error.

    OGC 17-069r4, requirement /req/core/fc-limit-response-1: a limit above the maximum is answered
    with the maximum.
    """

    def number(text: str) -> int:
        if not _DIGITS.fullmatch(text) or int(text) < least:
            raise wrong(name, "not a number of features", expected=f"{least} to {most}", got=text)
        return min(int(text), most)

    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, number, schema, description)


def choice(name: str, options: Sequence[str], description: str, default: str = "") -> Parameter:
    """One of a few words."""

    def one_of(text: str) -> str:
        if text not in options:
            raise wrong(name, "not offered", expected=" or ".join(options), got=text)
        return text

    schema: dict[str, Any] = {"type": "string", "enum": list(options)}
    return Parameter(
        name, one_of, {**schema, "default": default} if default else schema, description
    )


def decimal(name: str, text: str) -> float:
    """A finite decimal number in plain ASCII; raises InvalidArgument."""
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not abs(value) < float("inf"):
        raise wrong(name, "not a finite number", expected="a decimal number", got=text)
    return value


def _text(raw: bytes) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise wrong("query", "not UTF-8", expected="percent-encoded UTF-8") from error
    if "\0" in text:
        raise wrong("query", "a null character", expected="text")
    return text


def _unknown(name: str, declared: Mapping[str, Parameter]) -> InvalidArgument:
    close = get_close_matches(name, declared, 1)
    every = f"known: {', '.join(sorted(declared))}" if declared else "this route takes none"
    return InvalidArgument(
        f"unknown query parameter {name[:60]!r}",
        next_step=f"did you mean {close[0]!r}?" if close else every,
    )
