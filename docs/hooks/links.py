"""Links that work on GitHub work in the site too."""

from __future__ import annotations

import os.path
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

_DOI = re.compile(r"\b(?P<scheme>doi|arXiv):(?P<id>[\w./()-]*\w)")
_RESOLVERS = {"doi": "https://doi.org", "arXiv": "https://arxiv.org/abs"}
_LINK = re.compile(r"(?<=\]\()(?P<path>[^)#\s:]+)(?P<anchor>#[^)\s]*)?(?=\))")
_GLUED = re.compile(r"^((?![-*+|>#\s]|\d+\. ).+)\n(?=[-*] )", re.MULTILINE)
_FENCE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.MULTILINE | re.DOTALL)


def resolved(markdown: str, origin: str, uri: str, homes: Mapping[str, str], root: Path) -> str:
    """``markdown`` with its relative links made right for the page ``uri``.

    ``origin`` is where the text lies in the repository. A link to a file with a page of its own
    goes to that page, to another file of the repository goes to the repository's address, and to
    nothing stays as it is, which a strict build then refuses.
    """

    def target(match: re.Match[str]) -> str:
        here = PurePosixPath(origin).parent
        path = os.path.normpath(here / match["path"])
        page = homes.get(path) or _in_docs(path, root)
        if page is None:
            return f"{repository(root)}/{path}" if (root / path).exists() else match[0]
        relative = os.path.relpath(page, PurePosixPath(uri).parent)
        return relative + (match["anchor"] or "")

    parts = _FENCE.split(markdown)
    return "".join(
        one if i % 2 else _DOI.sub(_resolver, _LINK.sub(target, one)) for i, one in enumerate(parts)
    )


def spaced(markdown: str) -> str:
    """``markdown`` with an empty line before each list that follows its sentence directly.

    GitHub needs none there, Python-Markdown does.
    """
    parts = _FENCE.split(markdown)
    return "".join(one if i % 2 else _GLUED.sub(r"\1\n\n", one) for i, one in enumerate(parts))


def _resolver(match: re.Match[str]) -> str:
    """A source that is named by its DOI, as a link to it."""
    return f"[{match[0]}](<{_RESOLVERS[match['scheme']]}/{match['id']}>)"


def _in_docs(path: str, root: Path) -> str | None:
    inside = path.startswith("docs/") and (root / path).is_file()
    return path.removeprefix("docs/") if inside else None


@cache
def repository(root: Path) -> str:
    """Address of a file of the main branch, from the project's own metadata."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    address: str = project["urls"]["Documentation"].partition("/tree/")[0]
    return f"{address}/blob/main"
