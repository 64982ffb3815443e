"""Which of JSON and HTML, and of English and French, a client is answered in (RFC 9110, 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request

from geoml.api.ogc.parameters import Parameter, choice
from geoml.types import Language

Format: TypeAlias = Literal["json", "html"]

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"
F: Parameter = choice("f", ["json", "html"], "The format; it goes before the Accept header.")
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def format_of(request: Request, asked: str | None, kinds: Iterable[str]) -> tuple[Format, str]:
    """The format and its media type; ``kinds`` are those of the JSON, the usual one first.

    Raises HTTPException 406 when the Accept header allows nothing that is offered.
    """
    first, *_ = offered = list(kinds)
    if asked:
        return ("html", HTML) if asked == "html" else ("json", first)
    header = ",".join(request.headers.getlist("accept")) or "*/*"
    accepted = _weights(header)
    best, weight = first, 0.0
    for kind in (*offered, HTML):
        if (wanted := _weight(accepted, kind)) > weight:
            best, weight = kind, wanted
    if not weight:
        raise HTTPException(406, f"offered here: {', '.join((*offered, HTML))}")
    return ("html" if best == HTML else "json"), best


def language_of(request: Request, otherwise: Language = "en") -> Language:
    """What the client prefers of English and French; ``otherwise`` where it prefers neither."""
    wanted = _weights(request.headers.get("accept-language", "")[:500])
    weight = dict.fromkeys(("en", "fr"), 0.0)
    for name, value in wanted.items():
        short = name.partition("-")[0]
        if short in weight:
            weight[short] = max(weight[short], value)
    if weight["fr"] == weight["en"]:
        return otherwise
    return "fr" if weight["fr"] > weight["en"] else "en"


def _weights(header: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for part in header[:2000].split(","):
        kind, *options = (one.strip().lower() for one in part.split(";"))
        quality = next((one[2:].strip() for one in options if one.startswith("q=")), "1")
        if kind:
            found[kind] = float(quality) if _QUALITY.fullmatch(quality) else 0.0
    return found


def _weight(accepted: Mapping[str, float], kind: str) -> float:
    """The most specific range decides (RFC 9110, 12.5.1)."""
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in ranges if one in accepted), 0.0)
