"""How long a tile may be kept, and whether the client has it already (RFC 9110, RFC 9111)."""

from __future__ import annotations

from starlette.requests import Request

from tiles.layers import Layer


def caching(layer: Layer, style: str | None) -> dict[str, str]:
    """Cache headers: a year for a layer that names its edition, else a minute and an ETag."""
    age = "max-age=31536000, immutable" if layer.immutable else "max-age=60"
    tag = f'"{layer.etag}-{style or layer.default_style}"'
    # An unknown style is refused before it is sent back, but its tag must be a legal header.
    return {"cache-control": f"public, {age}", "etag": tag.encode("ascii", "replace").decode()}


def not_modified(request: Request, etag: str) -> bool:
    """Whether the client's copy is the current one."""
    return is_current(request.headers.get("if-none-match", ""), etag)


def is_current(asked: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110, 13.1.2, weak comparison)."""
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return etag in tags or "*" in tags
