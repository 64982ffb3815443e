"""From the best checkpoint of a training to the folder of a model that can be served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geoml
from geoml.contract import Service
from geoml.files import read_json, sha256, write_json
from geoml.learning.segmentation.card import card
from geoml.learning.segmentation.dataset import DataSet
from geoml.learning.segmentation.engine import engine_of
from geoml.learning.segmentation.evaluate import evaluate, summary
from geoml.learning.segmentation.export import export
from geoml.learning.segmentation.metrics import Scores
from geoml.learning.segmentation.net import Recipe
from geoml.learning.segmentation.plan import GSD_M, Plan
from geoml.learning.segmentation.reach import Reach, reach
from geoml.learning.segmentation.spec import MODEL, Spec
from geoml.learning.segmentation.training import best
from geoml.types import Text

METRICS, CARD = "metrics.json", "card.md"
GSD_RANGE_M = (0.07, 0.5)
THRESHOLD = 0.5
_HALO = 256
_NUMBERS = ("iou", "precision", "recall", "boundary_iou", "area_bias_pct")
_QUANTITY = Text(
    fr="ce qui est vu sur une photographie aérienne", en="what an aerial picture shows"
)
_REFERENCE = Text(
    fr="des photographies d'autres lieux, où l'on sait ce qui s'y trouve",
    en="pictures of other places, where it is known what they show",
)
_NONE = Text(fr="Jugé nulle part.", en="Judged nowhere.")


def finish(
    service: Service,
    training: Path,
    folder: Path,
    *,
    plan: Plan,
    data: DataSet,
    meta: Mapping[str, Any],
) -> dict[str, Any]:
    """Export the best network of ``training``, judge the export by place, write metrics and card.

    ``folder`` exists and is empty; ``meta`` holds ``version`` and ``created``. The manifest that is
    returned has everything but the digests of the files. What is judged is the file that serves,
    in ONNX Runtime, windows and scales included. Raises as ``best`` and ``export``.
    """
    recipe, net, state = best(training)
    difference = export(net, folder / MODEL, stride=recipe.stride)
    seen = _reach(training, net, recipe, state["step"])
    told = _segmentation(service, recipe, seen)
    digest = sha256(folder / MODEL)
    spec = Spec.of({"segmentation": told, "files": {MODEL: digest}, "service": service.name})
    engine = engine_of((folder / MODEL).read_bytes(), "onnxruntime")
    scores = evaluate(engine, spec, plan.report)
    metrics = _metrics(scores, state, difference, seen)
    manifest = {**_manifest(service, recipe, plan, data, metrics), **meta, "segmentation": told}
    write_json(folder / METRICS, metrics)
    (folder / CARD).write_text(card(service, manifest, metrics), encoding="utf-8")
    return manifest


def provisional(stride: int) -> Spec:
    """How a network is looked through while it is trained, before its reach is measured."""
    return Spec(GSD_M, GSD_RANGE_M, stride, -(-_HALO // stride) * stride, THRESHOLD)


def sealed(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a folder outside the model store, with the digest of every file."""
    files = {file.name: sha256(file) for file in sorted(folder.iterdir()) if file.is_file()}
    files.pop("manifest.json", None)
    write_json(folder / "manifest.json", {**manifest, "files": files, "format": 1})


def _reach(training: Path, net: Any, recipe: Recipe, step: int) -> Reach:  # noqa: ANN401 - a net
    """Measured once for each best checkpoint: it takes a minute."""
    kept = training / "reach.json"
    if kept.is_file() and (told := read_json(kept))["step"] == step:
        return Reach(told["theory"], told["effective"])
    found = reach(net, recipe.stride)
    write_json(kept, {"theory": found.theory, "effective": found.effective, "step": step})
    return found


def _segmentation(service: Service, recipe: Recipe, seen: Reach) -> dict[str, Any]:
    classes = service.segmentation.classes if service.segmentation else ()
    return {
        "gsd_m": GSD_M,
        "gsd_range_m": list(GSD_RANGE_M),
        "stride": recipe.stride,
        "halo_px": seen.halo(recipe.stride),
        "threshold": THRESHOLD,
        "classes": list(classes),
    }


def _metrics(
    scores: Sequence[Scores], state: Mapping[str, Any], difference: float, seen: Reach
) -> dict[str, Any]:
    table = [
        {"scheme": "place", "candidate": one["place"], **{name: one[name] for name in _NUMBERS}}
        for one in summary(scores)
    ]
    return {
        "table": table,
        "history": state["history"],
        "best_epoch": state["best_epoch"],
        "steps": state["step"],
        "begun": state["begun"],
        "parity": {"max_difference": difference, "between": "torch fp32 and ONNX Runtime fp32"},
        "reach_px": {"theory": seen.theory, "effective": seen.effective},
        "format": 1,
    }


def _manifest(
    service: Service, recipe: Recipe, plan: Plan, data: DataSet, metrics: Mapping[str, Any]
) -> dict[str, Any]:
    learned = {one.sheet.place for one in plan.learn}
    lines = {line["candidate"]: line for line in metrics["table"]}
    own = [line for place, line in lines.items() if place in learned]
    worst = min(own, key=lambda line: line["iou"], default=None)
    accepted = bool(worst and service.accept.above and worst["iou"] >= service.accept.above)
    return {
        "service": service.name,
        "champion": "unet",
        "champion_reason": _reason(worst, accepted).as_dict(),
        "architecture": recipe.as_dict(),
        "frozen": False,
        "score_kind": service.score_kind,
        "accepted": accepted,
        "synthetic": not learned,
        "areas": [],
        "area_names": [],
        "learned_from": list(plan.places),
        "reported_on": sorted(lines),
        "attribution": sorted({one.attribution for one in data.pictures if one.place in learned}),
        "born": {},
        "dates": {},
        "references": {},
        "signatures": {},
        "coverage_percent": {},
        "label": None,
        "quantity": _QUANTITY.as_dict(),
        "reference": {"mode": "pictures", "relative_to_area": False, "text": _REFERENCE.as_dict()},
        "support_m": 0.0,
        "support_used_m": 0.0,
        "features_used": [one.name for one in service.features],
        "features_unused": [],
        "features_missing": [],
        "target": service.target.name,
        "unit": service.target.unit,
        "score_version": service.score.version,
        "metrics": {f"iou.{place}": line["iou"] for place, line in lines.items()},
        "interval_level": 0.8,
        "warnings": _warnings(accepted, bool(worst)),
        "seed": plan.seed,
        "code_version": geoml.__version__,
    }


def _reason(worst: Mapping[str, Any] | None, accepted: bool) -> Text:
    if worst is None:
        return _NONE
    number, place = f"{worst['iou']:.2f}", worst["candidate"]
    if accepted:
        return Text(
            fr=f"Retenu : recouvrement de {number} là où il n'a rien appris de {place}.",
            en=f"Served: an overlap of {number} where it learned nothing of {place}.",
        )
    return Text(
        fr=f"À prendre avec prudence : recouvrement de {number} seulement à {place}.",
        en=f"To be used with care: an overlap of {number} only in {place}.",
    )


def _warnings(accepted: bool, judged: bool) -> list[dict[str, str]]:
    if accepted:
        return []
    fr = "Ce modèle n'a pas atteint le seuil d'acceptation." if judged else "Modèle jamais jugé."
    en = "This model did not reach the threshold." if judged else "This model was never judged."
    return [{"code": "not_accepted", **Text(fr=fr, en=en).as_dict()}]
