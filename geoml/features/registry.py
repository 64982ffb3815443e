"""Which quantities there are: found in the folder, listed nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from geoml import features
from geoml.errors import AlreadyExists, UnknownFeature
from geoml.features.quantity import Quantity


def names() -> tuple[str, ...]:
    """Every quantity, sorted."""
    return tuple(sorted(_found()))


def get(name: str) -> Quantity:
    """The quantity of that name; raises UnknownFeature."""
    if name in _found():
        return _found()[name]
    raise UnknownFeature(
        "no such feature", where=repr(name)[:80], expected=f"one of {', '.join(names())}"
    )


def available(keys: Iterable[str]) -> tuple[str, ...]:
    """Quantities that these sources allow, each after those that it is made from."""
    have = frozenset(keys)
    return in_order(name for name in names() if not lacking(name, have))


def lacking(name: str, keys: Collection[str]) -> tuple[str, ...]:
    """Sources that a quantity cannot do without and that are not among ``keys``, sorted."""
    missing: set[str] = set()
    for need in get(name).needs:
        if is_quantity(need):
            missing.update(lacking(need, keys))
        elif need not in keys:
            missing.add(need)
    return tuple(sorted(missing))


def sources_of(name: str) -> tuple[str, ...]:
    """Every source that may change a quantity, the optional ones included, sorted."""
    quantity = get(name)
    found: set[str] = set()
    for need in (*quantity.needs, *quantity.optional):
        found.update(sources_of(need) if is_quantity(need) else (need,))
    return tuple(sorted(found))


def in_order(wanted: Iterable[str]) -> tuple[str, ...]:
    """The same names, each after those of them that it needs or may use."""
    asked = tuple(wanted)
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        quantity = get(name)
        for need in (*quantity.needs, *quantity.optional):
            if is_quantity(need):
                visit(need)
        done[name] = None

    for name in asked:
        visit(name)
    return tuple(name for name in done if name in asked)


def is_quantity(name: str) -> bool:
    """Whether a name is a quantity's, not a source's."""
    return name in _found()


@cache
def _found() -> Mapping[str, Quantity]:
    found: dict[str, Quantity] = {}
    for module in map(import_module, _modules(features.__path__, features.__name__)):
        single = (module.QUANTITY,) if hasattr(module, "QUANTITY") else ()
        for quantity in (*single, *getattr(module, "QUANTITIES", ())):
            if quantity.name in found:
                raise AlreadyExists("two features of one name", where=quantity.name)
            found[quantity.name] = quantity
    return MappingProxyType(found)


def _modules(folders: Iterable[str], package: str) -> Iterator[str]:
    """Names of the modules in a package and in those inside it."""
    for info in iter_modules(folders):
        name = f"{package}.{info.name}"
        if info.ispkg:
            yield from _modules(import_module(name).__path__, name)
        elif info.name not in _WITHOUT:
            yield name


_WITHOUT = frozenset({"distance", "envelope", "descent"})
"""Modules that hold no quantity and are slow to load."""
