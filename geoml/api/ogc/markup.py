"""HTML as values: text is escaped where it enters, so that no page can forget to."""

from __future__ import annotations

from html import escape
from typing import TypeAlias

_ALONE = frozenset({"meta", "link", "br", "img", "input"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Content: TypeAlias = "str | Html | int | float | None"


def tag(element: str, /, *content: Content, **attributes: str | bool | None) -> Html:
    """An element; ``class_`` and ``data_x`` become ``class`` and ``data-x``.

    An attribute of None or False is left out.
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if element in _ALONE:
        return Html(f"<{element}{told}>")
    return Html(f"<{element}{told}>{join(*content)}</{element}>")


def join(*content: Content) -> Html:
    """Pieces one after the other."""
    return Html("".join(map(_escaped, content)))


def _escaped(piece: Content) -> str:
    if isinstance(piece, Html):
        return piece
    return "" if piece is None else escape(str(piece))


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
