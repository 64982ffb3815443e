"""What an edition says of itself: made from what, against which reference, and what lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from geoml import __version__, modelstore
from geoml.areas.area import Area
from geoml.areas.sources import Source, sources
from geoml.contract import Service
from geoml.features import registry
from geoml.lifecycle.features import feature_index, known_features
from geoml.paths import Home
from geoml.types import Text


def statement(
    home: Home, service: Service, area: Area, ref: modelstore.ModelRef, names: tuple[str, ...]
) -> dict[str, Any]:
    """The manifest of an edition, but for what only its files can tell (``shares``, tiles)."""
    trained = ref.manifest()
    found = sources(home, area)
    index = known_features(feature_index(home, area.id))
    dates = sorted({d for name in names for d in index[name]["dates"].values()})
    missing = [one.name for one in service.features if one.name not in index]
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
        "features_missing": missing,
        "features_coverage_percent": {name: index[name]["coverage_percent"] for name in names},
        "score": {"zero": service.score.zero, "hundred": service.score.hundred},
        "score_version": service.score.version,
        "metrics": trained["metrics"],
        "warnings": [*_warnings(trained, area, here, dates), *_missing(service, missing)],
        "sources": {one.key: _told(one) for one in found.values()},
        "feature_signatures": {name: index[name]["signature"] for name in names},
        "synthetic": area.synthetic,
        "synthetic_model": trained["synthetic"],
        "trained_here": here,
        "support_m": trained["support_m"],
        "support_used_m": trained["support_used_m"],
        "code_version": __version__,
        "bbox": [round(float(v), 6) for v in np.array(area.grid.lonlat_bounds())],
    }


def _told(source: Source) -> dict[str, Any]:
    return {
        "sha256": source.sha256,
        "date": source.date,
        "licence": source.licence,
        "coverage_percent": source.coverage,
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
    label = trained["dates"].get(area.id) if here else None
    days = [date.fromisoformat(one) for one in (*dates, *([label] if label else []))]
    if days and (max(days) - min(days)).days > _APART_DAYS:
        text = Text(
            fr=f"Les données vont du {min(days)} au {max(days)} : plus d'un an les sépare.",
            en=f"The data are from {min(days)} to {max(days)}: more than a year apart.",
        )
        told.append({"code": "dates_apart", **text.as_dict()})
    return told


def _missing(service: Service, names: list[str]) -> list[dict[str, str]]:
    """What the service could have used and no source tells anywhere here, in one sentence.

    The mean around a place goes without saying where the quantity itself is missing.
    """
    roots = [
        name
        for name in names
        if not (registry.is_quantity(name) and set(registry.get(name).needs) & set(names))
    ]
    if not roots:
        return []
    titles = [one.title.within() for one in service.features if one.name in roots]
    text = Text(
        fr=f"Carte faite sans ces données : {', '.join(one.fr for one in titles)}.",
        en=f"Map made without these data: {', '.join(one.en for one in titles)}.",
    )
    return [{"code": "missing", **text.as_dict()}]


WHOLE_PERCENT = 99.5
"""From this share on nobody needs to be told that a map has holes."""


def partial(shares: Mapping[str, float]) -> list[dict[str, str]]:
    """What to say of a map with holes; ``shares`` are those of ``geoml.lifecycle.run.score``."""
    answered = shares["answered_percent"]
    if answered >= WHOLE_PERCENT:
        return []
    share = "0" if answered == 0 else f"{answered:.0f}" if answered >= 1 else "< 1"
    text = Text(
        fr=f"Seuls {share} % de ce territoire ont une réponse : ailleurs, les données manquent. "
        "Une zone sans couleur n'est pas une zone fraîche.",
        en=f"Only {share}% of this area has an answer: elsewhere the data are missing. "
        "Ground without a colour is not cool ground.",
    )
    return [{"code": "partial", **text.as_dict()}]
