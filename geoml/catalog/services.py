"""Services are found, never listed: every package below ``geoml.services`` is one."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from geoml import services
from geoml.contract import Service
from geoml.errors import UnknownService
from geoml.features import registry


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


def fed_by(keys: Collection[str], *, labelled: bool = True) -> tuple[str, ...]:
    """Services that an area with these sources can feed: enough features, and a label.

    Without ``labelled`` a label is not asked for: a model from elsewhere may answer.
    """
    features = registry.available(keys)
    return tuple(
        name
        for name in names()
        if get(name).enough(features) and (not labelled or set(get(name).target.labels) & set(keys))
    )
