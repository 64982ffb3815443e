"""Services are found, never listed: every folder below ``geoml.services`` is one.

A folder that cannot be loaded is a ``BrokenService``, told with its file and line; the others
serve. What is found is remembered for the life of the process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from geoml import services
from geoml.catalog.folders import found, open_folder
from geoml.contract import Service
from geoml.errors import BrokenService, UnknownService
from geoml.features import registry


def names() -> tuple[str, ...]:
    """Services that can be loaded, sorted."""
    return tuple(_found()[0])


def broken() -> Mapping[str, BrokenService]:
    """Folders that look like a service and cannot be loaded, each with the reason."""
    return _found()[1]


def get(name: str) -> Service:
    """The declaration of one service; raises BrokenService or UnknownService."""
    if name in _found()[0]:
        return _found()[0][name]
    if name in broken():
        raise broken()[name].with_traceback(None)  # the same object every time
    close = get_close_matches(name, names(), 1)
    raise UnknownService(
        "no such service",
        where=repr(name)[:80],
        expected=f"one of: {', '.join(names())}",
        next_step=f"did you mean {close[0]!r}?" if close else "see: geoml services",
    )


def fed_by(keys: Collection[str], *, labelled: bool = True) -> tuple[str, ...]:
    """Services that an area with these sources can feed: enough features or a picture, and a label.

    Without ``labelled`` a label is not asked for: a model from elsewhere may answer.
    """
    features = registry.available(keys)
    return tuple(
        name
        for name in names()
        if get(name).fed_by(keys, features)
        and (not labelled or set(get(name).target.labels) & set(keys))
    )


@cache
def _found() -> tuple[Mapping[str, Service], Mapping[str, BrokenService]]:
    working: dict[str, Service] = {}
    failing: dict[str, BrokenService] = {}
    for folder in found(services.__path__):
        try:
            working[folder.name] = open_folder(services.__name__, folder)
        except BrokenService as error:
            failing[folder.name] = error
    return MappingProxyType(working), MappingProxyType(failing)
