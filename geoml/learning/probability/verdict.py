"""Whether a learned probability serves, and what a reader must be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoml.contract import Rule, Service
from geoml.learning.probability.candidates import FROZEN, RATE, TREES
from geoml.learning.verdict import BARELY, comma, of_blocks, warning
from geoml.types import Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """The champion and why.

    The trees serve where they beat every rule, and a yes everywhere, over blocks, and over
    catchments where there are any; or where the service ships nothing else. ``accepted`` also asks
    for a CSI above the threshold of ``Accept``; what is frozen is never accepted: it was not
    learned.
    """

    champion: Literal["lightgbm", "baseline"]
    reason: Text
    accepted: bool
    beats: bool
    summary: dict[str, Any]

    @property
    def served(self) -> str:
        """The champion's name in the table."""
        return TREES if self.champion == "lightgbm" else FROZEN


def judge(service: Service, lines: Sequence[Mapping[str, Any]]) -> Verdict:
    """Choose between the trees and what the service ships frozen, by CSI over unseen ground."""
    block = {line["candidate"]: line for line in lines if line["scheme"] == "block"}
    csi = {scheme: found for scheme in _UNSEEN if (found := _csi_by_name(lines, scheme))}
    rules = [rule.name for rule in service.accept.rules]
    beats = all(found[TREES] > found[name] for found in csi.values() for name in (*rules, RATE))
    served = TREES if beats or FROZEN not in block else FROZEN
    random = {line["candidate"]: line for line in lines if line["scheme"] == "random"}
    told = {key: block[served][key] for key in block[served] if key not in _KEYS}
    others = {f"{name}_csi": line["csi"] for name, line in block.items() if name != served}
    apart = {f"{scheme}_csi": csi[scheme][served] for scheme in csi if scheme != "block"}
    return Verdict(
        champion="lightgbm" if served == TREES else "baseline",
        reason=_reason(service, csi, served),
        accepted=beats and csi["block"][TREES] > service.accept.above,
        beats=beats,
        summary={**told, **others, **apart, "random_csi": random[served]["csi"]},
    )


_UNSEEN = {
    "block": Text(fr="blocs", en="blocks"),
    "catchment": Text(fr="sous-bassins versants", en="sub-basins"),
}
"""Schemes that decide: what is tested on lies apart from what was learned from."""
_KEYS = ("candidate", "scheme", "optimistic")


def warnings(
    service: Service, verdict: Verdict, metrics: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What to say beside every answer of this model: ``{"code", "fr", "en"}`` each."""
    found = _quality(service, verdict, metrics)
    if verdict.champion == "lightgbm" and (away := _elsewhere(service, metrics)):
        found.append(
            warning(
                "elsewhere",
                fr="Dans une ville jamais vue, ce modèle ne fait pas mieux qu'un simple seuil "
                f"(indice de succès {comma(away[0])} contre {comma(away[1])}).",
                en="In a town that it never saw, this model does no better than a simple "
                f"threshold (success index {away[0]:.2f} against {away[1]:.2f}).",
            )
        )
    return found + of_blocks(metrics)


def _quality(
    service: Service, verdict: Verdict, metrics: Mapping[str, Any]
) -> list[dict[str, str]]:
    if verdict.champion == "baseline":
        return [
            warning(
                "baseline",
                fr="Le modèle appris ici ne faisait pas mieux qu'un simple seuil : c'est la "
                "méthode de référence qui répond, un indice et non une probabilité.",
                en="The model learned here did no better than a simple threshold: the fixed "
                "method answers, with an index and not a probability.",
            )
        ]
    if (metrics["calibration"]["brier_skill"] or 0) <= 0:
        return [
            warning(
                "skill",
                fr="Ce modèle ne fait pas mieux que la fréquence moyenne du territoire.",
                en="This model does no better than the mean frequency of the area.",
            )
        ]
    if not verdict.accepted:
        return [
            warning(
                "not_accepted",
                fr=f"Ce modèle n'atteint pas la qualité fixée pour {service.title.fr}.",
                en=f"This model does not reach the quality set for {service.title.en}.",
            )
        ]
    best = max(verdict.summary[f"{rule.name}_csi"] or 0.0 for rule in service.accept.rules)
    if verdict.summary["csi"] <= (1 + BARELY) * best:
        return [
            warning(
                "barely",
                fr="Un simple seuil ferait presque aussi bien que ce modèle.",
                en="A simple threshold would do almost as well as this model.",
            )
        ]
    return []


def _elsewhere(service: Service, metrics: Mapping[str, Any]) -> tuple[float, float] | None:
    """CSI of the trees and of the best rule over areas left out, where the trees do no better."""
    area = {line["candidate"]: line for line in metrics["table"] if line["scheme"] == "area"}
    if TREES not in area:
        return None
    trees = _csi(area[TREES])
    best = max(_csi(area[rule.name]) for rule in service.accept.rules)
    return (trees, best) if trees <= best else None


def _reason(service: Service, csi: Mapping[str, Mapping[str, float]], served: str) -> Text:
    """All numbers, a sentence for each scheme, and what follows from them."""
    told = [_numbers(service, _UNSEEN[scheme], found) for scheme, found in csi.items()]
    if served == TREES:
        end = Text(fr="Le modèle appris répond.", en="The learned model answers.")
    else:
        end = Text(
            fr="La méthode de référence répond : il fallait faire mieux que chacun d'eux.",
            en="The fixed method answers: each of these had to be beaten.",
        )
    return Text(
        fr="Indice de succès (touches / (touches + manques + fausses alertes)). "
        + " ".join([*(one.fr for one in told), end.fr]),
        en="Success index (hits / (hits + misses + false alarms)). "
        + " ".join([*(one.en for one in told), end.en]),
    )


def _numbers(service: Service, unseen: Text, csi: Mapping[str, float]) -> Text:
    """The CSI of each candidate, in one sentence."""
    told = {name: f"{value:.3f}" for name, value in csi.items()}
    fr_told = {name: value.replace(".", ",") for name, value in told.items()}
    rules = [(rule.name, _words(service, rule)) for rule in service.accept.rules]
    fr = ", ".join(f"« {text.fr} » {fr_told[name]}" for name, text in rules)
    en = ", ".join(f'"{text.en}" {told[name]}' for name, text in rules)
    return Text(
        fr=f"Sur des {unseen.fr} jamais vus : modèle appris {fr_told[TREES]}, {fr}, tout le "
        f"territoire {fr_told[RATE]}.",
        en=f"On unseen {unseen.en}: learned model {told[TREES]}, {en}, the whole area "
        f"{told[RATE]}.",
    )


def _words(service: Service, rule: Rule) -> Text:
    feature = service.feature(rule.feature)
    title = Text(rule.feature, rule.feature) if feature is None else feature.title.within()
    up = rule.way == "up"
    return Text(
        fr=f"{title.fr} au-{'dessus' if up else 'dessous'} d'un seuil",
        en=f"{title.en} {'above' if up else 'below'} a threshold",
    )


def _csi_by_name(lines: Sequence[Mapping[str, Any]], scheme: str) -> dict[str, float]:
    return {line["candidate"]: _csi(line) for line in lines if line["scheme"] == scheme}


def _csi(line: Mapping[str, Any]) -> float:
    """The CSI of a line of the table; 0 where nothing was there and nothing was said."""
    return float(line["csi"] or 0.0)
