"""What an edition that was made from a picture says of itself, and what lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geoml import __version__, modelstore
from geoml.areas.area import Area
from geoml.areas.sources import Source
from geoml.contract import Segmentation, Service
from geoml.lifecycle.statement import WHOLE_PERCENT, source_told
from geoml.types import Text

_DATE = Text(fr="date de la photographie", en="date of the photograph")


def statement(
    service: Service,
    found: Segmentation,
    area: Area,
    ref: modelstore.ModelRef,
    trained: Mapping[str, Any],
    used: Mapping[str, Source],
) -> dict[str, Any]:
    """The manifest, but for what only the files can tell; ``used`` are the sources that there are.

    ``answered_percent`` is the share of the area that the picture shows: elsewhere nothing could
    be found.
    """
    picture = used[found.picture]
    return {
        "model": ref.id,
        "model_files": trained["files"],
        "champion": trained["champion"],
        "born": area.born,
        "date": picture.date,
        "date_of": _DATE.as_dict(),
        "quantity": trained["quantity"],
        "reference": trained["reference"],
        "interval_level": trained["interval_level"],
        "features_used": [],
        "features_unused": [],
        "features_missing": [],
        "features_coverage_percent": {},
        "feature_signatures": {},
        "inputs": [],
        "parts": [],
        "picture": found.picture,
        "score": {"zero": service.score.zero, "hundred": service.score.hundred},
        "score_kind": service.score_kind_of(trained),
        "score_version": service.score.version,
        "metrics": trained["metrics"],
        "assumptions": dict(found.assumptions()),
        "answered_percent": picture.coverage,
        "applicable_percent": picture.coverage,
        "warnings": _warnings(found, area, trained, used),
        "sources": {one.key: source_told(one) for one in used.values()},
        "synthetic": area.synthetic,
        "synthetic_model": modelstore.is_synthetic(trained),
        "trained_here": False,
        "support_m": trained.get("support_m"),
        "support_used_m": None,
        "code_version": __version__,
        "bbox": [round(float(v), 6) for v in np.array(area.grid.lonlat_bounds())],
    }


def told_of_units(units: pd.DataFrame) -> list[dict[str, str]]:
    """What is to be said of the units that were found, or that none was."""
    if len(units):
        return []
    text = Text(
        fr="Rien n'a été trouvé sur cette photographie.",
        en="Nothing was found in this photograph.",
    )
    return [{"code": "nothing_found", **text.as_dict()}]


def _warnings(
    found: Segmentation,
    area: Area,
    trained: Mapping[str, Any],
    used: Mapping[str, Source],
) -> list[dict[str, str]]:
    told = [*trained["warnings"], *_partial(used[found.picture])]
    told += [
        {"code": f"no_{key}", **text.as_dict()} for key, text in found.notes if key not in used
    ]
    if modelstore.is_synthetic(trained) and not area.synthetic:
        text = Text(
            fr="Le modèle a appris sur des images générées : ces chiffres ne sont qu'un exemple.",
            en="The model learned from generated pictures: these numbers are an example only.",
        )
        told.append({"code": "synthetic_model", **text.as_dict()})
    told += [dict(one) for source in used.values() for one in source.warnings]
    return list({one["code"]: one for one in told}.values())


def _partial(picture: Source) -> list[dict[str, str]]:
    """What to say of a picture that does not show the whole area."""
    if picture.coverage >= WHOLE_PERCENT:
        return []
    share = f"{picture.coverage:.0f}" if picture.coverage >= 1 else "< 1"
    text = Text(
        fr=f"La photographie ne montre que {share} % de ce territoire : ailleurs, rien n'a été "
        "cherché.",
        en=f"The photograph shows {share}% of this area only: elsewhere nothing was looked for.",
    )
    return [{"code": "partial", **text.as_dict()}]
