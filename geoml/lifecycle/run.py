"""Scoring an area block by block and publishing the edition at one stroke."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from geoml import catalog, editions, modelstore
from geoml.areas.area import Area, load
from geoml.areas.sources import sources
from geoml.catalog.derived import CELLS_INDEX
from geoml.contract import Model, Segmentation, Service
from geoml.errors import Conflict, NotEnoughData, UnknownModel
from geoml.features import registry
from geoml.lifecycle import segment
from geoml.lifecycle.base import refresh_base
from geoml.lifecycle.exposure import exposure
from geoml.lifecycle.features import feature_index, is_fresh, known_features, refresh
from geoml.lifecycle.items import edition_item
from geoml.lifecycle.rasters import score
from geoml.lifecycle.statement import doubted, partial, statement
from geoml.lifecycle.train import train, training_signature
from geoml.lifecycle.units import score_units
from geoml.lifecycle.web import write_web
from geoml.paths import Home
from geoml.vector.cells import write_cells_index

Progress: TypeAlias = Callable[[str, float], None]
_UP_TO_DATE = "up to date: nothing to publish (--force publishes again)"


def run(
    home: Home,
    name: str,
    area_id: str,
    *,
    force: bool = False,
    model: str | None = None,
    online: bool = False,
    progress: Progress | None = None,
) -> tuple[editions.EditionRef, tuple[str, ...]]:
    """Publish an edition of a service in an area; returns notes for the person who asked.

    A service that looks at pictures needs a picture and a model (``geoml.lifecycle.segment``). For
    others features are computed and a model is trained when missing or stale. An area without a
    label, or with one too small to learn from, is scored with the service's champion. ``model`` (a
    version, or ``champion`` for the service's) scores with that one instead, and trains nothing.
    Where the edition that is served is what would be published, it stays, unless ``force``. The
    network is asked for nothing, unless ``online``: then for what a service can fetch.
    """
    show = progress or (lambda _label, _share: None)
    service, area = catalog.get(name), load(home, area_id)
    if service.segmentation is not None:
        if online:
            segment.fetch(home, service.segmentation, area)
        return _segmented(home, service, service.segmentation, area, model, force, show)
    show("features", 0.0)
    refresh(home, area_id)
    notes = _train_if_stale(home, service, area_id, show) if model is None else ()
    ref = _chosen(home, service, area, model)
    current = editions.current(home, name, area_id)
    if current is not None and not force and _is_made_from(current, home, service, area, ref):
        return current, (*notes, _UP_TO_DATE)
    opened = modelstore.open_model(service, ref)
    names = _usable(home, service, opened, area)
    about = statement(home, service, area, ref, names)

    def fill(folder: Path) -> dict[str, Any]:
        shown = tuple(about["inputs"])
        shares = score(
            home, service, opened, area, names, shown, folder,
            lambda p: show("scoring", 0.5 + 0.3 * p),
        )  # fmt: skip
        holes = [*partial(service, shares), *doubted(service, about, shares)]
        about.update(shares, warnings=[*holes, *about["warnings"]])
        show("tiles", 0.8)
        about["web"] = write_web(folder, service)
        show("units", 0.95)
        about["units"] = score_units(home, service, area, folder, names, shown)
        about["exposure"] = exposure(home, service, area, folder)
        about["cells"] = write_cells_index(folder / CELLS_INDEX, folder / "score.tif")
        edition_item(folder, service, area, about)
        _check_still_there(home, area)
        return about

    return editions.publish(home, name, area_id, fill), notes


def _segmented(
    home: Home,
    service: Service,
    found: Segmentation,
    area: Area,
    model: str | None,
    force: bool,
    show: Progress,
) -> tuple[editions.EditionRef, tuple[str, ...]]:
    """An edition of what a network sees in a picture: nothing is trained here."""
    refresh_base(home, area, sources(home, area))
    ref = _chosen(home, service, area, model)
    about = segment.plan(home, service, found, area, ref)
    current = editions.current(home, service.name, area.id)
    if current is not None and not force and _is_same(current, about):
        return current, (_UP_TO_DATE,)

    def fill(folder: Path) -> dict[str, Any]:
        told = segment.fill(home, service, found, area, ref, about, folder, show)
        _check_still_there(home, area)
        return told

    return editions.publish(home, service.name, area.id, fill), ()


def _check_still_there(home: Home, area: Area) -> None:
    """An edition must not outlive its area; the shelf is locked, so nobody deletes it now."""
    if load(home, area.id) != area:
        raise Conflict(
            "the area was made again while it was scored",
            where=area.id,
            next_step="run again",
        )


def is_current(home: Home, name: str, area_id: str) -> bool:
    """Whether the edition that is served is what ``run`` would publish again."""
    edition = editions.current(home, name, area_id)
    service, area = catalog.get(name), load(home, area_id)
    if service.segmentation is not None:
        ref = _chosen(home, service, area, None)
        about = segment.plan(home, service, service.segmentation, area, ref)
        return edition is not None and _is_same(edition, about)
    if edition is None or not is_fresh(home, area_id) or _is_stale(home, service, area_id):
        return False
    return _is_made_from(edition, home, service, area, _chosen(home, service, area, None))


def _is_made_from(
    edition: editions.EditionRef,
    home: Home,
    service: Service,
    area: Area,
    ref: modelstore.ModelRef,
) -> bool:
    names = _usable(home, service, modelstore.open_model(service, ref), area)
    return _is_same(edition, statement(home, service, area, ref, names))


def _is_same(edition: editions.EditionRef, now: Mapping[str, Any]) -> bool:
    """Whether an edition was made from what a statement says."""
    made = edition.manifest()
    same = (
        *("model", "model_files", "feature_signatures", "sources", "born", "code_version"),
        *("kept", "code"),  # of what looks at pictures
    )
    return all(made.get(key) == now.get(key) for key in same)


def _chosen(home: Home, service: Service, area: Area, asked: str | None) -> modelstore.ModelRef:
    """The model to score with: the one that was asked for, else the area's champion."""
    if asked is None or asked == "champion":
        key = modelstore.champion_key(area) if asked is None else None
        return _champion(home, service, key)
    return modelstore.find(home, service.name, asked.removeprefix(f"{service.name}@"))


def _champion(home: Home, service: Service, key: str | None) -> modelstore.ModelRef:
    try:
        return modelstore.champion(home, service.name, key)
    except UnknownModel:
        if service.segmentation is None:
            raise
        raise UnknownModel(
            "no model has learned to see yet",
            where=service.name,
            next_step=f"geoml train {service.name} --data FILE.toml",
        ) from None


def _train_if_stale(home: Home, service: Service, area_id: str, show: Progress) -> tuple[str, ...]:
    if training_signature(home, service, area_id) is None:
        return (f"{area_id} has no label; scored with the champion of {service.name}",)
    if not _is_stale(home, service, area_id):
        return ()
    try:
        _, notes = train(
            home, service.name, (area_id,), progress=lambda label, p: show(label, 0.1 + 0.4 * p)
        )
    except NotEnoughData as error:
        try:
            ref = modelstore.champion(home, service.name)
        except UnknownModel:
            raise NotEnoughData(
                error.what,
                where=error.where,
                expected=error.expected,
                got=error.got,
                next_step=f"train on a larger area first: geoml train {service.name} --area OTHER; "
                f"then geoml run {service.name} --area {area_id} takes its model",
            ) from error
        return (f"not trained here ({error}); scored with {ref.id}",)
    return notes


def _is_stale(home: Home, service: Service, area_id: str) -> bool:
    """Whether the area could train a model and its own is missing or from other inputs.

    One that a person chose for the area is never stale: ``geoml train`` replaces it.
    """
    now = training_signature(home, service, area_id)
    key = modelstore.champion_key(load(home, area_id))
    if modelstore.is_chosen(home, service.name, key):
        return False
    pointed = modelstore.own_champion(home, service.name, key)
    if now is None:
        return False
    return pointed is None or pointed.manifest().get("signatures", {}).get(area_id) != now


def _usable(home: Home, service: Service, model: Model, area: Area) -> tuple[str, ...]:
    """Features that the model has and the area knows somewhere, in the model's order."""
    index = known_features(feature_index(home, area.id))
    names = tuple(name for name in model.features if name in index)
    for group in service.needs_one_of:
        if not set(group) & set(names):
            raise NotEnoughData(
                "the model and the area have too little in common",
                where=f"{service.name} in {area.id}",
                expected=f"at least one of {', '.join(group)} in both",
                got=f"the model uses {', '.join(model.features)}; "
                f"the area has {', '.join(index) or 'no feature'}",
                next_step=f"ingest {_sources_of(group)} "
                f"(geoml features {area.id} says which feature comes from what)"
                + (", or a label to train a model here" if set(group) & set(index) else ""),
            )
    return names


def _sources_of(names: tuple[str, ...]) -> str:
    """The keys of the sources that quantities are made of, in words."""
    quantities = [registry.get(name) for name in names if registry.is_quantity(name)]
    keys = {key for one in quantities for key in one.needs}
    found = sorted(key for key in keys if not registry.is_quantity(key))
    return found[0] if len(found) == 1 else f"one or more of {', '.join(found)}"
