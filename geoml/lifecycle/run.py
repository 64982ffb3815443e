"""Scoring an area block by block and publishing the edition at one stroke."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from geoml import __version__, catalog, editions, modelstore
from geoml.areas.area import Area, load
from geoml.areas.sources import sources
from geoml.catalog.layers import LAYERS
from geoml.contract import Model, Service
from geoml.errors import NotEnoughData, UnknownModel
from geoml.learning.support import cells, support_mean
from geoml.lifecycle.features import feature_index, is_fresh, refresh
from geoml.lifecycle.items import edition_item
from geoml.lifecycle.train import train, training_signature
from geoml.lifecycle.units import score_units
from geoml.lifecycle.web import write_web
from geoml.paths import Home
from geoml.raster.cog import cog_writer, read
from geoml.raster.grid import Window, grown, windows
from geoml.types import Array, Text

Progress: TypeAlias = Callable[[str, float], None]


def run(
    home: Home,
    name: str,
    area_id: str,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[editions.EditionRef, tuple[str, ...]]:
    """Publish an edition of a service in an area; returns notes for the person who asked.

    Features are computed and a model is trained when missing or stale. An area without a label,
    or with one too small to learn from, is scored with the service's champion. Where the edition
    that is served is what would be published, it stays, unless ``force``.
    """
    show = progress or (lambda _label, _share: None)
    service, area = catalog.get(name), load(home, area_id)
    show("features", 0.0)
    refresh(home, area_id)
    notes = _train_if_stale(home, service, area_id, show)
    current = editions.current(home, name, area_id)
    if current is not None and not force and is_current(home, name, area_id):
        return current, (*notes, "up to date: nothing to publish (--force publishes again)")
    ref = modelstore.champion(home, name, modelstore.champion_key(area))
    model = modelstore.open_model(service, ref)
    names = _usable(home, service, model, area)
    about = _manifest(home, service, area, ref, names)

    def fill(folder: Path) -> dict[str, Any]:
        score(home, service, model, area, names, folder, lambda p: show("scoring", 0.5 + 0.3 * p))
        show("tiles", 0.8)
        about["web"] = write_web(folder, service)
        show("units", 0.95)
        about["units"] = score_units(home, service, area, folder)
        edition_item(folder, service, area, about)
        return about

    return editions.publish(home, name, area_id, fill), notes


def is_current(home: Home, name: str, area_id: str) -> bool:
    """Whether the edition that is served is what ``run`` would publish again."""
    edition = editions.current(home, name, area_id)
    service, area = catalog.get(name), load(home, area_id)
    if edition is None or not is_fresh(home, area_id) or _is_stale(home, service, area_id):
        return False
    ref = modelstore.champion(home, name, modelstore.champion_key(area))
    made = edition.manifest()
    names = _usable(home, service, modelstore.open_model(service, ref), area)
    now = _manifest(home, service, area, ref, names)
    same = ("model", "feature_signatures", "sources", "born", "code_version")
    return all(made.get(key) == now[key] for key in same)


def score(
    home: Home,
    service: Service,
    model: Model,
    area: Area,
    names: tuple[str, ...],
    folder: Path,
    step: Callable[[float], None],
) -> None:
    """Write the float layers of an edition, block by block, whatever the size of the area.

    ``target.tif`` holds the target and its interval in the target's unit, ``inputs.tif`` what
    the model saw: the features at the support that it was trained for.
    """
    grid, unit = area.grid, service.target.unit
    k = cells(float(model.manifest["support_m"]), grid)
    target_bands = (service.target.name, "lower", "upper")
    units = tuple(one.unit for one in service.features if one.name in names)
    with ExitStack() as stack:

        def writer(name: str, bands: tuple[str, ...], units: tuple[str, ...]) -> Any:  # noqa: ANN401
            path = folder / f"{name}.tif"
            return stack.enter_context(cog_writer(path, grid, bands=bands, units=units))

        layers = {name: writer(name, (name,), ("1",)) for name in LAYERS}
        targets = writer("target", target_bands, (unit,) * 3)
        inputs = writer("inputs", names, units)
        blocks = windows(grid, 512)
        for number, window in enumerate(blocks):
            given = {name: _at_support(home, area, name, window, k) for name in names}
            told = model.predict({n: v.ravel() for n, v in given.items()}, explain=False)
            answers = (told.target, told.lower, told.upper)
            shaped = [one.reshape(window.rows, window.cols) for one in answers]
            for band, values in enumerate(shaped, 1):
                targets.write(values, window, band)
            for layer, values in zip(("score", "lower", "upper"), shaped, strict=True):
                layers[layer].write(service.score.score(values), window)
            applicability = told.applicability.reshape(window.rows, window.cols)
            layers["applicability"].write(applicability, window)
            for band, name in enumerate(names, 1):
                inputs.write(given[name], window, band)
            step((number + 1) / len(blocks))


def _at_support(home: Home, area: Area, name: str, window: Window, k: int) -> Array:
    wide = grown(window, k // 2, area.grid)
    values = support_mean(read(home.features(area.id) / f"{name}.tif", wide), k)
    top, left = window.row - wide.row, window.col - wide.col
    return values[top : top + window.rows, left : left + window.cols]


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
            raise error from None
        return (f"not trained here ({error}); scored with {ref.id}",)
    return notes


def _is_stale(home: Home, service: Service, area_id: str) -> bool:
    """Whether the area could train a model and its own is missing or from other inputs."""
    now = training_signature(home, service, area_id)
    key = modelstore.champion_key(load(home, area_id))
    pointed = modelstore.own_champion(home, service.name, key)
    if now is None:
        return False
    return pointed is None or pointed.manifest()["signatures"].get(area_id) != now


def _usable(home: Home, service: Service, model: Model, area: Area) -> tuple[str, ...]:
    """Features that both the model and the area have, in the model's order."""
    index = feature_index(home, area.id)
    names = tuple(name for name in model.features if name in index)
    for group in service.needs_one_of:
        if not set(group) & set(names):
            raise NotEnoughData(
                "the model and the area have too little in common",
                where=f"{service.name} in {area.id}",
                expected=f"at least one of {', '.join(group)} in both",
                got=f"the model uses {', '.join(model.features)}; "
                f"the area has {', '.join(index) or 'no feature'}",
                next_step=f"ingest what is missing (geoml features {area.id} says from which "
                "sources), or a label to train a model here",
            )
    return names


def _manifest(
    home: Home, service: Service, area: Area, ref: modelstore.ModelRef, names: tuple[str, ...]
) -> dict[str, Any]:
    trained = ref.manifest()
    found = sources(home, area)
    index = feature_index(home, area.id)
    dates = sorted({d for name in names for d in index[name]["dates"].values()})
    declared = tuple(one.name for one in service.features)
    here = trained["born"].get(area.id) == area.born
    return {
        "model": ref.id,
        "model_files": trained["files"],
        "champion": trained["champion"],
        "born": area.born,
        "date": trained["dates"].get(area.id) if here else (dates[-1] if dates else None),
        "date_of": None if here else _IMAGES.as_dict(),
        "quantity": trained["quantity"],
        "reference": trained["references"][area.id] if here else _borrowed(trained, area),
        "interval_level": trained["interval_level"],
        "features_used": list(names),
        "features_unused": [name for name in declared if name in index and name not in names],
        "features_missing": [name for name in declared if name not in index],
        "score": {"zero": service.score.zero, "hundred": service.score.hundred},
        "score_version": service.score.version,
        "metrics": trained["metrics"],
        "warnings": _warnings(trained, area, here, dates),
        "sources": {
            one.key: {"sha256": one.sha256, "date": one.date, "licence": one.licence}
            for one in found.values()
        },
        "feature_signatures": {name: index[name]["signature"] for name in names},
        "synthetic": area.synthetic,
        "synthetic_model": trained["synthetic"],
        "trained_here": here,
        "support_m": trained["support_m"],
        "support_used_m": trained["support_used_m"],
        "code_version": __version__,
        "bbox": [round(float(v), 6) for v in np.array(area.grid.lonlat_bounds())],
    }


_IMAGES = Text(
    fr="date des images ; la température a été apprise ailleurs",
    en="date of the images; the temperature was learned elsewhere",
)
_APART_DAYS = 366


def _borrowed(trained: dict[str, Any], area: Area) -> dict[str, Any]:
    """The reference of the towns that the model learned from, told as what it is."""
    there = ", ".join(trained["area_names"])
    gone = area.id in trained["areas"]  # the same id, born another time
    text = Text(
        fr=f"par rapport à la référence de {there}{' (depuis supprimé)' if gone else ''}, "
        "où le modèle a appris",
        en=f"relative to the reference of {there}{' (deleted since)' if gone else ''}, "
        "where the model learned",
    )
    return {
        **trained["reference"],
        "borrowed_from": trained["areas"],
        "relative_to_area": False,
        "text": text.as_dict(),
    }


def _warnings(
    trained: dict[str, Any], area: Area, here: bool, dates: list[str]
) -> list[dict[str, str]]:
    """What the model warns of, and what is borrowed, made up or mixed in this edition."""
    told: list[dict[str, str]] = list(trained.get("warnings", []))
    if not here:
        text = Text(
            fr="Le modèle a appris ailleurs ; ses intervalles n'ont pas été vérifiés ici.",
            en="The model learned elsewhere; its intervals were not checked here.",
        )
        told.append({"code": "learned_elsewhere", **text.as_dict()})
    if trained["synthetic"] and not area.synthetic:
        text = Text(
            fr="Le modèle a appris sur des données générées : ces chiffres ne sont qu'un exemple.",
            en="The model learned from generated data: these numbers are an example only.",
        )
        told.append({"code": "synthetic_model", **text.as_dict()})
    days = [date.fromisoformat(one) for one in dates]
    if days and (max(days) - min(days)).days > _APART_DAYS:
        text = Text(
            fr=f"Les images vont du {min(days)} au {max(days)} : plus d'un an les sépare.",
            en=f"The images are from {min(days)} to {max(days)}: more than a year apart.",
        )
        told.append({"code": "dates_apart", **text.as_dict()})
    return told
