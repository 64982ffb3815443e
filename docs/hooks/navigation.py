"""The navigation: ``mkdocs.yml`` says ``method/*``, the files say which methods there are."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any


def expanded(nav: Sequence[Any], uris: Sequence[str]) -> list[Any]:
    """The same navigation with every ``folder/*`` replaced by its pages, in order of their path.

    A wildcard that matches nothing leaves no heading behind.
    """
    out: list[Any] = []
    for item in nav:
        if isinstance(item, dict):
            ((title, below),) = item.items()
            inside = expanded(below, uris) if isinstance(below, list) else _matching(below, uris)
            if inside:
                out.append({title: inside[0] if inside == [below] else inside})
        else:
            out += _matching(item, uris)
    return out


def _matching(item: str, uris: Sequence[str]) -> list[str]:
    if "*" not in item:
        return [item]
    return [uri for uri in uris if uri.endswith(".md") and fnmatchcase(uri, item)]
