"""The baseline as files: ``model.json`` with its anchors, the manifest, and its card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoml.contract import Service
from geoml.errors import CorruptFile
from geoml.files import read_json, write_json
from geoml.types import Text

from .anchors import FROZEN, Anchors
from .card import card
from .index import FloodIndex

MODEL, CARD = "model.json", "card.md"
BASELINE = "baseline"

QUANTITY = Text(fr="aléa d'inondation d'après le relief", en="flood hazard from the relief")
_REFERENCE = Text(
    fr="d'après des repères fixes, les mêmes partout ; rien n'a été appris",
    en="by fixed anchors, the same everywhere; nothing was learned",
)
_INDEX = Text(
    fr="C'est un indice, pas une probabilité : 80 n'est pas deux fois plus probable que 40.",
    en="This is an index, not a probability: 80 is not twice as likely as 40.",
)
_REASON = Text(
    fr="L'indice de référence est servi : il ne lui faut qu'un modèle de terrain.",
    en="The baseline index is served: a terrain model is all it needs.",
)

LEVEL = 0.9


def freeze(service: Service, folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Write the baseline into an empty folder; ``told`` goes into the manifest, over what is here.

    The same code and ``told`` give the same bytes.
    """
    manifest = {**_manifest(service), **told}
    write_json(folder / MODEL, FROZEN.as_dict())
    (folder / CARD).write_text(card(service, FROZEN, manifest), encoding="utf-8")
    return manifest


def thaw(service: Service, folder: Path, manifest: Mapping[str, Any]) -> FloodIndex:
    """Open the baseline of a folder; raises CorruptFile for one of another kind."""
    told = read_json(folder / MODEL)
    try:
        anchors = Anchors.from_dict(told)
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFile(
            "these are not the anchors of a baseline",
            where=str(folder / MODEL),
            expected="the terms that geoml wrote",
            got=f"{type(error).__name__}: {error}",
            next_step="train again, or install geoml again where it came with it",
        ) from error
    return FloodIndex(service, manifest, anchors)


def _manifest(service: Service) -> dict[str, Any]:
    """What holds for the baseline wherever it is used; of no area, of no date."""
    used, reference = FROZEN.features, {"mode": "frozen", "relative_to_area": False}
    return {
        "service": service.name,
        "champion": BASELINE,
        "champion_reason": _REASON.as_dict(),
        "frozen": True,
        "score_kind": "index",
        "accepted": True,
        "synthetic": False,
        "areas": [],
        "area_names": [],
        "born": {},
        "dates": {},
        "references": {},
        "signatures": {},
        "coverage_percent": {},
        "label": None,
        "quantity": QUANTITY.as_dict(),
        "reference": {**reference, "text": _REFERENCE.as_dict()},
        "support_m": 0.0,
        "support_used_m": 0.0,
        "features_used": list(used),
        "features_unused": [one.name for one in service.features if one.name not in used],
        "features_missing": [],
        "target": service.target.name,
        "unit": service.target.unit,
        "score_version": service.score.version,
        "metrics": {},
        "interval_level": LEVEL,
        "warnings": [{"code": "index", **_INDEX.as_dict()}],
        "seed": 0,
    }
