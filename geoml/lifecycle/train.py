"""Training a service on the areas that have its label."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from geoml import __version__, catalog, clock, modelstore
from geoml.areas.area import Area, load
from geoml.areas.sources import Source, read_on_grid, sources
from geoml.contract import Service, TargetOf, Train
from geoml.errors import DataError, InvalidArgument, NotEnoughData, UnknownModel
from geoml.files import read_json
from geoml.learning import tracking
from geoml.learning.samples import TARGET, Samples, gather, join
from geoml.learning.support import cells
from geoml.learning.tabular import METRICS
from geoml.lifecycle.features import feature_index, refresh
from geoml.paths import Home
from geoml.raster.cog import read
from geoml.raster.grid import Window
from geoml.types import Array, Mask, Text
from geoml.vector.coverage import VectorBlocks

Progress: TypeAlias = Callable[[str, float], None]

THERMAL_SUPPORT_M = 90.0
_RING = 0.1
QUANTITIES = {
    "surface temperature": Text(fr="température de surface", en="surface temperature"),
    "brightness temperature": Text(fr="température de brillance", en="brightness temperature"),
    "depth of a flood": Text(fr="hauteur d'eau d'une inondation", en="depth of a flood"),
    "extent of a flood": Text(fr="étendue d'une inondation", en="extent of a flood"),
}
"""What a label measures, in the words that citizens read; the two are never confused."""


def train(
    home: Home,
    name: str,
    area_ids: tuple[str, ...],
    *,
    holdout_share: float = 0.0,
    reference: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[modelstore.ModelRef, tuple[str, ...]]:
    """Train a service, keep the model, make it the champion of its areas; returns notes too.

    Features are brought up to date first. Which model also serves areas that have none of their
    own, ``_better_everywhere`` says. MLflow records the run; a failure to record is a note, not an
    error. Raises InvalidArgument for a service that learns from pictures.
    """
    show = progress or (lambda _label, _share: None)
    service = catalog.get(name)
    learn, target_of = _learning(service)
    area_ids = tuple(dict.fromkeys(area_ids))  # a town named twice would be on both sides of a fold
    parts, meta = [], []
    for number, area_id in enumerate(area_ids):
        show(f"features of {area_id}", 0.3 * number / len(area_ids))
        refresh(home, area_id)
        samples, told = _samples(home, service, target_of, load(home, area_id), reference, seed)
        parts.append(samples)
        meta.append(told)
    _check_alike(service, meta)
    show("fitting and validating", 0.3)
    samples = join(parts) if len(parts) > 1 else parts[0]
    about = _meta(service, meta, seed, holdout_share)
    created = clock.now()
    version = f"{created:%Y%m%dT%H%M%SZ}-{about['inputs_signature'][:6]}"
    about |= {"version": version, "created": created.isoformat()}

    def fill(folder: Path) -> dict[str, Any]:
        return learn(samples, folder, meta=about, seed=seed, holdout_share=holdout_share)

    ref = modelstore.save(home, name, version, fill)
    show("recording", 0.9)
    everywhere = _better_everywhere(home, service, ref)
    for area_id in area_ids:
        key = modelstore.champion_key(load(home, area_id))
        modelstore.promote(home, ref, area=key, everywhere=everywhere)
    note = tracking.record(
        f"sqlite:///{home.root / 'mlflow.db'}",
        name,
        ref.manifest(),
        read_json(ref.folder / METRICS),
        ref.folder,
    )
    return ref, (note,) if note else ()


def _better_everywhere(home: Home, service: Service, ref: modelstore.ModelRef) -> bool:
    """Whether a model should answer for areas without one: a good one, where a poor one does.

    The first does in any case. A later one must stand higher (``_rank``) and be able to live on
    whatever the contract calls enough. A champion that a person chose stays, and one that learned
    nothing: it holds anywhere, which what was learned in one town need not.
    """
    try:
        now = modelstore.champion(home, service.name).manifest()
    except UnknownModel:
        return True
    new = ref.manifest()
    least = {name for group in service.needs_one_of for name in group}
    able = least <= set(new["features_used"])
    chosen = modelstore.is_chosen(home, service.name)
    stays = chosen or modelstore.is_frozen(now)
    return able and not stays and _rank(new) > _rank(now)


_DOUBTS = {"skill", "not_accepted", "little"}
"""Warnings of a model that should not answer for other towns when a better one can."""


def _rank(manifest: Mapping[str, Any]) -> int:
    """0: learned from made-up data; 1: real, but in doubt; 2: real and accepted without a doubt."""
    if modelstore.is_synthetic(manifest):
        return 0
    doubts = {one.get("code") for one in manifest.get("warnings", ())} & _DOUBTS
    return 1 if doubts or not manifest.get("accepted", True) else 2


def _check_alike(service: Service, parts: list[dict[str, Any]]) -> None:
    """Areas that are learned from together must measure the same thing against the same thing."""
    for what, part, step in (
        ("quantity", "en", "train the areas apart"),
        ("reference", "mode", "name one that all of them have: --reference area"),
    ):
        found = {one["area"]: one[what][part] for one in parts}
        if len(set(found.values())) > 1:
            raise DataError(
                f"labels of different {what} cannot be learned as one",
                where=service.name,
                expected=f"one {what}",
                got=", ".join(f"{area}: {value}" for area, value in found.items()),
                next_step=step,
            )


class LazyFeatures(Mapping[str, Array]):
    """Whole feature rasters, read when they are asked for: a service may want two of eleven."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> Array:
        """The whole raster of one feature."""
        return read(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        """Names of the features."""
        return iter(self._paths)

    def __len__(self) -> int:
        """How many features there are."""
        return len(self._paths)


def training_signature(home: Home, service: Service, area_id: str) -> str | None:
    """What training on this area now would start from; None when the area has no label."""
    found = sources(home, load(home, area_id))
    label = _label(service, found)
    return None if label is None else _signature(home, area_id, label)


def _learning(service: Service) -> tuple[Train, TargetOf]:
    if service.train is None or service.target_of is None:
        raise InvalidArgument(
            "it learns from pictures, and not from areas",
            where=service.name,
            next_step=f"geoml train {service.name} --data FILE.toml",
        )
    return service.train, service.target_of


def _samples(
    home: Home, service: Service, target_of: TargetOf, area: Area, mode: str, seed: int
) -> tuple[Samples, dict[str, Any]]:
    found = sources(home, area)
    label = _label(service, found)
    if label is None:
        raise NotEnoughData(
            "no label to learn from",
            where=f"{service.name} in {area.id}",
            expected=f"one of the sources {', '.join(service.target.labels)}",
            got=f"sources {', '.join(found) or 'none'}",
            next_step=f"geoml ingest {area.id} {service.target.labels[0]}=FILE",
        )
    index = feature_index(home, area.id)
    names = tuple(one.name for one in service.features if one.name in index)
    paths = {name: home.features(area.id) / f"{name}.tif" for name in names}
    whole = area.grid.whole()
    target, reference = target_of(
        read_on_grid(label, area.grid, whole),
        LazyFeatures(paths),
        area.grid,
        inside=_inside(area),
        mode=_with_period(mode, label),
        source=label.key,
    )

    def read_block(name: str, window: Window) -> Array:
        if name == TARGET:
            return target[window.slices]
        return read(home.features(area.id) / f"{name}.tif", window)

    apart = service.accept.apart if service.accept.apart in index else ""
    samples = gather(
        service,
        read_block,
        names,
        area.grid,
        support_m(label),
        area=area.id,
        group=apart,
        seed=seed,
    )
    return samples, _told(home, service, area, label, index) | {"reference": reference}


def _told(
    home: Home, service: Service, area: Area, label: Source, index: Mapping[str, Any]
) -> dict[str, Any]:
    """What is to be said of one area that is learned from; ``index`` is of its features."""
    return {
        "area": area.id,
        "area_name": area.name,
        "born": area.born,
        "label": label.key,
        "quantity": QUANTITIES.get(label.quantity, Text(label.quantity, label.quantity)).as_dict(),
        "date": label.date,
        "support_m": support_m(label),
        "support_used_m": round(cells(support_m(label), area.grid) * area.resolution_m, 3),
        "synthetic": area.synthetic,
        "signature": _signature(home, area.id, label),
        "coverage_percent": {
            label.key: label.coverage,
            **{
                one.name: index[one.name]["coverage_percent"]
                for one in service.features
                if one.name in index
            },
        },
        "missing": [one.name for one in service.features if one.name not in index],
    }


def _with_period(mode: str, label: Source) -> str:
    """``mode@100y`` where the label shows an event of a known return period, else ``mode``."""
    years = label.return_period_years
    return mode if years is None or "@" in mode else f"{mode}@{years:.0f}y"


def support_m(label: Source) -> float:
    """Ground that one value of the label speaks for: the cells that it was delivered in, or more.

    Where nobody says what a thermal band resolves, that is 90 m.
    """
    unsaid = THERMAL_SUPPORT_M if label.kind == "temperature" else 0.0
    return max(label.support_m or unsaid, label.native_m or 0.0)


def _label(service: Service, found: Mapping[str, Source]) -> Source | None:
    return next((found[key] for key in service.target.labels if key in found), None)


def _signature(home: Home, area_id: str, label: Source) -> str:
    index = feature_index(home, area_id)
    made_from = [f"{label.key} {label.sha256}", f"code {__version__}"]
    made_from += [f"{name} {entry['signature']}" for name, entry in sorted(index.items())]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def _inside(area: Area) -> Mask | None:
    """Cells at least half inside the boundary; None when there is no countryside around it.

    A bounding box that is tilted in the area's CRS leaves slivers outside: less than ``_RING`` of
    the grid is not a countryside to compare with.
    """
    inside: Mask = VectorBlocks(np.array([area.inside()])).coverage(area.grid) >= 0.5
    return None if inside.mean() > 1 - _RING else inside


def _meta(
    service: Service, parts: list[dict[str, Any]], seed: int, holdout_share: float
) -> dict[str, Any]:
    first = parts[0]
    signatures = "\n".join(part["signature"] for part in parts)
    settings = f"{service.name} {seed} {holdout_share}"
    digest = hashlib.sha256(f"{settings}\n{signatures}".encode()).hexdigest()
    return {
        "areas": [part["area"] for part in parts],
        "area_names": [part["area_name"] for part in parts],
        "born": {part["area"]: part["born"] for part in parts},
        "label": {"key": first["label"], "quantity": first["quantity"]["en"]},
        "quantity": first["quantity"],
        "dates": {part["area"]: part["date"] for part in parts},
        "support_m": first["support_m"],
        "support_used_m": first["support_used_m"],
        "reference": first["reference"],
        "references": {part["area"]: part["reference"] for part in parts},
        "synthetic": any(part["synthetic"] for part in parts),
        "coverage_percent": {part["area"]: part["coverage_percent"] for part in parts},
        "signatures": {part["area"]: part["signature"] for part in parts},
        "inputs_signature": digest,
        "code_version": __version__,
    }
