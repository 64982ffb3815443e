"""Markdown of the pages that commands write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill


def text(words: str) -> str:
    """A paragraph of at most 100 characters a line."""
    return fill(" ".join(words.split()), 100, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, ruler, *rows)]


def number(value: float | None, form: str = ".2f") -> str:
    """A number, or a dash for what is undefined."""
    return "-" if value is None else f"{value:{form}}"
