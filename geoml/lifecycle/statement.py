"""What an edition says of itself: made from what, against which reference, and what lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
    """The manifest of an edition, but for what only its files can tell (``shares``, tiles).

    ``names`` are the features that the model uses; ``inputs`` are the bands of ``inputs.tif``:
    those, then what is carried along without being used. A frozen model learned nothing and holds
    anywhere: it borrows no reference, and what it says is as old as the sources.
    """
    trained = ref.manifest()
    found = sources(home, area)
    index = known_features(feature_index(home, area.id))
    dates = sorted({d for name in names for d in index[name]["dates"].values()})
    missing = [one.name for one in service.features if one.name not in index]
    declared = tuple(one.name for one in service.features)
    carried = [name for name in service.carried if name in index]
    inputs = list(dict.fromkeys((*names, *carried)))
    here = trained.get("born", {}).get(area.id) == area.born
    origin = _origin(trained, area, here)
    label = trained["dates"].get(area.id) if origin.learned_here else None
    warnings = [*_warnings(trained, area, origin, dates, label), *_missing(service, missing)]
    return {
        "model": ref.id,
        "model_files": trained["files"],
        "champion": trained["champion"],
        "born": area.born,
        "date": label if origin.learned_here else (dates[-1] if dates else None),
        "date_of": origin.date_of,
        "quantity": trained["quantity"],
        "reference": origin.reference,
        "interval_level": trained["interval_level"],
        "features_used": list(names),
        "features_unused": [name for name in declared if name in index and name not in names],
        "features_missing": missing,
        "features_coverage_percent": {name: index[name]["coverage_percent"] for name in names},
        "inputs": inputs,
        "parts": [part.name for part in service.parts],
        "score": {"zero": service.score.zero, "hundred": service.score.hundred},
        "score_kind": service.score_kind_of(trained),
        "score_version": service.score.version,
        "metrics": trained["metrics"],
        "warnings": [*warnings, *_of_features(index, inputs)],
        "sources": {one.key: source_told(one) for one in found.values()},
        "feature_signatures": {name: index[name]["signature"] for name in inputs},
        "synthetic": area.synthetic,
        "synthetic_model": modelstore.is_synthetic(trained),
        "trained_here": here,
        "support_m": trained.get("support_m"),
        "support_used_m": trained.get("support_used_m"),
        "code_version": __version__,
        "bbox": [round(float(v), 6) for v in np.array(area.grid.lonlat_bounds())],
    }


def _of_features(index: Mapping[str, Any], names: Collection[str]) -> list[dict[str, str]]:
    """What is to be known of the features that are shown, each said once."""
    told = [one for name in names for one in index[name].get("warnings", ())]
    return [one for number, one in enumerate(told) if one not in told[:number]]


def source_told(source: Source) -> dict[str, Any]:
    """What a manifest keeps of a source."""
    return {
        "sha256": source.sha256,
        "date": source.date,
        "licence": source.licence,
        "coverage_percent": source.coverage,
    }


_DATA = Text(fr="date des données", en="date of the data")
_ELSEWHERE = Text(
    fr="date des données ; le modèle a appris ailleurs",
    en="date of the data; the model learned elsewhere",
)
_APART_DAYS = 366


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a model comes from, as an area sees it: it learned here, elsewhere or nowhere."""

    learned_here: bool
    learned_elsewhere: bool
    reference: Any
    date_of: dict[str, str] | None


def _origin(trained: dict[str, Any], area: Area, here: bool) -> _Origin:
    if modelstore.is_frozen(trained):
        return _Origin(False, False, trained["reference"], _DATA.as_dict())
    if here:
        return _Origin(True, False, trained["references"][area.id], None)
    return _Origin(False, True, _borrowed(trained, area), _ELSEWHERE.as_dict())


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
    trained: dict[str, Any], area: Area, origin: _Origin, dates: list[str], label: str | None
) -> list[dict[str, str]]:
    """What the model warns of, and what is borrowed, made up or mixed in this edition."""
    told: list[dict[str, str]] = list(trained.get("warnings", []))
    if origin.learned_elsewhere:
        text = Text(
            fr="Le modèle a appris ailleurs ; ses intervalles n'ont pas été vérifiés ici.",
            en="The model learned elsewhere; its intervals were not checked here.",
        )
        told.append({"code": "learned_elsewhere", **text.as_dict()})
    if modelstore.is_synthetic(trained) and not area.synthetic:
        text = Text(
            fr="Le modèle a appris sur des données générées : ces chiffres ne sont qu'un exemple.",
            en="The model learned from generated data: these numbers are an example only.",
        )
        told.append({"code": "synthetic_model", **text.as_dict()})
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


def partial(service: Service, shares: Mapping[str, float]) -> list[dict[str, str]]:
    """What to say of a map with holes; ``shares`` are those of ``geoml.lifecycle.rasters.score``.

    An empty place looks like the lowest class of the legend, and is not.
    """
    answered = shares["answered_percent"]
    if answered >= WHOLE_PERCENT:
        return []
    share = "0" if answered == 0 else f"{answered:.0f}" if answered >= 1 else "< 1"
    lowest = service.legend.labels[0]
    text = Text(
        fr=f"Seuls {share} % de ce territoire ont une réponse : ailleurs, les données manquent. "
        f"Une zone sans couleur n'est pas une zone « {lowest.fr} ».",
        en=f"Only {share}% of this area has an answer: elsewhere the data are missing. "
        f"Ground without a colour is not “{lowest.en}”.",
    )
    return [{"code": "partial", **text.as_dict()}]


LEAST_DOUBTED_PERCENT = 1


def doubted(
    service: Service, about: Mapping[str, Any], shares: Mapping[str, float]
) -> list[dict[str, str]]:
    """What the service admits of answers that had to do without, and on how much of the area.

    ``about`` is a ``statement``. The share is that which has an answer less that where one of the
    features is known: at least so much.
    """
    told, coverage = [], about["features_coverage_percent"]
    for doubt in service.doubts:
        if set(doubt.unknown) & set(about["features_unused"]):
            continue
        known = max(coverage.get(name, 0.0) for name in doubt.unknown)
        percent = int(shares["answered_percent"] - known)
        if percent >= LEAST_DOUBTED_PERCENT:
            why = doubt.text.within()
            text = Text(
                fr=f"Sur {percent} % du territoire au moins : {why.fr}",
                en=f"On {percent} % of the area or more: {why.en}",
            )
            told.append({"code": doubt.code, **text.as_dict()})
    return told
