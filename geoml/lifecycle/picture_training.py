"""Training of a service that looks at pictures, from its data sets to a model in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoml import catalog, clock, modelstore
from geoml.contract import Service
from geoml.errors import AlreadyExists, InvalidArgument
from geoml.files import read_json, settle, staging
from geoml.learning import tracking
from geoml.paths import Home

if TYPE_CHECKING:
    from geoml.learning.segmentation.dataset import DataSet
    from geoml.learning.segmentation.plan import Plan
    from geoml.learning.segmentation.training import Options

Progress = Callable[[str, float], None]

_LEARNING = 0.9
"""Share of the whole work that the steps of the training are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for; None stands for what the code finds best."""

    data: tuple[Path, ...]
    encoder: str | None = None
    encoder_weights: str = "imagenet"
    epochs: int | None = None
    holdout: float | None = None
    device: str = "auto"
    seed: int = 0
    resume: bool = True
    out: Path | None = None


def train_on_pictures(
    home: Home, name: str, asked: Asked, *, progress: Progress | None = None
) -> tuple[modelstore.ModelRef, tuple[str, ...]]:
    """Train a service of the kind ``segmentation``, keep the model; returns notes too.

    A training that was killed goes on where it was. The model goes into ``asked.out`` where that
    is given, which must not exist; else into the home, where it answers for every area when it was
    accepted, unless a person chose another. MLflow records the run; a failure to record is a note.

    Raises InvalidArgument for a service that learns from areas, AlreadyExists for ``out``, and
    what reading a data set, ``plan`` and ``fit`` raise.
    """
    from geoml.learning.segmentation import dataset, plan

    show = progress or (lambda _label, _share: None)
    service = _looking(name)
    _check_new(asked.out)
    data = dataset.read_all(asked.data)
    chosen = {} if asked.holdout is None else {"share": asked.holdout}
    laid = plan.plan(data, seed=asked.seed, **chosen)
    training = home.root / "training" / name / _digest(asked)
    begun = _fit(home, asked, laid, training, show)
    show("exporting and judging", _LEARNING)
    ref = _kept(home, service, asked, training, laid, data)
    notes = [begun, *_promoted(home, service, ref, asked)]
    show("recording", 0.97)
    note = _recorded(home, name, ref, training, laid)
    return ref, tuple(one for one in (*notes, note) if one)


def _looking(name: str) -> Service:
    service = catalog.get(name)
    if service.kind != "segmentation":
        raise InvalidArgument(
            "this service does not learn from pictures",
            where=name,
            expected="a service of the kind segmentation",
            got=service.kind,
            next_step=f"train it on areas: geoml train {name} --area AREA",
        )
    return service


def _check_new(out: Path | None) -> None:
    if out is not None and out.exists():
        raise AlreadyExists(
            "there is something already",
            where=str(out),
            expected="a folder that does not exist yet",
            next_step="name another with --out, or remove this one",
        )


def _fit(home: Home, asked: Asked, laid: Plan, training: Path, show: Progress) -> str:
    from geoml.learning.segmentation import deep
    from geoml.learning.segmentation.batches import Batches
    from geoml.learning.segmentation.net import Recipe
    from geoml.learning.segmentation.training import fit

    recipe = Recipe() if asked.encoder is None else Recipe().with_encoder(asked.encoder)
    device = deep.device(asked.device)
    options = _options(asked, device)
    cache = home.root / "cache" / "chips"
    batches = Batches(laid, size=options.batch, size_px=options.size_px, cache=cache)
    found = fit(
        batches,
        recipe,
        options,
        training,
        judge=_judge(laid, recipe.stride, device),
        weights=asked.encoder_weights,
        resume=asked.resume,
        progress=lambda label, share: show(label, _LEARNING * share),
    )
    return found.begun


def _options(asked: Asked, device: str) -> Options:
    from geoml.learning.segmentation.training import Options

    told = {} if asked.epochs is None else {"epochs": asked.epochs}
    return Options(device=device, seed=asked.seed, **told)


def _judge(laid: Plan, stride: int, device: str) -> Callable[[Any], float] | None:
    """The mean IoU of the places that are learned from, where something of them was kept out."""
    from geoml.learning.segmentation.evaluate import OfNet, evaluate
    from geoml.learning.segmentation.finish import provisional

    places = {one.sheet.place for one in laid.learn}
    kept_out = tuple(one for one in laid.report if one.sheet.place in places)
    if not kept_out:
        return None
    spec = provisional(stride)

    def judge(net: Any) -> float:  # noqa: ANN401 - a network
        scores = evaluate(OfNet(net, device), spec, kept_out)
        return sum(one.iou for one in scores) / len(scores)

    return judge


def _kept(
    home: Home, service: Service, asked: Asked, training: Path, laid: Plan, data: DataSet
) -> modelstore.ModelRef:
    from geoml.learning.segmentation.finish import finish, sealed

    created = clock.now()
    meta = {"created": created.isoformat()}

    def fill(folder: Path, version: str) -> dict[str, Any]:
        told = {**meta, "version": version}
        return finish(service, training, folder, plan=laid, data=data, meta=told)

    if asked.out is None:
        version = f"{created:%Y%m%dT%H%M%SZ}-{training.name[:6]}"
        return modelstore.save(home, service.name, version, lambda f: fill(f, version))
    version = asked.out.name
    with staging(asked.out.parent, version) as folder:
        sealed(folder, fill(folder, version))
        settle(folder, asked.out)
    return modelstore.ModelRef(service.name, version, asked.out)


def _promoted(
    home: Home, service: Service, ref: modelstore.ModelRef, asked: Asked
) -> tuple[str, ...]:
    """Let it answer for all areas where it was accepted and nobody chose another."""
    if asked.out is not None:
        return ()
    if ref.manifest()["accepted"] and not modelstore.is_chosen(home, service.name):
        modelstore.promote(home, ref, everywhere=True)
        return ()
    return (f"it does not serve yet: geoml promote {service.name} {ref.version}",)


def _recorded(
    home: Home, name: str, ref: modelstore.ModelRef, training: Path, laid: Plan
) -> str | None:
    from geoml.learning.segmentation.engine import open_engine
    from geoml.learning.segmentation.samples import write_samples
    from geoml.learning.segmentation.spec import Spec

    manifest = ref.manifest()
    record = training / "record"
    spec = Spec.of(manifest)
    if laid.report:
        write_samples(record / "samples.png", open_engine(ref.folder), spec, laid.report)
    return tracking.record(
        f"sqlite:///{home.root / 'mlflow.db'}",
        name,
        manifest,
        read_json(ref.folder / "metrics.json"),
        ref.folder,
        beside=record,
    )


def _digest(asked: Asked) -> str:
    """Names a training: the same question goes on with the same checkpoints."""
    told = asdict(asked) | {"data": [path.read_text(encoding="utf-8") for path in asked.data]}
    for name in ("device", "resume", "out", "epochs"):  # more epochs go on from fewer
        del told[name]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
