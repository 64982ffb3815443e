"""Links with rel, type, title and language, absolute, below the address that the client used."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from geoml.api.ogc.media import HTML, Format


def link(rel: str, href: str, kind: str, title: str = "", language: str = "") -> dict[str, Any]:
    """One link (RFC 8288 in the JSON of OGC 17-069r4, 7.1)."""
    found = {"rel": rel, "href": href, "type": kind}
    if title:
        found["title"] = title
    if language:
        found["hreflang"] = language
    return found


def asking(query: list[tuple[str, str]], added: str) -> str:
    """``?`` and a query string; ``added`` is its end, encoded already."""
    told = _encoded(tuple(query))
    return f"?{told}&{added}" if told else f"?{added}"


@lru_cache(maxsize=256)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    """A page has the same query in three links, and the next page has it again."""
    return urlencode(query)


def base(request: Request) -> str:
    """The address of the landing page without a closing slash."""
    return str(request.base_url).rstrip("/")


def self_and_alternate(
    address: str, query: list[tuple[str, str]], shown: Format, kind: str, language: str
) -> list[dict[str, Any]]:
    """This document, and the same in the other format."""
    kept = [pair for pair in query if pair[0] != "f"]
    other: Format = "json" if shown == "html" else "html"
    here, there = (address + asking(kept, f"f={one}") for one in (shown, other))
    names = {"json": "This document as JSON", "html": "This document as a page"}
    types = {"json": kind, "html": HTML}
    return [
        link("self", here, types[shown], names[shown], language),
        link("alternate", there, types[other], names[other], language),
    ]
