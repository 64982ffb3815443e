"""Filters in CQL2 text (OGC 21-065r2): read by the ``cql2`` package, bounded before and after.

The package's parser descends by recursion in native code, so that depth is bounded on the text;
what it returns is a plain tree, which only ``geoml.api.ogc.predicates`` gives a meaning.
"""

from __future__ import annotations

import re
from typing import Any

from geoml.api.ogc.parameters import Parameter, choice, wrong
from geoml.errors import MissingExtra

LONGEST = 4000
DEEPEST = 8  # the parser tries each bracket in two ways: a wrong text takes 2**depth as long
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_CHAIN = re.compile(r"\b(?:NOT|DIV)\b|[-+*/^%=<>]", re.IGNORECASE)
_LINKS = 100


def parsed(text: str) -> Any:  # noqa: ANN401 - a tree of JSON values
    """The tree of a filter as CQL2 JSON; raises InvalidArgument."""
    _bounded(text)
    try:
        import cql2
    except ModuleNotFoundError as error:
        raise MissingExtra.of("serve", "cql2") from error
    try:
        read = cql2.parse_text(text)
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        raise wrong("filter", "not CQL2 text", expected=_why(str(error)), got=text) from error
    try:
        return read.to_json()
    except Exception as error:
        if type(error) is not Exception:  # all that the package raises for POINT EMPTY
            raise
        expected = "geometries with coordinates"
        raise wrong("filter", "cannot be read", expected=expected, got=text) from error


def _bounded(text: str) -> None:
    bare = _QUOTED.sub("''", text)
    deepest = depth = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    expected = f"at most {LONGEST} characters, {DEEPEST} brackets deep"
    # Numbers of a geometry have signs, and are no chain.
    words = re.sub(r"(?<=[(,\s])[-+](?=\d)", "", bare)
    chained = len(_CHAIN.findall(words)) > _LINKS or re.search(
        r"(?:\bNOT\s+){9}|[-+]{9}", words, re.I
    )
    if len(text) > LONGEST or deepest > DEEPEST or chained:
        raise wrong("filter", "too long or too deep", expected=expected)


def _why(message: str) -> str:
    """The parser's own words on what it expected, in one line."""
    _, _, told = message.partition("= expected ")
    return " ".join(told.split())[:300] or "a predicate such as kind = 'buildings'"


FILTER = Parameter(
    "filter",
    parsed,
    {"type": "string", "maxLength": LONGEST, "example": "kind = 'buildings'"},
    "A CQL2 text predicate over the queryables: comparisons, AND, OR, NOT, LIKE, IN, BETWEEN, "
    "IS NULL, CASEI, + - * /, and S_INTERSECTS and its kin on `geometry`.",
)
FILTER_LANG = choice("filter-lang", ["cql2-text"], "The language of `filter`.", "cql2-text")
