"""What has to be read and computed, in which order and how far around a block; no pixel yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from geoml.errors import InvalidArgument
from geoml.features import registry
from geoml.features.quantity import Family, Quantity
from geoml.raster.grid import Grid


@dataclass(frozen=True, slots=True)
class Plan:
    """Quantities in the order to compute them, what each takes in, and how far all of it reaches.

    ``halo`` says by how many cells the window of a source or quantity is wider than the block.
    ``ready`` are the quantities that were computed before, and are read; ``wide`` those that look
    at the whole raster, and so are in no block; ``families`` the same that are computed together,
    with the names of their members.
    """

    order: tuple[Quantity, ...]
    wide: tuple[Quantity, ...]
    families: Mapping[Family, tuple[str, ...]]
    inputs: Mapping[str, tuple[str, ...]]
    halo: Mapping[str, int]
    ready: frozenset[str]


def plan(
    names: Sequence[str], sources: Collection[str] | None, grid: Grid, *, take_ready: bool
) -> Plan:
    """The plan that leads from sources to quantities.

    ``sources`` None stands for all that the names may use. With ``take_ready`` a quantity outside
    ``names`` is read, else computed.

    Raises:
        UnknownFeature: A name that is no quantity.
        InvalidArgument: The sources lack something that a quantity needs.
    """
    keys = {key for name in names for key in registry.sources_of(name)}
    keys = keys if sources is None else set(sources)
    inputs: dict[str, tuple[str, ...]] = {}
    ready: set[str] = set()

    def visit(name: str) -> None:
        if take_ready and name not in names:
            ready.add(name)
        elif name not in inputs:
            inputs[name] = _inputs(name, keys)
            for need in filter(registry.is_quantity, inputs[name]):
                visit(need)

    for name in names:
        visit(name)
    order = tuple(registry.get(name) for name in registry.in_order(inputs))
    wide = tuple(quantity for quantity in order if quantity.strips)
    local = tuple(quantity for quantity in order if quantity.is_local)
    halo = _halos(local, inputs, grid)
    return Plan(local, wide, _families(order), inputs, halo, frozenset(ready))


def _families(order: Sequence[Quantity]) -> dict[Family, tuple[str, ...]]:
    families: dict[Family, tuple[str, ...]] = {}
    for quantity in order:
        if quantity.family:
            families[quantity.family] = (*families.get(quantity.family, ()), quantity.name)
    return families


def _inputs(name: str, keys: Collection[str]) -> tuple[str, ...]:
    quantity = registry.get(name)
    if missing := registry.lacking(name, keys):
        raise InvalidArgument(
            "cannot be computed",
            where=name,
            expected=", ".join(quantity.needs),
            got=f"no source {', '.join(missing)}",
            next_step="ingest what is missing, or leave this feature out",
        )
    return (*quantity.needs, *(extra for extra in quantity.optional if _can(extra, keys)))


def _can(name: str, keys: Collection[str]) -> bool:
    return not registry.lacking(name, keys) if registry.is_quantity(name) else name in keys


def _halos(
    order: Sequence[Quantity], inputs: Mapping[str, tuple[str, ...]], grid: Grid
) -> dict[str, int]:
    halos = {quantity.name: 0 for quantity in order}
    for quantity in reversed(order):
        around = halos[quantity.name] + quantity.halo(grid)
        for need in inputs[quantity.name]:
            halos[need] = max(halos.get(need, 0), around)
    return halos
