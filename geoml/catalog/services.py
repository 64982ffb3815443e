"""Services are found, never listed: every package below ``geoml.services`` is one."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from geoml import services
from geoml.contract import Service
from geoml.errors import UnknownService


def names() -> tuple[str, ...]:
    """Installed services, sorted; imports none of them."""
    return tuple(sorted(m.name for m in iter_modules(services.__path__) if m.ispkg))


@cache
def get(name: str) -> Service:
    """The declaration of one service; a broken service fails loudly here."""
    known = names()
    if name not in known:
        close = get_close_matches(name, known, 1)
        raise UnknownService(
            "no such service",
            where=repr(name)[:80],
            expected=f"one of: {', '.join(known)}",
            next_step=f"did you mean {close[0]!r}?" if close else "see: geoml services",
        )
    service: Service = import_module(f"{services.__name__}.{name}").SERVICE
    return service
